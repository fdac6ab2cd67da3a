/**
 * The simplex search of `maths/nelder-mead.ts` in the unit cube, asked and told: points outside are mirrored into it, so that
 * an optimum on a bound is an ordinary one.
 */
import { fail, type Result, succeed } from '../../base/result.ts'
import { type SimplexMinimum, type SimplexSearch, searchSimplex } from '../../maths/nelder-mead.ts'
import { outOfRange } from '../check.ts'
import type { Search } from './ask-tell.ts'
import { checkStart, fold } from './space.ts'

/** @param terms start and step in the unit cube. Codes: evidence.range. */
export function simplexSearch(terms: SimplexSearch): Result<Search<SimplexMinimum>> {
  const issues = [
    ...checkStart(terms.start),
    ...outOfRange('search', {
      'the first step': [terms.step, 'exponent'],
      'the number of evaluations': [terms.evaluationsMax, 'count'],
      'the tolerance': [terms.tolerance, 'positive'],
    }),
  ]
  return issues.length > 0 ? fail(issues) : succeed(walk(terms))
}

function* walk(terms: SimplexSearch): Search<SimplexMinimum> {
  const search = searchSimplex(terms)
  let step = search.next()
  while (step.done !== true) step = search.next(yield step.value.map((point) => point.map(fold)))
  return { ...step.value, x: step.value.x.map(fold) }
}
