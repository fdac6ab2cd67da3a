/** RunReport ↔ JSON text, lossless: what `backtest --json` prints. Equal reports are equal bytes. */
import { z } from 'zod'
import type { Result } from '../core/base/result.ts'
import { PARTS } from '../core/sim/attribution-window.ts'
import { BENCHMARKS } from '../core/sim/benchmark.ts'
import type { MetricName, Metrics } from '../core/sim/metrics.ts'
import { METRICS } from '../core/sim/metrics-definitions.ts'
import { GROWTH, type Growth, type Measure } from '../core/sim/metrics-growth.ts'
import type { RunReport } from '../core/sim/run-report.ts'
import { TARGET_FIGURES, type TargetFigure, type TargetRisk } from '../core/sim/target-risk.ts'
import { canonicalText, columnCodec, decimalCodec, decodeText, flagsCodec, realCodec } from './codec.ts'
import { policySchema } from './inputs-codec.ts'

/** A number, or why there is none. */
const measure = z.union([realCodec, z.strictObject({ because: z.string() })]) satisfies z.ZodType<Measure>
const measures = <N extends MetricName>(names: readonly N[]): z.ZodObject<Record<N, typeof measure>> =>
  z.strictObject(Object.fromEntries(names.map((name) => [name, measure])) as Record<N, typeof measure>)

const growth = measures(GROWTH) satisfies z.ZodType<Growth>
const metrics = measures(METRICS.map(({ name }) => name)) satisfies z.ZodType<Metrics>

type Sums = Record<(typeof PARTS)[number], typeof decimalCodec>
const parts = z.strictObject(Object.fromEntries(PARTS.map((part) => [part, decimalCodec])) as Sums)
const attribution = z.strictObject({
  from: realCodec,
  to: realCodec,
  startEquity: decimalCodec,
  endEquity: decimalCodec,
  flows: decimalCodec,
  gain: decimalCodec,
  parts,
  lines: z.array(z.strictObject({ name: z.string().nullable(), gain: decimalCodec, parts })),
})
const spread = z.strictObject({ least: realCodec, middle: realCodec, most: realCodec }).nullable()
type Spreads = Record<TargetFigure, typeof spread>
const targetRisk = z.strictObject({
  terms: z.strictObject({
    seed: z.string(),
    draws: z.int().min(1),
    noise: z.array(realCodec),
    delaysMs: z.array(realCodec),
    estimates: z.array(z.strictObject({ years: realCodec, sharpe: realCodec })),
  }),
  rows: z.array(
    z.strictObject({
      kind: z.enum(['asItWas', 'noise', 'delay', 'estimate', 'permutation', 'equal']),
      size: realCodec.nullable(),
      runs: z.int(),
      figures: z.strictObject(Object.fromEntries(TARGET_FIGURES.map((name) => [name, spread])) as Spreads),
    }),
  ),
}) satisfies z.ZodType<TargetRisk>
const issue = z.strictObject({ code: z.string(), path: z.string(), message: z.string(), hint: z.string() })

/** The JSON form of a run. */
export const runReportSchema = z.strictObject({
  numeraire: z.string(),
  underlyings: z.array(z.string()),
  instruments: z.array(z.string()),
  from: realCodec,
  to: realCodec,
  intervalMs: realCodec,
  policy: policySchema,
  mandated: z.array(z.string()),
  metrics,
  benchmarks: z.array(z.strictObject({ kind: z.enum(BENCHMARKS), wealth: columnCodec, growth })),
  attribution: z.strictObject({ whole: attribution, months: z.array(attribution) }),
  targetRisk: targetRisk.nullable(),
  columns: z.strictObject({
    time: columnCodec,
    equity: columnCodec,
    wealth: columnCodec,
    weight: columnCodec,
    target: columnCodec,
    trackingError: columnCodec,
    recentTrackingError: columnCodec,
    gross: columnCodec,
    volatility: columnCodec,
    turnover: columnCodec,
    outside: flagsCodec,
  }),
  trades: z.array(
    z.strictObject({
      at: realCodec,
      instrument: z.string(),
      quantity: decimalCodec,
      price: decimalCodec,
      mid: decimalCodec,
      fee: decimalCodec,
      spread: decimalCodec,
      impact: decimalCodec,
      notional: realCodec,
      because: z.enum(['plan', 'liquidation', 'delisting']),
    }),
  ),
  payments: z.array(z.strictObject({ at: realCodec, instrument: z.string().nullable(), paid: decimalCodec })),
  flows: z.array(z.strictObject({ at: realCodec, amount: decimalCodec })),
  decisions: z.array(
    z.strictObject({
      at: realCodec,
      plan: z.string().nullable(),
      status: z.enum(['ready', 'balanced', 'infeasible', 'refused']),
      turnover: realCodec,
      issues: z.array(issue),
    }),
  ),
  notes: z.array(z.string()),
  hashes: z.strictObject({ history: z.string(), mandate: z.string(), ledger: z.string() }),
}) satisfies z.ZodType<RunReport>

type Report = z.output<typeof runReportSchema>

export const encodeRunReport = (report: RunReport): string =>
  canonicalText(runReportSchema.encode(report as Report, { jitless: true }))

/** Refuses what `encodeRunReport` does not write. */
export const decodeRunReport = (text: string): Result<RunReport> => decodeText(runReportSchema, text)
