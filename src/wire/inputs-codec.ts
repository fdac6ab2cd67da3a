/** PlanInputs ↔ JSON text, lossless: what the journal keeps so that a plan can be computed again, byte for byte. */
import { z } from 'zod'
import type { Result } from '../core/base/result.ts'
import type { CarryTerms } from '../core/cost/carry.ts'
import type { CostModel } from '../core/cost/cost-terms.ts'
import type { Instrument } from '../core/domain/instrument.ts'
import type { Policy } from '../core/sizing/mandate.ts'
import type { PlanInputs } from '../core/sizing/plan-types.ts'
import {
  canonicalText,
  columnCodec,
  decimalCodec,
  decodeText,
  flagsCodec,
  indexCodec,
  ratioCodec,
  realCodec,
} from './codec.ts'

const index = z.int().min(0)
const to = z.enum(['edge', 'target'])
export const sideSchema = z.enum(['buy', 'sell'])

const trendMeasure = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(['drift', 'efficiencyRatio']), windowMs: realCodec }),
  z.strictObject({ kind: z.literal('varianceRatio'), windowMs: realCodec, periodMs: realCodec }),
])
const guard = z
  .strictObject({ measure: trendMeasure, confidence: ratioCodec, widen: ratioCodec, slow: ratioCodec })
  .exactOptional()

const band = z.discriminatedUnion('unit', [
  z.strictObject({ kind: z.literal('band'), unit: z.literal('weight'), width: z.array(ratioCodec), to, guard }),
  z.strictObject({ kind: z.literal('band'), unit: z.literal('volatility'), width: z.array(ratioCodec), to, guard }),
  z.strictObject({
    kind: z.literal('band'),
    unit: z.literal('relative'),
    width: z.array(ratioCodec),
    floor: ratioCodec,
    to,
    guard,
  }),
  z.strictObject({ kind: z.literal('band'), unit: z.literal('risk'), width: ratioCodec, to }),
])
export const policySchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('full'), guard }),
  z.strictObject({ kind: z.literal('proportional'), rate: ratioCodec, guard }),
  band,
  z.strictObject({ kind: z.literal('riskCap'), trackingErrorMax: ratioCodec }),
  z.strictObject({
    kind: z.literal('costAware'),
    knob: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('aversion'), aversion: ratioCodec }),
      z.strictObject({ kind: z.literal('trackingError'), trackingError: ratioCodec }),
      z.strictObject({ kind: z.literal('widths'), width: z.array(ratioCodec.nullable()) }),
    ]),
    intervalMs: realCodec,
    drift: z.literal('held').exactOptional(),
    lastingMs: realCodec.exactOptional(),
    tilt: z
      .strictObject({
        edges: z.array(z.strictObject({ annual: ratioCodec, decayMs: realCodec.nullable() }).nullable()),
        carry: z.boolean(),
      })
      .exactOptional(),
    guard,
  }),
]) satisfies z.ZodType<Policy>

const terms = {
  id: z.string(),
  underlying: z.string(),
  venue: z.string().nullable(),
  quote: z.string(),
  settle: z.string(),
  multiplier: decimalCodec,
  grid: z.strictObject({
    lot: decimalCodec,
    quantityMin: decimalCodec,
    notionalMin: z.strictObject({ amount: decimalCodec, currency: z.string() }).nullable(),
    tick: decimalCodec.exactOptional(),
  }),
  fee: z.strictObject({ taker: decimalCodec, maker: decimalCodec.nullable() }),
  spread: decimalCodec,
}
const contract = z.enum(['linear', 'inverse'])
const instrumentSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('spot'), short: z.boolean(), ...terms }),
  z.strictObject({ kind: z.literal('perp'), contract, ...terms }),
  z.strictObject({ kind: z.literal('future'), contract, expiry: realCodec, ...terms }),
  z.strictObject({
    kind: z.literal('option'),
    contract,
    expiry: realCodec,
    strike: decimalCodec,
    right: z.enum(['call', 'put']),
    ...terms,
  }),
]) satisfies z.ZodType<Instrument>

const universe = z.strictObject({
  numeraire: z.string(),
  instruments: z.array(instrumentSchema),
  underlyings: z.array(z.string()),
  currencies: z.array(z.string()),
  underlyingOf: indexCodec,
  instrumentsOf: z.array(z.array(index)),
  exposureOf: indexCodec,
  quoteOf: indexCodec,
  settleOf: indexCodec,
})
const held = z.strictObject({ value: ratioCodec, price: ratioCodec.nullable() })
const limit = held.nullable()
const group = z.strictObject({ name: z.string(), members: z.array(index) })
const constraints = z.strictObject({
  weightMin: z.array(limit),
  weightMax: z.array(limit),
  grossMax: limit,
  leverageMax: limit,
  netMin: limit,
  netMax: limit,
  groups: z.array(z.strictObject({ group, netMin: limit, netMax: limit, grossMax: limit })),
  volatilityMax: limit,
  trackingErrorMax: limit,
  tails: z.array(
    z.strictObject({
      measure: z.enum(['valueAtRisk', 'expectedShortfall']),
      method: z.enum(['normal', 'historical']),
      confidence: ratioCodec,
      horizonMs: realCodec,
      max: held,
    }),
  ),
  factors: z.array(z.strictObject({ name: z.string(), loading: z.array(ratioCodec), min: limit, max: limit })),
  turnoverMax: limit,
  turnoverOfMax: z.array(limit),
  tradedMax: z.array(limit),
  participation: z.strictObject({ share: limit, ofBook: limit, horizonMs: realCodec }).nullable(),
  depthShareMax: limit,
  cashMin: limit,
  orderMax: limit,
  frozen: flagsCodec,
  frozenInstrument: flagsCodec,
  reduceOnly: flagsCodec,
})
export const mandateSchema = z.strictObject({
  universe,
  target: z.strictObject({ weight: z.array(ratioCodec), notes: z.array(z.string()) }),
  policy: policySchema,
  constraints,
  tradeable: z.array(z.array(index)),
})

export const orderSchema = z.strictObject({
  id: z.string(),
  instrument: index,
  side: sideSchema,
  quantity: decimalCodec,
  price: decimalCodec.nullable(),
  reduceOnly: z.boolean(),
  replaced: z.boolean(),
})
const portfolio = z.strictObject({
  cash: z.array(decimalCodec),
  quantity: z.array(decimalCodec),
  entry: z.array(decimalCodec.nullable()),
  orders: z.array(orderSchema),
})
const rungs = z.strictObject({ reach: columnCodec, slippage: columnCodec })
const market = z.strictObject({
  asOf: realCodec,
  price: z.array(decimalCodec),
  priceAgeMs: columnCodec,
  stale: flagsCodec,
  rate: z.array(decimalCodec),
  volumePerDay: columnCodec,
  depth: columnCodec,
  liquidity: z.array(z.strictObject({ buy: rungs, sell: rungs }).nullable()).exactOptional(),
})
export const riskSchema = z.strictObject({
  asOf: realCodec,
  vol: columnCodec,
  covariance: columnCodec,
  basisVol: columnCodec.exactOptional(),
  scenarios: z.strictObject({ horizonMs: realCodec, returns: columnCodec }).exactOptional(),
  targetRate: columnCodec.exactOptional(),
  trends: z
    .array(z.strictObject({ measure: trendMeasure, confidence: columnCodec, change: columnCodec }))
    .exactOptional(),
  notes: z.array(z.string()),
})
const sideTraded = z.strictObject({ weight: realCodec, at: realCodec }).nullable()
const carry = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({
    kind: z.literal('perp'),
    funding: z.strictObject({
      intervalMs: realCodec.nullable(),
      anchor: realCodec,
      next: realCodec,
      reversion: z.strictObject({ mean: realCodec, halfLifeMs: realCodec }).nullable(),
      cap: realCodec.nullable(),
    }),
  }),
  z.strictObject({ kind: z.literal('spot'), borrowPerYear: realCodec.nullable() }),
  z.strictObject({
    kind: z.literal('future'),
    expiry: realCodec,
    basis: realCodec,
    roll: z.strictObject({ basisPerYear: realCodec, cost: realCodec, lifeMs: realCodec }).nullable(),
  }),
]) satisfies z.ZodType<CarryTerms>
export const costsSchema = z.strictObject({
  execution: z.array(z.strictObject({ makerShare: ratioCodec, fixed: decimalCodec })),
  carry: z.array(carry),
  metaorders: z.array(z.strictObject({ buy: sideTraded, sell: sideTraded })),
  impact: z
    .strictObject({
      law: z.strictObject({ scale: realCodec, exponent: realCodec }),
      decay: z.strictObject({ joinMs: realCodec, decayMs: realCodec }),
    })
    .nullable(),
  horizonMs: realCodec,
}) satisfies z.ZodType<CostModel>
const hash = z.string()
export const hashesSchema = z.strictObject({ mandate: hash, portfolio: hash, market: hash, risk: hash, costs: hash })

/** The JSON form of the inputs of a plan. */
export const inputsSchema = z.strictObject({
  mandate: mandateSchema,
  portfolio,
  market,
  risk: riskSchema,
  costs: costsSchema,
  hashes: hashesSchema,
}) satisfies z.ZodType<PlanInputs>

type Inputs = z.output<typeof inputsSchema>

export const encodeInputs = (inputs: PlanInputs): string =>
  canonicalText(inputsSchema.encode(inputs as Inputs, { jitless: true }))
export const decodeInputs = (text: string): Result<PlanInputs> => decodeText(inputsSchema, text)
