/** What a study is asked and what it answers, as plain data. */
import type { Instant } from '../base/instant.ts'
import type { Issue, Result } from '../base/result.ts'
import type { BootstrapEstimate } from '../evidence/bootstrap.ts'
import type { Space } from '../evidence/search/space.ts'
import type { ParameterEffect } from '../evidence/sensitivity.ts'
import type { Measure, Missing } from './metrics-growth.ts'
import type { CellOutcome, Figures } from './study-periods.ts'
import type { Score } from './study-score.ts'

export type StudySearch =
  /** Values of each parameter, by name. */
  | { readonly kind: 'grid'; readonly steps: Readonly<Record<string, number>> }
  | { readonly kind: 'random' | 'latinHypercube' | 'cmaEs' | 'simplex'; readonly cells: number }

/** Lengths are in periods, times in ms. */
export interface StudySplits {
  readonly walkForward: {
    readonly kind: 'anchored' | 'rolling'
    readonly train: number
    readonly test: number
  }
  readonly combinatorial: { readonly groups: number; readonly testGroups: number }
  /** How long after a period its outcome is still being felt: that much more is purged. */
  readonly purgeMs: number
  readonly embargoMs: number
  /** Of the probability of overfitting, even. */
  readonly blocks: number
}

export interface StudyTerms {
  readonly space: Space
  readonly search: StudySearch
  readonly score: Score
  /** When the first period begins, and how long each is. */
  readonly from: Instant
  readonly periodMs: number
  readonly periods: number
  readonly splits: StudySplits
  /** How near neighbours are, in parts of a range. */
  readonly reach: number
  readonly seed: string
  /** Of the bootstrap. */
  readonly draws: number
}

/** A cell that was run: its place in the search, its values as the book was given them, and what came of it. */
export interface CellRun {
  readonly cell: number
  /** In the unit cube. */
  readonly point: Float64Array
  /** In the order of the space. */
  readonly texts: readonly string[]
  readonly outcome: Result<CellOutcome>
}

export interface StudyRow {
  readonly cell: number
  /** In the unit cube. */
  readonly point: Float64Array
  readonly texts: readonly string[]
  /** Of the whole history. */
  readonly score: Measure
  readonly figures: Figures
}

export interface WalkForwardStep {
  /** Of the test. */
  readonly from: Instant
  readonly to: Instant
  /** The cell that was best before. */
  readonly cell: number
  readonly trained: Measure
  readonly tested: Measure
}

export interface WalkForwardResult {
  readonly steps: readonly WalkForwardStep[]
  /** Of all tests together: what choosing so had given, and the book as it is on the same periods. */
  readonly score: Measure
  readonly base: Measure
}

export interface CrossValidation {
  /** Of each path through the whole history, in order. */
  readonly paths: Float64Array
  /** Quantiles of the paths: 5 %, 50 %, 95 %. */
  readonly low: number
  readonly middle: number
  readonly high: number
  /** How many different cells were chosen. */
  readonly chosen: number
}

/** The winner among all that were tried. */
export interface Luck {
  /** Trials that count, and how many independent ones they are worth. */
  readonly trials: number
  readonly effective: number
  /** Annual: of the winner's column, and what the best of so many without merit is expected to have. */
  readonly sharpe: number
  readonly standardError: number
  readonly expectedOfLuck: number
  /** Of the deflated Sharpe ratio. */
  readonly deflated: number
  /** Of backtest overfitting. */
  readonly overfitting: number
  readonly probabilityOfLoss: number
}

export interface Plateau {
  /** The cell with the best neighbourhood, which is the choice to make. */
  readonly cell: number
  /** Of the peak's advantage over the median that its neighbourhood keeps; null where there is none. */
  readonly kept: number | null
  readonly neighbours: number
  readonly effects: readonly ParameterEffect[]
}

/** What was judged, or why it could not be. */
export type Judged<T> = T | Missing
export const isJudged = <T extends object>(judged: Judged<T>): judged is T => !('because' in judged)

export interface StudyReport {
  readonly score: Score
  readonly parameters: readonly string[]
  readonly search: StudySearch['kind']
  readonly from: Instant
  readonly to: Instant
  readonly periodMs: number
  readonly base: Pick<StudyRow, 'score' | 'figures'>
  /** Every cell that could be run, in order. */
  readonly rows: readonly StudyRow[]
  readonly refused: readonly {
    readonly cell: number
    readonly texts: readonly string[]
    readonly issues: readonly Issue[]
  }[]
  /** The first cell with the greatest score. */
  readonly winner: number
  readonly walkForward: Judged<WalkForwardResult>
  readonly crossValidation: Judged<CrossValidation>
  readonly luck: Judged<Luck>
  /** How much better the winner's score is than that of the book as it is. */
  readonly advantage: Judged<BootstrapEstimate>
  readonly plateau: Judged<Plateau>
  /** What a reader must know before using the winner, a sentence each. */
  readonly warnings: readonly string[]
}
