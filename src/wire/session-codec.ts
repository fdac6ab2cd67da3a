/**
 * A journal as text: a line per event, `{"effects":[…],"event":{…},"seq":n}`, lossless. Reading a journal and stepping through
 * its events again gives its effects byte for byte; the first line that does not is where two runs part.
 */
import { z } from 'zod'
import type { Result } from '../core/base/result.ts'
import type { Effect } from '../core/session/effect.ts'
import type { SessionEvent } from '../core/session/session-event.ts'
import { canonicalText, columnCodec, decimalCodec, decodeText, realCodec } from './codec.ts'
import { costsSchema, mandateSchema, riskSchema, sideSchema } from './inputs-codec.ts'
import { factSchema } from './ledger-codec.ts'
import { planSchema } from './plan-codec.ts'

export interface JournalLine {
  /** Of the event: 1, 2, … */
  readonly seq: number
  readonly event: SessionEvent
  readonly effects: readonly Effect[]
}

const mode = z.enum(['active', 'reducing', 'halted'])
const at = realCodec
const outlook = z.strictObject({
  risk: riskSchema,
  costs: costsSchema.omit({ metaorders: true }),
  volumePerDay: columnCodec,
  depth: columnCodec,
  hash: z.string(),
})
const position = z.strictObject({
  quantity: decimalCodec,
  entry: decimalCodec.nullable(),
  mark: decimalCodec.nullable(),
})
/** Map ↔ object. */
const mapOf = <T extends z.ZodType>(value: T) =>
  z.codec(
    z.record(z.string(), value),
    z.custom<ReadonlyMap<string, z.output<T>>>((map) => map instanceof Map),
    {
      decode: (record) => new Map(Object.entries(record)) as ReadonlyMap<string, z.output<T>>,
      encode: (map) => Object.fromEntries(map) as z.output<z.ZodRecord<z.ZodString, T>>,
    },
  )

const eventSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('market'), at, price: columnCodec, rate: columnCodec }),
  z.strictObject({ kind: z.literal('outlook'), at, outlook }),
  z.strictObject({ kind: z.literal('mandated'), at, mandate: mandateSchema, hash: z.string(), outlook }),
  z.strictObject({ kind: z.literal('woken'), at }),
  z.strictObject({ kind: z.literal('commanded'), at, mode }),
  z.strictObject({ kind: z.literal('booked'), at, fact: factSchema }),
  z.strictObject({
    kind: z.literal('order'),
    at,
    id: z.string(),
    state: z.enum(['open', 'filled', 'canceled', 'rejected', 'unknown', 'absent']),
    filled: decimalCodec.nullable(),
    reason: z.string().nullable(),
  }),
  z.strictObject({
    kind: z.literal('reported'),
    at,
    snapshot: z.strictObject({
      account: z.string(),
      at,
      id: z.string(),
      balances: mapOf(decimalCodec),
      positions: mapOf(position),
    }),
  }),
])

const issue = z.strictObject({ code: z.string(), path: z.string(), message: z.string(), hint: z.string() })
const request = { id: z.string(), instrument: z.string() }
const effectSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('submit'),
    intent: z.strictObject({
      ...request,
      plan: z.string(),
      side: sideSchema,
      quantity: decimalCodec,
      price: decimalCodec.nullable(),
      reduceOnly: z.boolean(),
    }),
  }),
  z.strictObject({ kind: z.literal('cancel'), ...request }),
  z.strictObject({ kind: z.literal('query'), ...request }),
  z.strictObject({ kind: z.literal('wake'), at }),
  z.strictObject({
    kind: z.literal('publish'),
    published: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('plan'), plan: planSchema }),
      z.strictObject({ kind: z.literal('refused'), issues: z.array(issue) }),
      z.strictObject({ kind: z.literal('mode'), mode, because: z.string() }),
      z.strictObject({ kind: z.literal('alarm'), issues: z.array(issue) }),
    ]),
  }),
])

/** The JSON form of a line of a journal. */
export const journalSchema = z.strictObject({ seq: z.int().min(1), event: eventSchema, effects: z.array(effectSchema) })

export const encodeJournalLine = (line: JournalLine): string =>
  canonicalText(journalSchema.encode(line as unknown as z.output<typeof journalSchema>, { jitless: true }))

/** Refuses what `encodeJournalLine` does not write. */
export const decodeJournalLine = (text: string): Result<JournalLine> =>
  decodeText(journalSchema as unknown as z.ZodType<JournalLine>, text)
