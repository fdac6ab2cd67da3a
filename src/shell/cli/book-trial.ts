/** A book's text read and planned with, without touching a disk: what `init` asks of a book before it writes one. */
import { plan } from '../../core/sizing/plan.ts'
import { draftBook, finishBook, NOTHING_LOADED, planInputs, policyMissing } from '../../wire/book.ts'
import type { LocatedIssue } from './issues.ts'

/** Every reason why `equipoise plan` would not answer from this text; none where it would. */
export function tryBook(text: string): readonly LocatedIssue[] {
  const draft = draftBook(text)
  if (!draft.ok) return draft.error
  const book = finishBook(draft.value, NOTHING_LOADED)
  if (!book.ok) return book.error
  if (book.value.policy === null) return [policyMissing(book.value)]
  const planned = plan(planInputs(book.value, book.value.policy))
  return planned.ok ? [] : planned.error
}
