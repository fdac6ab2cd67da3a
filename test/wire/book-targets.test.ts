/** Targets that a book computes from its forecast, and targets that move. */
import { describe, expect, test } from 'vitest'
import {
  RATIO_ZERO,
  type Ratio,
  ratioAdd,
  ratioCompare,
  ratioOfText,
  ratioToNumber,
} from '../../src/core/base/ratio.ts'
import { plan } from '../../src/core/sizing/plan.ts'
import { type RiskTarget, riskTargetWeights } from '../../src/core/sizing/targets/risk-target.ts'
import { type Book, planInputs } from '../../src/wire/book.ts'
import { bookOf, edit, issuesOf } from './books.ts'

const BOOK = `book: 1
currency: USD
asOf: 2026-03-01T00:00:00Z
cash: { USD: 10000 }
positions: { BTC: 1.09375, ETH: 6.25 }
targets: TARGETS
policy: { kind: full }
limits: { cashMin: 0% }
instruments:
  BTC: { kind: spot, lot: 0.00001, fee: 5bp, spread: 2bp }
  ETH: { kind: spot, lot: 0.0001, fee: 5bp, spread: 2bp }
  SOL: { kind: spot, lot: 0.01, fee: 5bp, spread: 2bp }
market:
  prices: { BTC: 64000, ETH: 3200, SOL: 160 }
  vols: { BTC: 55%, ETH: 70%, SOL: 95% }
  correlations: { BTC/ETH: 0.8, BTC/SOL: 0.6, ETH/SOL: 0.65 }
`
const written = (targets: string): string => edit(BOOK, [['TARGETS', targets]])
const r = (text: string): Ratio => ratioOfText(text)!
const weightsOf = (book: Book): number[] => book.terms.target.weight.map(ratioToNumber)
const totalOf = (book: Book): Ratio => book.terms.target.weight.reduce(ratioAdd, RATIO_ZERO)
const SET = 'of: [SOL, BTC, ETH], total: 80%'

describe('computed targets', () => {
  const NONE = Number.POSITIVE_INFINITY
  const box = (lower: readonly number[], upper: readonly number[]) => ({
    lower: Float64Array.from(lower),
    upper: Float64Array.from(upper),
  })

  test.each<[string, RiskTarget]>([
    [
      '{ kind: riskBudget, total: 80%, budgets: { BTC: 50%, ETH: 30%, SOL: 20% } }',
      { kind: 'riskBudget', budget: Float64Array.of(0.5, 0.3, 0.2), bounds: null },
    ],
    [`{ kind: riskParity, ${SET} }`, { kind: 'riskBudget', budget: null, bounds: null }],
    [
      `{ kind: riskParity, ${SET}, max: 30% }`,
      { kind: 'riskBudget', budget: null, bounds: box([0, 0, 0], [0.3, 0.3, 0.3]) },
    ],
    [`{ kind: minimumVariance, ${SET} }`, { kind: 'minimumVariance', bounds: box([0, 0, 0], [NONE, NONE, NONE]) }],
    [
      `{ kind: minimumVariance, ${SET}, min: { SOL: -5%, ETH: 10% } }`,
      { kind: 'minimumVariance', bounds: box([0, 0.1, -0.05], [NONE, NONE, NONE]) },
    ],
    [
      `{ kind: maximumDiversification, ${SET}, min: 10%, max: { SOL: 15% } }`,
      { kind: 'maximumDiversification', bounds: box([0.1, 0.1, 0.1], [NONE, NONE, 0.15]) },
    ],
    [`{ kind: inverseVolatility, ${SET} }`, { kind: 'inverseVolatility' }],
    [`{ kind: hierarchicalRiskParity, ${SET} }`, { kind: 'hierarchical' }],
  ])('[BOOK-23] %s: the weights of the library, exactly 80 %% in all', (targets, same) => {
    const book = bookOf(written(targets))
    const names = ['BTC', 'ETH', 'SOL']
    const direct = riskTargetWeights({ names, covariance: book.risk.covariance, total: 0.8 }, same)
    weightsOf(book).forEach((weight, u) => {
      expect(weight).toBeCloseTo(direct.ok ? direct.value.weight[u]! : Number.NaN, 11)
    })
    expect(ratioCompare(totalOf(book), r('0.8'))).toBe(0)
    expect(book.terms.target.notes[0]).toContain('computed from the forecast')
  })

  test('[BOOK-23] a weight on its bound is the bound as written, and a note says so', () => {
    const book = bookOf(written(`{ kind: riskParity, ${SET}, max: { BTC: 30% } }`))
    expect(ratioCompare(book.terms.target.weight[0]!, r('0.3'))).toBe(0)
    expect(book.terms.target.notes).toEqual([
      'The targets are risk parity of BTC, ETH and SOL, 80.0 % in all, computed from the forecast.',
      'BTC is at the greatest weight allowed.',
    ])
  })

  test('[BOOK-23] a set of some: the others have the weights stated', () => {
    const book = bookOf(written('{ kind: inverseVolatility, of: [BTC, SOL], total: 75%, others: { ETH: -5% } }'))
    const [btc, eth, sol] = weightsOf(book)
    expect(eth).toBe(-0.05)
    expect(btc! / sol!).toBeCloseTo(0.95 / 0.55, 10)
    expect(ratioCompare(totalOf(book), r('0.7'))).toBe(0)
  })

  test('[BOOK-23] the order of the set changes no hash, and a plan says how the target came about', () => {
    const hashes = ['[BTC, ETH, SOL]', '[SOL, ETH, BTC]'].map((set) => {
      const book = bookOf(written(`{ kind: riskParity, of: ${set}, total: 80% }`))
      return planInputs(book, book.policy!).hashes.mandate
    })
    expect(hashes[0]).toBe(hashes[1])
    const book = bookOf(written(`{ kind: riskParity, ${SET} }`))
    const planned = plan(planInputs(book, book.policy!))
    expect(planned.ok && planned.value.because.filter(({ kind }) => kind === 'target')).toEqual([
      {
        kind: 'target',
        note: 'The targets are risk parity of BTC, ETH and SOL, 80.0 % in all, computed from the forecast.',
      },
    ])
  })

  test.each([
    [
      '{ kind: riskParity, of: [BTC, SOL], total: 80% }',
      'target.missing targets.others.ETH: ETH must have a target because it is held',
    ],
    [
      '{ kind: riskBudget, total: 80%, budgets: { BTC: 50%, ETH: 30%, SOL: 30% } }',
      'target.budgets-total targets.budgets: the budgets must sum to 100 %, was 110.0 %',
    ],
    [
      '{ kind: riskBudget, total: 80%, budgets: { BTC: 50%, ETH: 50%, SOL: 0% } }',
      'budget.not-positive targets.budgets.SOL',
    ],
    ['{ kind: riskParity, of: [BTC, ETH, SOL], total: 0% }', 'total.not-positive targets.total'],
    ['{ kind: riskParity, of: [BTC, ETH, SOL, BTC], total: 80% }', 'target.twice targets.of[3]'],
    [`{ kind: riskParity, ${SET}, others: { SOL: 1% } }`, 'target.twice targets.others.SOL'],
    ['{ kind: riskParity, of: [BTC, ETH], total: 80%, min: { SOL: 1% } }', 'target.outside-set targets.min.SOL'],
    [
      `{ kind: riskParity, ${SET}, min: 30% }`,
      'target.bounds-total targets.min: the least weights must sum to at most the total 80.0 %, was 90.0 %',
    ],
    [
      `{ kind: minimumVariance, ${SET}, max: 20% }`,
      'target.bounds-total targets.max: the greatest weights must sum to at least the total 80.0 %, was 60.0 %',
    ],
    [
      `{ kind: minimumVariance, ${SET}, min: 20%, max: { BTC: 10% } }`,
      'target.bounds targets.min.BTC: the least weight of BTC must be at most its greatest',
    ],
    [`{ kind: maximumDiversification, ${SET}, min: -10% }`, 'target.bounds targets.min.BTC'],
    [`{ kind: inverseVolatility, ${SET}, min: 10% }`, 'key.unknown targets.min'],
    [`{ kind: riskParty, ${SET} }`, 'value.invalid targets.kind: must be riskBudget, riskParity'],
    [
      '{ kind: riskParity, of: [], total: 80%, others: { BTC: 1%, ETH: 1% } }',
      'target.missing targets: a target must have at least one asset',
    ],
  ])('[BOOK-23] %s is refused: %s', (targets, message) => {
    expect(issuesOf(written(targets)).filter((line) => line.includes(message))).toHaveLength(1)
  })

  test('[BOOK-23] what has no forecast has no computed target, and only the forecast is to blame', () => {
    const text = edit(written(`{ kind: riskParity, ${SET} }`), [
      ['SOL: 95%', 'SOL: -1'],
      ['limits: {', 'limits: { weight: { min: 1% },'],
    ])
    expect(issuesOf(text).map((line) => line.split(' ')[1])).toEqual(['vol.not-positive'])
  })
})

describe('targets that move', () => {
  const glide = (from: string, to: string): string =>
    `{ BTC: 50%, ETH: 30%, SOL: 10%, glide: { from: ${from}, to: ${to}, start: { BTC: 70%, rest: ETH } } }`

  test.each([
    ['2026-02-01T00:00:00Z', '2026-03-29T00:00:00Z', [0.6, 0.3, 0.05], '50.0 % of the way along'],
    ['2026-03-02T00:00:00Z', '2026-03-29T00:00:00Z', [0.7, 0.3, 0], 'those at the start of their path'],
    ['2026-01-01T00:00:00Z', '2026-03-01T00:00:00Z', [0.5, 0.3, 0.1], 'reached the end of their path'],
  ])('[BOOK-24] a path from %s to %s', (from, to, expected, note) => {
    const book = bookOf(written(glide(from, to)))
    book.terms.target.weight.forEach((weight, u) => {
      expect(ratioCompare(weight, r(String(expected[u])))).toBe(0)
    })
    expect(book.terms.target.notes.at(-1)).toContain(note)
  })

  test('[BOOK-24] a path may end at computed targets', () => {
    const path = 'glide: { from: 2026-02-01T00:00:00Z, to: 2026-03-29T00:00:00Z, start: { BTC: 100% } }'
    const still = weightsOf(bookOf(written(`{ kind: riskParity, ${SET} }`)))
    const moving = bookOf(written(`{ kind: riskParity, ${SET}, ${path} }`))
    expect(ratioCompare(totalOf(moving), r('0.9'))).toBe(0)
    weightsOf(moving).forEach((weight, u) => {
      expect(weight).toBeCloseTo(0.5 * still[u]! + (u === 0 ? 0.5 : 0), 12)
    })
    expect(moving.terms.target.notes).toHaveLength(2)
  })

  test.each([
    [
      '{ BTC: 50%, ETH: 30%, glide: { from: 2026-02-01T00:00:00Z, to: 2026-03-29T00:00:00Z, start: { SOL: 70% } } }',
      'target.missing targets.SOL: SOL must have a target because its path starts with it',
    ],
    [
      '{ BTC: 50%, ETH: 30%, glide: { from: 2026-02-01T00:00:00Z, to: 2026-01-29T00:00:00Z, start: { BTC: 70% } } }',
      'target.glide targets.glide: a glide path must end after it starts',
    ],
    [
      '{ BTC: 50%, ETH: 30%, glide: { from: 2026-02-01T00:00:00Z, start: { BTC: 70% } } }',
      'key.missing targets.glide.to',
    ],
    [
      '{ BTC: 50%, ETH: 30%, glide: { from: 2026-02-01T00:00:00Z, to: 2026-03-29T00:00:00Z, start: { DOGE: 70% } } }',
      'underlying.unknown targets.glide.start.DOGE',
    ],
  ])('[BOOK-24] %s is refused: %s', (targets, message) => {
    const found = issuesOf(written(targets))
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(message)
  })
})
