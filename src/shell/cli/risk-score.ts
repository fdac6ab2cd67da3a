/** Judges the estimators a book lists, or the usual ones, on the book's own history (`core/risk/score.ts`). */
import { DAY_MS, type Instant } from '../../core/base/instant.ts'
import { type Issue, type Result, refuse, succeed } from '../../core/base/result.ts'
import type { RiskEstimator } from '../../core/risk/forecast.ts'
import { type Interval, judgedFrom, qlikeAbove, type RiskScore, scoreRisk } from '../../core/risk/score.ts'
import { standardEstimators } from '../../core/risk/standard-estimators.ts'
import type { Book } from '../../wire/book.ts'
import { estimatorLabel } from './estimator-label.ts'
import type { Progress } from './progress.ts'

export interface JudgedEstimator {
  readonly label: string
  /** Whether it is the book's. */
  readonly own: boolean
  /** null where it could not forecast, and the issues say why. */
  readonly score: RiskScore | null
  readonly issues: readonly Issue[]
  /** 95 % interval of its QLIKE of the book above that of the book's own estimator. */
  readonly aboveOwn: Interval | null
}

export interface Judgement {
  readonly from: Instant
  readonly to: Instant
  readonly everyMs: number
  /** What the weights of the judged book are. */
  readonly weights: 'held' | 'target'
  /** Best first by the QLIKE of the book; then those without a score. */
  readonly estimators: readonly JudgedEstimator[]
}

export interface JudgeRequest {
  readonly held: Float64Array
  readonly target: Float64Array
  readonly overMs: number | null
  readonly everyMs: number | null
}

/** Codes: risk.no-history, risk.nothing-judged. */
export function judgeEstimators(book: Book, request: JudgeRequest, progress: Progress): Result<Judgement> {
  const { history } = book
  if (history === null)
    return refuse(
      'risk.no-history',
      'market.candles',
      'estimators must have candle files to be judged on, was a stated forecast',
      'give candles, interval and estimate instead of vols and correlations',
    )
  const weights = request.held.some((weight) => weight !== 0) ? 'held' : 'target'
  if (weights === 'target' && request.target.every((weight) => weight === 0))
    return refuse(
      'risk.nothing-judged',
      'targets',
      'the book must hold something or have a target to be judged, was empty',
      'state what is held or wanted',
    )
  const { histories, intervalMs, windowMs } = history
  const to = book.asOf
  const everyMs = request.everyMs ?? Math.max(DAY_MS, intervalMs)
  const overMs = request.overMs ?? Number.POSITIVE_INFINITY
  const from = judgedFrom(histories, { to, windowMs, overMs, intervalMs })
  const listed = candidates(history.estimator, history.compare, intervalMs)
  const steps = listed.length * Math.max(1, Math.ceil((to - from) / everyMs))
  let done = 0
  const scored = listed.map((estimator, index): JudgedEstimator => {
    const label = estimatorLabel(estimator, intervalMs)
    const score = scoreRisk(histories, estimator, {
      book: request[weights],
      intervalMs,
      windowMs,
      from,
      to,
      everyMs,
      progress: () => progress.update(++done / steps, label),
    })
    done = ((index + 1) * steps) / listed.length
    return {
      label,
      own: index === 0,
      score: score.ok ? score.value : null,
      issues: score.ok ? [] : score.error,
      aboveOwn: null,
    }
  })
  const own = scored[0]!.score
  const estimators = scored.map((each) =>
    each.own || each.score === null || own === null ? each : { ...each, aboveOwn: qlikeAbove(each.score, own) },
  )
  const qlikeOf = ({ score }: JudgedEstimator): number => score?.qlikeOfBook ?? Number.POSITIVE_INFINITY
  return succeed({
    from,
    to,
    everyMs,
    weights,
    estimators: estimators.toSorted((a, b) => compare(qlikeOf(a), qlikeOf(b))),
  })
}

const compare = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0)

/** The book's own first, then those it lists or the usual ones, each once. */
function candidates(own: RiskEstimator, listed: readonly RiskEstimator[], intervalMs: number): RiskEstimator[] {
  const others = listed.length > 0 ? listed : standardEstimators(intervalMs)
  const labels = new Set<string>()
  return [own, ...others].filter((each) => {
    const label = estimatorLabel(each, intervalMs)
    return !labels.has(label) && labels.add(label)
  })
}
