/** The runs of a stress: the book's own backtest over other histories, under its own policy and those it compares with. */

import type { Result } from '../core/base/result.ts'
import type { RiskModel } from '../core/domain/market.ts'
import type { History } from '../core/sim/history.ts'
import { type Backtest, finishBacktest, type LoadedBacktest } from './backtest.ts'
import type { BacktestDraft } from './backtest-needs.ts'
import type { Draft } from './book-shape.ts'
import type { BookIssue } from './tree.ts'

export interface StressBook {
  readonly draft: BacktestDraft
  readonly loaded: LoadedBacktest
}

type PolicyText = NonNullable<Draft['policy']>

/** The book's policy, then those it compares with. */
export const policiesOf = ({ draft: { book } }: StressBook): readonly PolicyText[] =>
  [book.draft.policy, ...(book.draft.compare ?? [])].filter((policy) => policy !== undefined)

/** Inputs of a run under one of its policies. @param forecasts made so far over this history, shared by its policies */
export function stressRun(
  { draft, loaded }: StressBook,
  policy: PolicyText,
  over: { readonly history: History; readonly forecasts: Map<string, RiskModel> },
): Result<Backtest, readonly BookIssue[]> {
  const book = { ...draft.book, draft: { ...draft.book.draft, policy } }
  return finishBacktest({ ...draft, book }, loaded, { shared: false, ...over })
}
