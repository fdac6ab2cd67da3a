/**
 * Lossless JSON of core's values: decimals as text, ratios as "n/d", columns as arrays. JSON has no NaN, infinities or −0;
 * they are written as texts.
 */
import { z } from 'zod'
import { type Decimal, parseDecimal, toText } from '../core/base/decimal.ts'
import type { Ratio } from '../core/base/ratio.ts'
import type { Result } from '../core/base/result.ts'
import { pathText } from './tree.ts'

export { canonicalText } from './canonical-text.ts'

const isBigint = (value: unknown): boolean => typeof value === 'bigint'

/** Decimal ↔ "1.09375" */
export const decimalCodec = z.codec(z.string().regex(/^-?\d{1,60}(\.\d{1,18})?$/), z.custom<Decimal>(isBigint), {
  decode: (text, context) => {
    const parsed = parseDecimal(text)
    if (parsed.ok) return parsed.value
    context.issues.push({ code: 'custom', input: text, message: parsed.error })
    return z.NEVER
  },
  encode: toText,
})

const isRatio = (value: unknown): boolean => {
  const { n, d } = (value ?? {}) as { n?: unknown; d?: unknown }
  return typeof n === 'bigint' && typeof d === 'bigint' && d > 0n
}

/** Ratio ↔ "7/100", not reduced: what was decoded is what was encoded. */
export const ratioCodec = z.codec(z.string().regex(/^-?\d{1,2000}\/[1-9]\d{0,2000}$/), z.custom<Ratio>(isRatio), {
  decode: (text) => {
    const [n = '', d = ''] = text.split('/')
    return { n: BigInt(n), d: BigInt(d) }
  },
  encode: ({ n, d }) => `${n}/${d}`,
})

const SPECIAL = ['NaN', 'Infinity', '-Infinity', '-0'] as const
const encoded = z.union([z.number(), z.enum(SPECIAL)])
type Encoded = z.output<typeof encoded>

const encodeNumber = (x: number): Encoded =>
  Number.isFinite(x) && !Object.is(x, -0) ? x : ((Object.is(x, -0) ? '-0' : String(x)) as Encoded)

/** number ↔ number, or a text where JSON has none. */
export const realCodec = z.codec(
  encoded,
  z.custom<number>((value) => typeof value === 'number'),
  { decode: Number, encode: encodeNumber },
)

/** Float64Array ↔ array. */
export const columnCodec = z.codec(z.array(encoded), z.instanceof(Float64Array), {
  decode: (items) => Float64Array.from(items, Number),
  encode: (column) => Array.from(column, encodeNumber),
})
export const indexCodec = z.codec(z.array(z.int32()), z.instanceof(Int32Array), {
  decode: (items) => Int32Array.from(items),
  encode: (column) => Array.from(column),
})
export const flagsCodec = z.codec(z.array(z.int().min(0).max(255)), z.instanceof(Uint8Array), {
  decode: (items) => Uint8Array.from(items),
  encode: (column) => Array.from(column),
})

/** Reads text written by `canonicalText`, or any JSON of the same value. */
export function decodeText<T>(schema: z.ZodType<T>, text: string): Result<T> {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    return {
      ok: false,
      error: [
        {
          code: 'json.syntax',
          path: '',
          message: `must be JSON, was broken: ${(error as Error).message}`,
          hint: 'pass on the text as it was written',
        },
      ],
    }
  }
  const decoded = schema.safeDecode(json as never, { jitless: true })
  if (decoded.success) return { ok: true, value: decoded.data }
  const issues = decoded.error.issues.map((issue) => ({
    code: 'json.value',
    path: pathText(issue.path as (string | number)[]),
    message: `must be what this version writes, was not: ${issue.message}`,
    hint: 'pass on the text as it was written',
  }))
  return { ok: false, error: issues }
}
