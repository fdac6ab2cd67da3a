/**
 * Rounding as optimisation: the best place of a lattice that a search from a given start can find, jointly over all trades,
 * under every limit, never worse than no trade at all where that obeys them. Best single moves and exchanges (`lattice-search.ts`); for few trades
 * then branch and bound (`lattice-exact.ts`), which says whether it proves the optimum. Deterministic: ties go to the lower
 * index, and nothing is better unless by more than the rounding of its terms.
 */
import { nothing } from './lattice-choices.ts'
import { EXACT_TRADES, searchAll } from './lattice-exact.ts'
import { improve, obeysAll, retreat } from './lattice-search.ts'
import type { LatticeOptimum, LatticePlace, LatticeProgram } from './lattice-types.ts'
import { type LatticeWork, makeLatticeWork, objectiveOf, priceOfNothing } from './lattice-work.ts'

/** @param start trades are taken back from where it breaks a limit; it, or no trade at all, must obey every limit. */
export function optimiseOnLattice(program: LatticeProgram, start: LatticePlace): LatticeOptimum {
  const objectiveOfNothing = priceOfNothing(program)
  let work = makeLatticeWork(program, start)
  retreat(work)
  const objectiveAtStart = objectiveOf(work)
  improve(work)
  if (objectiveOf(work) > objectiveOfNothing) {
    const still = makeLatticeWork(program, placeOfNothing(program))
    if (obeysAll(still)) {
      improve(still)
      work = still
    }
  }
  const few = work.free.length <= EXACT_TRADES
  const proven = few && searchAll(work)
  // A search that gave up may have stopped beside something better.
  if (few && !proven) improve(work)
  return answerOf(work, { objectiveAtStart, objectiveOfNothing, proven })
}

const placeOfNothing = ({ choices, n }: LatticeProgram): LatticePlace => ({
  lots: new Float64Array(n),
  point: Int8Array.from(choices, (each) => nothing(each).point),
})

const answerOf = (
  work: LatticeWork,
  about: Pick<LatticeOptimum, 'objectiveAtStart' | 'objectiveOfNothing' | 'proven'>,
): LatticeOptimum => ({
  trade: work.trade,
  lots: work.lots,
  point: work.point,
  objective: work.trade.every((t) => t === 0) ? about.objectiveOfNothing : objectiveOf(work),
  ...about,
})
