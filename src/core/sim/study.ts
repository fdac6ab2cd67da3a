/**
 * The judgement of a study: which cell was best, and everything that speaks against believing it. The numbers are those of
 * `core/evidence`, all about one column of periods per cell, so that choosing, testing and doubting mean the same score.
 * Where the score is a mean, trials are what a cell had beyond the book as it is, since a cost has no sign to test; where it is
 * a ratio, they are the columns themselves.
 */
import { YEAR_MS } from '../base/instant.ts'
import { type Issue, type Result, refuse, succeed } from '../base/result.ts'
import { judgeBestOfTrials } from '../evidence/best-of-trials.ts'
import { automaticBlockLength } from '../evidence/block-length.ts'
import { type BootstrapEstimate, bootstrapInterval } from '../evidence/bootstrap.ts'
import { assessSensitivity } from '../evidence/sensitivity.ts'
import { type Measure, missing } from './metrics-growth.ts'
import { bestAt, type Contest, crossValidate, studyFolds, walkAhead } from './study-folds.ts'
import type { CellOutcome } from './study-periods.ts'
import { measuredScore, scoreAt, scoreColumn, summaryOf } from './study-score.ts'
import type { CellRun, Judged, Luck, Plateau, StudyReport, StudyTerms } from './study-types.ts'
import { warningsOf } from './study-warnings.ts'

const CONFIDENCE = 0.95
/** Deviations of its neighbourhood that the mean of a robust choice is lowered by. */
const CAUTION = 1
const PARTS = 8

const everywhere = (periods: number): Uint32Array => Uint32Array.from({ length: periods }, (_, k) => k)

/** What a search is told of a cell, less being better; a cell that could not be run is worst. */
export function toldValue({ outcome }: Pick<CellRun, 'outcome'>, { score, periods, periodMs }: StudyTerms): number {
  if (!outcome.ok) return Number.POSITIVE_INFINITY
  const column = scoreColumn(outcome.value.periods, score)
  const periodsPerYear = YEAR_MS / periodMs
  return 0 - scoreAt(column, everywhere(periods), { summary: summaryOf(score), periodsPerYear })
}

/** @param base the book as it is. Codes: study.no-cells, those of `studyFolds`. */
export function judgeStudy(terms: StudyTerms, base: CellOutcome, runs: readonly CellRun[]): Result<StudyReport> {
  const { score, space, from, periodMs, periods } = terms
  const folds = studyFolds(terms)
  if (!folds.ok) return folds
  const kept = runs.flatMap(({ outcome, ...run }) => (outcome.ok ? [{ ...run, ...outcome.value }] : []))
  const refused = runs.flatMap(({ outcome, cell, texts }) =>
    outcome.ok ? [] : [{ cell, texts, issues: outcome.error }],
  )
  if (kept.length === 0) return refuseAll(refused[0]?.issues ?? [])
  const contest: Contest = {
    columns: kept.map((cell) => scoreColumn(cell.periods, score)),
    cells: kept.map(({ cell }) => cell),
    summary: summaryOf(score),
    periodsPerYear: YEAR_MS / periodMs,
  }
  const baseColumn = scoreColumn(base.periods, score)
  const all = everywhere(periods)
  const best = bestAt(contest, all)
  const scored = (column: Float64Array): Measure => measuredScore(scoreAt(column, all, contest))
  const winning = contest.columns[best.place]!
  const judged = {
    score,
    parameters: space.map(({ name }) => name),
    search: terms.search.kind,
    from,
    to: from + periods * periodMs,
    periodMs,
    base: { score: scored(baseColumn), figures: base.figures },
    rows: kept.map(({ cell, point, texts, figures }, place) => ({
      cell,
      point,
      texts,
      score: scored(contest.columns[place]!),
      figures,
    })),
    refused,
    winner: kept[best.place]!.cell,
    walkForward: walkAhead(contest, baseColumn, { folds: folds.value.walkForward, from, periodMs }),
    crossValidation: crossValidate(contest, folds.value.combinatorial) ?? missing('a path does not vary'),
    luck: judgeLuck(contest, baseColumn, terms),
    advantage: judgeAdvantage(contest, { winning, base: baseColumn, terms }),
    plateau: judgePlateau(terms, kept, (place) => scoreAt(contest.columns[place]!, all, contest)),
  }
  return succeed({ ...judged, warnings: warningsOf(judged, space) })
}

const because = (issues: readonly Issue[]): { readonly because: string } =>
  missing(issues[0] === undefined ? 'unknown' : issues[0].message)

function judgeLuck(contest: Contest, base: Float64Array, { splits }: StudyTerms): Judged<Luck> {
  const { summary, columns, periodsPerYear } = contest
  // What is everywhere equal to the book as it is was no trial.
  const trials =
    summary === 'sharpe'
      ? columns
      : columns.map((column) => column.map((each, k) => each - base[k]!)).filter((each) => each.some((x) => x !== 0))
  const judged = judgeBestOfTrials(trials, {
    blocks: splits.blocks,
    measure: summary,
    independence: trials.length <= EIGEN_MAX ? 'eigenvalues' : 'meanCorrelation',
  })
  if (!judged.ok) return because(judged.error)
  const { sharpe, standardError, trials: counted, deflated, overfitting } = judged.value
  const annual = Math.sqrt(periodsPerYear)
  return {
    trials: trials.length,
    effective: counted.count,
    sharpe: sharpe.ratio * annual,
    standardError: standardError * annual,
    expectedOfLuck: deflated.benchmark * annual,
    deflated: deflated.probability,
    overfitting: overfitting.probability,
    probabilityOfLoss: overfitting.probabilityOfLoss,
  }
}

/** Eigenvalues of more trials than that take longer than running them. */
const EIGEN_MAX = 500

function judgeAdvantage(
  contest: Contest,
  { winning, base, terms }: { readonly winning: Float64Array; readonly base: Float64Array; readonly terms: StudyTerms },
): Judged<BootstrapEstimate> {
  const difference = winning.map((each, k) => each - base[k]!)
  if (difference.every((each) => each === 0)) return missing('the winner is the book as it is')
  const length = automaticBlockLength(difference)
  if (!length.ok) return because(length.error)
  const found = bootstrapInterval(
    winning.length,
    (rows) => scoreAt(winning, rows, contest) - scoreAt(base, rows, contest),
    {
      scheme: { kind: 'stationary', length: length.value.stationary },
      draws: terms.draws,
      seed: terms.seed,
      confidence: CONFIDENCE,
    },
  )
  return found.ok ? found.value : because(found.error)
}

function judgePlateau(
  { space, reach }: StudyTerms,
  kept: readonly Pick<CellRun, 'cell' | 'point'>[],
  scoreOf: (place: number) => number,
): Judged<Plateau> {
  const found = assessSensitivity(
    space,
    { points: kept.map(({ point }) => point), scores: Float64Array.from(kept, (_, place) => scoreOf(place)) },
    { reach: Object.fromEntries(space.map(({ name }) => [name, reach])), caution: CAUTION, parts: PARTS },
  )
  if (!found.ok) return because(found.error)
  const { robust, kept: held, neighbourhoods, effects } = found.value
  return {
    cell: kept[robust]!.cell,
    kept: held,
    neighbours: neighbourhoods[robust]!.count - 1,
    effects,
  }
}

const refuseAll = (first: readonly Issue[]): Result<never> =>
  refuse(
    'study.no-cells',
    'study',
    `at least one cell must run, was none; the first says: ${first[0]?.message ?? 'nothing'}`,
    'correct the ranges of the parameters',
  )
