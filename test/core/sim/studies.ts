/** Studies made of columns alone: cells whose returns are noise about a mean that their point says. */
import { DAY_MS, YEAR_MS } from '../../../src/core/base/instant.ts'
import { makeRandom } from '../../../src/core/base/random.ts'
import type { CellOutcome, Figures } from '../../../src/core/sim/study-periods.ts'
import { FIGURES } from '../../../src/core/sim/study-periods.ts'
import type { CellRun, StudyTerms } from '../../../src/core/sim/study-types.ts'

const FROM = Date.UTC(2025, 0, 1)

export const TERMS: StudyTerms = {
  space: [
    { kind: 'linear', name: 'policy.width', from: 0, to: 1 },
    { kind: 'choice', name: 'policy.to', options: ['edge', 'target'] },
  ],
  search: { kind: 'grid', steps: { 'policy.width': 8 } },
  score: { kind: 'sharpe' },
  from: FROM,
  periodMs: DAY_MS,
  periods: 240,
  splits: {
    walkForward: { kind: 'anchored', train: 120, test: 30 },
    combinatorial: { groups: 6, testGroups: 2 },
    purgeMs: 0,
    embargoMs: DAY_MS,
    blocks: 8,
  },
  reach: 0.15,
  seed: '1',
  draws: 1000,
}

const FIGURED = Object.fromEntries(FIGURES.map((name) => [name, 0.1])) as Figures

export const outcomeOf = (returns: Float64Array, parts: Partial<CellOutcome['periods']> = {}): CellOutcome => ({
  figures: FIGURED,
  periods: { returns, active: returns.map((each) => each / 10), cost: returns.map(() => 1e-5), ...parts },
})

/** Daily returns of 2 % volatility with an annual drift; the same noise in part, as cells of one book have. */
export function noisy(
  name: string,
  { drift, periods }: { readonly drift: number; readonly periods: number },
): Float64Array {
  const [common, own] = [makeRandom('common'), makeRandom(name)]
  return Float64Array.from(
    { length: periods },
    () => 0.01 * common.normal() + 0.01 * own.normal() + (drift * DAY_MS) / YEAR_MS,
  )
}

/** @param driftOf of a cell by its first coordinate */
export function runsOf(terms: StudyTerms, driftOf: (u: number) => number): CellRun[] {
  return Array.from({ length: 16 }, (_, cell) => {
    const u = Math.floor(cell / 2) / 7
    const point = Float64Array.of(u, cell % 2 === 0 ? 0.25 : 0.75)
    const returns = noisy(`cell ${cell}`, { drift: driftOf(u), periods: terms.periods })
    return {
      cell,
      point,
      texts: [String(u), cell % 2 === 0 ? 'edge' : 'target'],
      outcome: { ok: true, value: outcomeOf(returns) },
    }
  })
}
