import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { combinatorialPurged, type Fold, type Observations, walkForward } from '../../../src/core/evidence/splits.ts'
import { countCombinations } from '../../../src/core/maths/combinations.ts'
import { answered, codesOf } from './series.ts'

/** Bars 0, 1, … whose outcome is known `horizon` bars later. */
const bars = (count: number, horizon: number): Observations => ({
  from: Float64Array.from({ length: count }, (_, i) => i),
  until: Float64Array.from({ length: count }, (_, i) => i + horizon),
})

/** A mark per observation: `#` trained on, `t` tested, `.` neither. */
const picture = (fold: Fold, count: number): string => {
  const marks = Array<string>(count).fill('.')
  for (const i of fold.train) marks[i] = '#'
  for (const i of fold.test) marks[i] = 't'
  return marks.join('')
}

describe('walk-forward', () => {
  it.each([
    ['anchored', 0, 0, ['######ttt...', '#########ttt']],
    ['rolling', 0, 0, ['######ttt...', '...######ttt']],
    ['anchored', 1, 0, ['#####.ttt...', '########.ttt']],
    ['rolling', 1, 0, ['#####.ttt...', '...#####.ttt']],
    ['anchored', 2, 1, ['###...ttt...', '######...ttt']],
  ] as const)('[EVID-1] %s, outcome after %i, embargo %i', (kind, horizon, embargo, expected) => {
    // Outcomes known after `horizon` bars end before the test; one known at the moment of the test shares its price.
    const folds = answered(walkForward(bars(12, horizon), { kind, train: 6, test: 3, step: 3, embargo }))
    expect(folds.map((fold) => picture(fold, 12))).toEqual(expected)
  })

  it('[EVID-1] steps may be shorter or longer than tests, and a test is whole or absent', () => {
    const at = (step: number): string[] =>
      answered(walkForward(bars(10, 0), { kind: 'rolling', train: 4, test: 3, step, embargo: 0 })).map((fold) =>
        picture(fold, 10),
      )
    expect(at(1)).toEqual(['####ttt...', '.####ttt..', '..####ttt.', '...####ttt'])
    expect(at(4)).toEqual(['####ttt...'])
  })

  it('[EVID-1] what cannot be split is refused', () => {
    const terms = { kind: 'anchored', train: 6, test: 3, step: 3, embargo: 0 } as const
    expect(codesOf(walkForward(bars(8, 0), terms))).toEqual(['evidence.too-short observations'])
    expect(codesOf(walkForward(bars(12, 9), terms))).toEqual(['evidence.too-short folds.0'])
    expect(codesOf(walkForward(bars(12, 0), { ...terms, step: 0, embargo: -1 }))).toEqual([
      'evidence.range splits',
      'evidence.range splits',
    ])
    expect(codesOf(walkForward(bars(12, -1), terms))).toEqual(['evidence.observations observations'])
    const backwards = { from: Float64Array.of(1, 0), until: Float64Array.of(2, 2) }
    expect(codesOf(walkForward(backwards, terms))).toEqual(['evidence.observations observations'])
  })
})

describe('combinatorial purged cross-validation', () => {
  it('[EVID-2] groups of 3, outcome after 1 bar, embargo of 1 bar: the folds as a picture', () => {
    const { folds } = answered(combinatorialPurged(bars(12, 1), { groups: 4, testGroups: 2, embargo: 1 }))
    expect(folds.map((fold) => picture(fold, 12))).toEqual([
      'tttttt..####',
      'ttt...ttt..#',
      'ttt..###.ttt',
      '##.tttttt..#',
      '##.ttt...ttt',
      '#####.tttttt',
    ])
  })

  it('[EVID-2] the six groups of López de Prado, two tested: 15 folds and the five paths of his figure 12.1', () => {
    const { folds, paths } = answered(combinatorialPurged(bars(60, 0), { groups: 6, testGroups: 2, embargo: 0 }))
    expect(folds).toHaveLength(15)
    // Groups by row, folds S1 … S15 by column; the number is the path that the test belongs to.
    const table = Array.from({ length: 6 }, (_, group) =>
      folds.map((_, fold) => String(paths.findIndex((path) => path[group] === fold) + 1).replace('0', '.')).join(''),
    )
    expect(table).toEqual([
      '12345..........',
      '1....2345......',
      '.1...2...345...',
      '..1...2..3..45.',
      '...1...2..3.4.5',
      '....1...2..3.45',
    ])
  })

  it('[EVID-2] nothing trained on overlaps a test or follows it within the embargo; every path is the whole history', () => {
    const terms = fc.record({
      groups: fc.integer({ min: 3, max: 7 }),
      testGroups: fc.integer({ min: 1, max: 2 }),
      embargo: fc.double({ min: 0, max: 3, noNaN: true }),
      horizons: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 70, maxLength: 90 }),
    })
    fc.assert(
      fc.property(terms, ({ groups, testGroups, embargo, horizons }) => {
        const from = Float64Array.from(horizons, (_, i) => i)
        const until = from.map((time, i) => time + horizons[i]!)
        const split = combinatorialPurged({ from, until }, { groups, testGroups, embargo })
        const { folds, paths } = answered(split)
        expect(folds).toHaveLength(countCombinations(groups, testGroups))
        expect(paths).toHaveLength(countCombinations(groups - 1, testGroups - 1))
        for (const { train, test } of folds)
          for (const i of train)
            for (const j of test) {
              expect(until[i]! < from[j]! || from[i]! > until[j]!).toBe(true)
              if (i > j) expect(from[i]! > until[j]! + embargo).toBe(true)
            }
        for (const path of paths) {
          const covered = path.flatMap((fold, group) => {
            const place = folds[fold]!.testGroups.indexOf(group)
            expect(place).toBeGreaterThanOrEqual(0)
            return Array.from(folds[fold]!.test)
          })
          expect(new Set(covered).size).toBe(horizons.length)
        }
      }),
      { numRuns: 20, seed: 20_261 },
    )
  })

  it('[EVID-2] every subset and every path once, and what is too much is refused', () => {
    const { folds, paths } = answered(combinatorialPurged(bars(50, 0), { groups: 5, testGroups: 3, embargo: 0 }))
    expect(new Set(folds.map(({ testGroups }) => testGroups.join())).size).toBe(10)
    expect(new Set(paths.map((path) => path.join())).size).toBe(6)
    const refused = (change: object): string[] =>
      codesOf(combinatorialPurged(bars(50, 0), { groups: 5, testGroups: 2, embargo: 0, ...change }))
    expect(refused({ testGroups: 5 })).toEqual(['evidence.range splits'])
    expect(refused({ groups: 20, testGroups: 10 })).toEqual(['evidence.range splits'])
    expect(refused({ groups: 51 })).toEqual(['evidence.too-short observations'])
    expect(refused({ embargo: 100, testGroups: 4 })).toEqual(['evidence.too-short folds.0'])
  })
})
