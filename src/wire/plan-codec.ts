/** SizePlan ↔ JSON text, lossless: what `--json` prints, the API returns and the journal keeps. */
import { z } from 'zod'
import type { Result } from '../core/base/result.ts'
import { LIMIT_NAMES } from '../core/sizing/limit-names.ts'
import type { Reason, SizePlan } from '../core/sizing/plan-types.ts'
import { canonicalText, columnCodec, decimalCodec, decodeText, realCodec } from './codec.ts'
import { hashesSchema, orderSchema, policySchema, sideSchema } from './inputs-codec.ts'

const unit = z.enum(['weight', 'relative', 'volatility', 'risk'])
const direction = z.enum(['up', 'down'])
const limitName = z.enum(LIMIT_NAMES)
const reasonOf = <const K extends string, T extends z.ZodRawShape>(kind: K, shape: T) =>
  z.strictObject({ kind: z.literal(kind), ...shape })

const blame = z.discriminatedUnion('kind', [
  reasonOf('policy', {
    policy: z.enum(['full', 'proportional', 'band', 'riskCap', 'costAware']),
    unit: unit.nullable(),
  }),
  reasonOf('limit', { limit: limitName }),
  reasonOf('backInside', { limit: limitName }),
  reasonOf('rounding', {}),
])

const reasonSchema = z.discriminatedUnion('kind', [
  reasonOf('atTarget', {}),
  reasonOf('insideBand', { unit, imbalance: realCodec, width: realCodec }),
  reasonOf('outsideBand', { unit, imbalance: realCodec, width: realCodec, to: z.enum(['edge', 'target']) }),
  reasonOf('toTarget', {}),
  reasonOf('part', { rate: realCodec }),
  reasonOf('underCap', { trackingError: realCodec, cap: realCodec }),
  reasonOf('cheapestToCap', { cap: realCodec }),
  reasonOf('notNeededForCap', { cap: realCodec }),
  reasonOf('bound', {
    limit: limitName,
    name: z.string().nullable(),
    limitValue: realCodec,
    wanted: realCodec,
    allowed: realCodec,
    price: realCodec.nullable(),
    errorPrice: realCodec.nullable(),
  }),
  reasonOf('backInside', {
    limit: limitName,
    name: z.string().nullable(),
    limitValue: realCodec,
    from: realCodec,
    to: realCodec,
    wanted: realCodec,
    allowed: realCodec,
    price: realCodec.nullable(),
    errorPrice: realCodec.nullable(),
  }),
  reasonOf('outsideLimit', {
    limit: limitName,
    name: z.string().nullable(),
    limitValue: realCodec,
    from: realCodec,
    to: realCodec,
  }),
  reasonOf('movedWithOthers', { wanted: realCodec, allowed: realCodec }),
  reasonOf('worthItsCost', {
    gain: realCodec,
    cost: realCodec,
    band: realCodec.nullable(),
    worth: realCodec,
    pays: z.strictObject({ fee: realCodec, spread: realCodec, impact: realCodec, fixed: realCodec, carry: realCodec }),
  }),
  reasonOf('tilted', { target: realCodec, aim: realCodec, rate: realCodec, atBand: z.boolean() }),
  reasonOf('notWorthItsCost', { gain: realCodec, cost: realCodec, band: realCodec.nullable() }),
  reasonOf('guarded', {
    strength: realCodec,
    direction,
    share: realCodec,
    widen: realCodec,
    slow: realCodec,
    wanted: realCodec,
    instead: realCodec,
  }),
  reasonOf('unguarded', {
    why: z.enum(['noTrend', 'closing', 'withTrend', 'notMade']),
    strength: realCodec,
    direction,
  }),
  reasonOf('instrument', { instrument: z.string(), cost: realCodec, instead: z.array(z.string()) }),
  reasonOf('fullClose', {}),
  reasonOf('lot', { lot: decimalCodec, leftover: realCodec }),
  reasonOf('belowMinimum', {
    minimum: decimalCodec,
    of: z.enum(['quantity', 'notional']),
    was: decimalCodec,
    currency: z.string().nullable(),
  }),
  reasonOf('remainderUnsellable', { remainder: decimalCodec }),
  reasonOf('limitAfterRounding', { limit: limitName }),
  reasonOf('roundedTogether', { lot: decimalCodec, alone: decimalCodec, quantity: decimalCodec, leftover: realCodec }),
  reasonOf('mostRisk', { underlying: z.string(), part: realCodec, trackingError: realCodec }),
  reasonOf('hedges', { underlying: z.string(), part: realCodec }),
  reasonOf('raisesTrackingError', { before: realCodec, after: realCodec, blame }),
  reasonOf('aboveCap', { cap: realCodec, after: realCodec }),
  reasonOf('staleMark', { instrument: z.string(), ageMs: realCodec }),
  reasonOf('target', { note: z.string() }),
  reasonOf('forecast', { note: z.string() }),
  reasonOf('feesWithImpact', {}),
  reasonOf('replaces', { order: z.string() }),
  reasonOf('nothingToDo', {}),
]) satisfies z.ZodType<Reason>

const because = z.array(reasonSchema)
const cost = z.strictObject({
  fee: decimalCodec,
  spread: decimalCodec,
  impact: decimalCodec,
  fixed: decimalCodec,
  total: decimalCodec,
})
const imbalance = z.strictObject({
  weight: columnCodec,
  relative: z.array(realCodec.nullable()),
  volatility: columnCodec,
  risk: columnCodec,
  trackingError: realCodec,
  riskContribution: columnCodec,
  volatilityOfBook: realCodec,
})
const balance = z.strictObject({ cash: realCodec, gross: realCodec, net: realCodec, weight: columnCodec, imbalance })
const leg = z.strictObject({
  instrument: z.string(),
  underlying: z.string(),
  side: sideSchema,
  held: decimalCodec,
  quantity: decimalCodec,
  after: decimalCodec,
  price: decimalCodec,
  notional: decimalCodec,
  wanted: realCodec,
  allowed: realCodec,
  traded: realCodec,
  cost,
  because,
})
const line = z.strictObject({
  underlying: z.string(),
  held: realCodec,
  target: realCodec,
  aim: realCodec,
  wanted: realCodec,
  allowed: realCodec,
  traded: realCodec,
  after: realCodec,
  because,
})

/** The JSON form of a plan. */
export const planSchema = z.strictObject({
  id: z.string(),
  asOf: realCodec,
  numeraire: z.string(),
  inputs: hashesSchema,
  status: z.enum(['ready', 'balanced', 'infeasible']),
  relaxations: z.array(
    z.strictObject({ limit: limitName, name: z.string().nullable(), limitValue: realCodec, needed: realCodec }),
  ),
  policy: policySchema,
  equity: decimalCodec,
  before: balance,
  after: balance,
  lines: z.array(line),
  legs: z.array(leg),
  replaced: z.array(orderSchema),
  turnover: realCodec,
  traded: decimalCodec,
  cost,
  rounding: z.strictObject({ trackingError: realCodec, proven: z.boolean() }),
  forecast: z
    .strictObject({ trackingError: realCodec, turnover: realCodec, cost: realCodec, aversion: realCodec })
    .nullable(),
  because,
}) satisfies z.ZodType<SizePlan>

type Plan = z.output<typeof planSchema>

/** Canonical JSON: equal plans are equal bytes. */
export const encodePlan = (plan: SizePlan): string => canonicalText(planSchema.encode(plan as Plan, { jitless: true }))

/** Refuses what `encodePlan` does not write. */
export const decodePlan = (text: string): Result<SizePlan> => decodeText(planSchema, text)
