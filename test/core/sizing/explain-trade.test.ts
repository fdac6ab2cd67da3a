import { describe, expect, it } from 'vitest'
import { factorSentence, quoteSentence, tradeSentence } from '../../../src/core/sizing/explain-trade.ts'
import type { FactorName, TradeReason } from '../../../src/core/sizing/trade-types.ts'

const names = { subject: 'SOL', numeraire: 'USD' }

describe('one trade in words', () => {
  it.each<[TradeReason, string]>([
    [
      { kind: 'insideBand', unit: 'risk', u: -0.43 },
      'SOL is inside its band in risk (0.43 of the way to the edge): bringing it back is not worth the cost',
    ],
    [
      { kind: 'deepens', unit: 'weight' },
      'it would deepen the imbalance in weight, and neither an edge nor a base size asks for it',
    ],
    [{ kind: 'bandFull', unit: 'weight' }, 'the band in weight has no room left on this side'],
    [
      { kind: 'edgeBelowCost', gain: 0.00032, cost: 0.0006 },
      'the first unit is worth 3.2 bp, which does not pay its cost of 6.0 bp',
    ],
    [
      { kind: 'noBand', why: 'noCost' },
      'trading costs nothing, so there is no band: every deviation is worth trading away',
    ],
    [{ kind: 'noBand', why: 'zeroWidth' }, 'the band has no width: every deviation is outside it'],
    [{ kind: 'noBand', why: 'noRisk' }, 'a deviation costs nothing, so there is no band'],
    [
      { kind: 'trackingErrorDisagrees', marginal: 0.35 },
      'over its horizon this heals the book, although right now it raises tracking error by 0.35 points for each point traded',
    ],
    [
      { kind: 'trackingErrorDisagrees', marginal: -0.02 },
      'over its horizon this adds to the imbalance, although right now it lowers tracking error by 0.02 points for each point traded',
    ],
    [{ kind: 'atTarget' }, 'SOL is at its target'],
  ])('[CLI-27] %o', (reason, text) => {
    expect(tradeSentence(reason, names)).toBe(text)
  })

  it.each<[FactorName, number, string]>([
    ['base', 0.05, 'the base size is 5.0 % of equity'],
    ['curve', 0.5, 'times 0.500 for the imbalance in risk'],
    ['optimal', 0.0073, 'the first unit is worth 73.0 bp; traded until the next one is not worth its cost'],
    ['baseCap', 0.05, 'no more than the base size'],
    ['multipleCap', 0.1, 'no more than the largest multiple of the base, 10.0 %'],
    ['room', 0.02, '2.0 % is left to the far edge of the band'],
    ['limits', 0.5, 'the limits leave 50.0 % of it'],
    ['lot', 0.001, 'whole lots of 0.1 %'],
  ])('[CLI-27] factor %s', (name, value, text) => {
    expect(factorSentence({ name, value, sizeAfter: 0 }, 'risk')).toBe(text)
  })

  it('[CLI-27] quotes without a band say why', () => {
    expect(quoteSentence('emptyBook')).toBe('the book is empty, so neither side is quoted')
    expect(quoteSentence('zeroRange')).toBe('the range is zero, so neither side is quoted')
    expect(quoteSentence('noRisk')).toBe('a deviation costs nothing, so there is no band')
  })
})
