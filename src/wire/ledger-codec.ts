/** LedgerEvent ↔ JSON text, lossless: a line of a journal. Equal events are equal bytes. */
import { z } from 'zod'
import type { Result } from '../core/base/result.ts'
import type { LedgerEvent } from '../core/ledger/ledger-event.ts'
import { canonicalText, decimalCodec, decodeText, realCodec } from './codec.ts'
import { sideSchema } from './inputs-codec.ts'

const money = z.strictObject({ amount: decimalCodec, currency: z.string() })
const fees = z.array(money)
const asset = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('cash'), currency: z.string() }),
  z.strictObject({ kind: z.literal('spot'), instrument: z.string() }),
])
const common = { at: realCodec, account: z.string(), id: z.string() }
const seq = z.int().min(1)
const instrument = z.string()

/** Facts, with what stands before their own fields. */
const factsWith = <H extends z.ZodRawShape>(head: H) =>
  [
    z.strictObject({
      kind: z.literal('filled'),
      ...head,
      ...common,
      instrument,
      side: sideSchema,
      quantity: decimalCodec,
      price: decimalCodec,
      fees,
      order: z.string().nullable(),
    }),
    z.strictObject({ kind: z.literal('funded'), ...head, ...common, instrument, paid: decimalCodec }),
    z.strictObject({
      kind: z.literal('deposited'),
      ...head,
      ...common,
      asset,
      amount: decimalCodec,
      price: decimalCodec.nullable(),
    }),
    z.strictObject({
      kind: z.literal('withdrawn'),
      ...head,
      ...common,
      asset,
      amount: decimalCodec,
      fee: decimalCodec,
    }),
    z.strictObject({ kind: z.literal('transferred'), ...head, ...common, to: z.string(), asset, amount: decimalCodec }),
    z.strictObject({ kind: z.literal('converted'), ...head, ...common, sold: money, bought: money, fees }),
    z.strictObject({
      kind: z.literal('charged'),
      ...head,
      ...common,
      currency: z.string(),
      paid: decimalCodec,
      reason: z.string(),
    }),
    z.strictObject({ kind: z.literal('booked'), ...head, ...common, instrument, profit: decimalCodec, fees }),
    z.strictObject({ kind: z.literal('settled'), ...head, ...common, instrument, price: decimalCodec }),
    z.strictObject({ kind: z.literal('expired'), ...head, ...common, instrument, price: decimalCodec, fees }),
    z.strictObject({
      kind: z.literal('balanceReconciled'),
      ...head,
      ...common,
      currency: z.string(),
      difference: decimalCodec,
    }),
    z.strictObject({
      kind: z.literal('positionReconciled'),
      ...head,
      ...common,
      instrument,
      difference: decimalCodec,
      price: decimalCodec,
    }),
  ] as const

/** The JSON form of a ledger event. */
export const ledgerEventSchema = z.discriminatedUnion('kind', [
  ...factsWith({ seq }),
  z.strictObject({ kind: z.literal('corrected'), seq, ...common, reverses: z.int().min(1), reason: z.string() }),
]) satisfies z.ZodType<LedgerEvent>

/** The same of a fact that no ledger has numbered yet. */
export const factSchema = z.discriminatedUnion('kind', [...factsWith({})])

type Event = z.output<typeof ledgerEventSchema>

export const encodeLedgerEvent = (event: LedgerEvent): string =>
  canonicalText(ledgerEventSchema.encode(event as Event, { jitless: true }))

/** Refuses what `encodeLedgerEvent` does not write. */
export const decodeLedgerEvent = (text: string): Result<LedgerEvent> => decodeText(ledgerEventSchema, text)
