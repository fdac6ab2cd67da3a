/**
 * Searches whose evaluations run elsewhere. A search yields a batch of points and is told their values, in the order of the
 * batch however they were completed; less is better, and what is not finite is worst. It depends on nothing but its
 * settings and what it is told, so a kept list of told values brings it back to where it was.
 */

/** Yields points of the unit cube, receives their values, returns what it found. */
export type Search<Found> = Generator<readonly Float64Array[], Found, Float64Array>

/** What was told so far again: the batch that is due, or the end. */
export function resumeSearch<Found>(
  search: Search<Found>,
  told: Iterable<Float64Array>,
): IteratorResult<readonly Float64Array[], Found> {
  let step = search.next()
  for (const values of told) {
    if (step.done === true) return step
    step = search.next(values)
  }
  return step
}

/** The whole search here and now. */
export function runSearch<Found>(search: Search<Found>, value: (point: Float64Array) => number): Found {
  let step = search.next()
  while (step.done !== true) step = search.next(Float64Array.from(step.value, value))
  return step.value
}
