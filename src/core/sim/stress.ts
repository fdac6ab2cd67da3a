/**
 * What became of a book under stress, in the few figures by which scenarios and policies are compared; and of many paths,
 * what each policy makes of them, and how often one ends above another on the same path.
 */
import { toNumber } from '../base/decimal.ts'
import { type Result, succeed } from '../base/result.ts'
import { worstDrawdown } from '../evidence/drawdown.ts'
import { measurePathRisk, type PathRisk, type PathRiskTerms, type ShareInterval } from '../evidence/paths.ts'
import { intervalOfShare } from '../maths/binomial.ts'
import type { RunRecord } from './run-record.ts'

export interface StressOutcome {
  /** Last equity over first. */
  readonly growth: number
  /** The deepest fall from a highest close, a fraction. */
  readonly drawdown: number
  /** Fee, spread and impact of all trades, and what is paid for holding, over the first equity. */
  readonly cost: number
  readonly trades: number
  readonly liquidations: number
  /** Decisions that gave no plan. */
  readonly refused: number
  /** Forecast tracking error at the worst row. */
  readonly trackingErrorMax: number
}

export function outcomeOf(record: RunRecord): StressOutcome {
  const { equity, trades, payments, decisions, trackingError } = record
  const first = equity[0]!
  const paid = [
    ...trades.flatMap(({ fee, spread, impact }) => [fee, spread, impact]),
    ...payments.map((each) => each.paid),
  ]
  return {
    growth: equity.at(-1)! / first,
    drawdown: worstDrawdown(equity).depth,
    cost: paid.reduce((sum, each) => sum + toNumber(each), 0) / first,
    trades: trades.length,
    liquidations: trades.filter(({ because }) => because === 'liquidation').length,
    refused: decisions.filter(({ status }) => status === 'refused').length,
    trackingErrorMax: trackingError.reduce((most, each) => Math.max(most, each), 0),
  }
}

export interface PathsOutcome {
  readonly risk: PathRisk
  /** The share of paths on which the policy ends above the first one; null for the first. */
  readonly above: ShareInterval | null
}

/**
 * @param equity per policy, per path. @returns per policy, in its order
 * Codes: those of `measurePathRisk`.
 */
export function assessPaths(
  equity: readonly (readonly Float64Array[])[],
  terms: PathRiskTerms,
): Result<readonly PathsOutcome[]> {
  const outcomes: PathsOutcome[] = []
  const base = equity[0]!
  for (const paths of equity) {
    const risk = measurePathRisk(paths, terms)
    if (!risk.ok) return risk
    const n = paths.length
    const wins = paths.filter((path, k) => path.at(-1)! / path[0]! > base[k]!.at(-1)! / base[k]![0]!).length
    const { confidence } = terms
    const above = paths === base ? null : { value: wins / n, ...intervalOfShare(wins, { n, confidence }) }
    outcomes.push({ risk: risk.value, above })
  }
  return succeed(outcomes)
}
