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
const eventOf = <const K extends string, T extends z.ZodRawShape>(kind: K, shape: T) =>
  z.strictObject({
    kind: z.literal(kind),
    seq: z.int().min(1),
    at: realCodec,
    account: z.string(),
    id: z.string(),
    ...shape,
  })
const instrument = z.string()

/** The JSON form of a ledger event. */
export const ledgerEventSchema = z.discriminatedUnion('kind', [
  eventOf('filled', {
    instrument,
    side: sideSchema,
    quantity: decimalCodec,
    price: decimalCodec,
    fees,
    order: z.string().nullable(),
  }),
  eventOf('funded', { instrument, paid: decimalCodec }),
  eventOf('deposited', { asset, amount: decimalCodec, price: decimalCodec.nullable() }),
  eventOf('withdrawn', { asset, amount: decimalCodec, fee: decimalCodec }),
  eventOf('transferred', { to: z.string(), asset, amount: decimalCodec }),
  eventOf('converted', { sold: money, bought: money, fees }),
  eventOf('charged', { currency: z.string(), paid: decimalCodec, reason: z.string() }),
  eventOf('booked', { instrument, profit: decimalCodec, fees }),
  eventOf('settled', { instrument, price: decimalCodec }),
  eventOf('expired', { instrument, price: decimalCodec, fees }),
  eventOf('balanceReconciled', { currency: z.string(), difference: decimalCodec }),
  eventOf('positionReconciled', { instrument, difference: decimalCodec, price: decimalCodec }),
  eventOf('corrected', { reverses: z.int().min(1), reason: z.string() }),
]) satisfies z.ZodType<LedgerEvent>

type Event = z.output<typeof ledgerEventSchema>

export const encodeLedgerEvent = (event: LedgerEvent): string =>
  canonicalText(ledgerEventSchema.encode(event as Event, { jitless: true }))

/** Refuses what `encodeLedgerEvent` does not write. */
export const decodeLedgerEvent = (text: string): Result<LedgerEvent> => decodeText(ledgerEventSchema, text)
