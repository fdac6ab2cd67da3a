/** A margin profile ↔ JSON text: exact numbers as text, times as people write them, so that a file says what a venue's page does. */
import { z } from 'zod'
import { formatInstant, parseInstant } from '../core/base/instant.ts'
import { fail, type Result } from '../core/base/result.ts'
import { checkProfile, type MarginProfile } from '../core/margin/profile.ts'
import { decimalCodec, decodeText } from './codec.ts'

const instantCodec = z.codec(z.string(), z.number(), {
  decode: (text, context) => {
    const instant = parseInstant(text)
    if (instant.ok) return instant.value
    context.issues.push({ code: 'custom', input: text, message: instant.error })
    return z.NEVER
  },
  encode: formatInstant,
})

const tierTermsSchema = z.strictObject({
  tiers: z.array(z.strictObject({ from: decimalCodec, maintenance: decimalCodec, leverageMax: decimalCodec })),
  valueMax: decimalCodec.nullable(),
  closingFee: decimalCodec,
  maintainedAt: z.enum(['mark', 'entry']),
})

const shortOptionSchema = z.strictObject({
  initial: decimalCodec,
  initialLeast: decimalCodec,
  initialLeastOfMark: decimalCodec,
  maintenance: decimalCodec,
  maintenanceOfMark: decimalCodec,
  closing: decimalCodec,
  initialOfMaintenance: decimalCodec,
})
const optionTermsSchema = z.strictObject({
  call: shortOptionSchema,
  put: shortOptionSchema,
  premium: z.enum(['mark', 'entryOrMark']),
})

/** The JSON form of a margin profile. */
export const marginProfileSchema = z.strictObject({
  venue: z.string(),
  from: instantCodec,
  until: instantCodec.nullable(),
  source: z.string(),
  partly: z.array(z.string()),
  tiers: z.record(z.string(), tierTermsSchema),
  options: z.record(z.string(), optionTermsSchema),
})

/** Refused where the text is no profile, or one that cannot be. */
export function decodeMarginProfile(text: string): Result<MarginProfile> {
  const decoded = decodeText(marginProfileSchema, text)
  if (!decoded.ok) return decoded
  const issues = checkProfile(decoded.value)
  return issues.length > 0 ? fail(issues) : decoded
}
