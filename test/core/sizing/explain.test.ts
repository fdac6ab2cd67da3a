import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decimal } from '../../../src/core/base/decimal.ts'
import { explainBook, sentence, stageOf, summariseTrades } from '../../../src/core/sizing/explain.ts'
import { limitPhrase } from '../../../src/core/sizing/explain-limits.ts'
import { percent } from '../../../src/core/sizing/explain-percent.ts'
import { LIMIT_NAMES } from '../../../src/core/sizing/limit-names.ts'
import type { Reason, SizePlan } from '../../../src/core/sizing/plan-types.ts'

const names = { subject: 'BTC', numeraire: 'USD' }

/** One reason of every kind (the type makes a missing kind fail to compile), its stage and its sentence. */
const EXAMPLES: { readonly [K in Reason['kind']]: readonly [Extract<Reason, { kind: K }>, string, string] } = {
  atTarget: [{ kind: 'atTarget' }, 'wanted', 'BTC is at its target'],
  insideBand: [
    { kind: 'insideBand', unit: 'weight', imbalance: -0.05, width: 0.1 },
    'wanted',
    'BTC is 5.0 % too little, which is inside the band of 10.0 %, so it is left alone',
  ],
  outsideBand: [
    { kind: 'outsideBand', unit: 'weight', imbalance: 0.2, width: 0.1, to: 'edge' },
    'wanted',
    'BTC is 20.0 % too much, which is outside the band of 10.0 %: trade back to its edge',
  ],
  toTarget: [{ kind: 'toTarget' }, 'wanted', 'trade the whole deviation, to the target'],
  part: [{ kind: 'part', rate: 0.5 }, 'wanted', 'trade 50.0 % of the deviation'],
  underCap: [
    { kind: 'underCap', trackingError: 0.05, cap: 0.07 },
    'wanted',
    'tracking error 5.0 % is under the cap of 7.0 %: nothing has to be traded',
  ],
  cheapestToCap: [
    { kind: 'cheapestToCap', cap: 0.07 },
    'wanted',
    'part of the cheapest trades that bring tracking error back to 7.0 %',
  ],
  notNeededForCap: [
    { kind: 'notNeededForCap', cap: 0.07 },
    'wanted',
    'left alone: the cheapest way back to 7.0 % tracking error does without it',
  ],
  bound: [
    {
      kind: 'bound',
      limit: 'gross',
      name: null,
      limitValue: 1,
      wanted: 0.2,
      allowed: 0.1,
      price: 0.003,
      errorPrice: 0.3,
    },
    'limited',
    'the gross limit is 100.0 %: +10.0 % instead of +20.0 %; a point more of it would save 0.3 bp and leave 0.3 points less tracking error',
  ],
  backInside: [
    {
      kind: 'backInside',
      limit: 'gross',
      name: null,
      limitValue: 1,
      from: 1.2,
      to: 1,
      wanted: 0,
      allowed: -0.1,
      price: null,
      errorPrice: -0.02,
    },
    'limited',
    'gross is 120.0 %, above the limit of 100.0 %, and comes back to 100.0 %: -10.0 % instead of nothing; a point more of it would leave 0.02 points more tracking error',
  ],
  outsideLimit: [
    { kind: 'outsideLimit', limit: 'weightMin', name: 'ETH', limitValue: 0.2, from: 0.1, to: 0.15 },
    'book',
    'the weight of ETH goes from 10.0 % to 15.0 % and is still below the limit of 20.0 %',
  ],
  movedWithOthers: [
    { kind: 'movedWithOthers', wanted: -0.2, allowed: -0.1 },
    'limited',
    'resized with the other trades, so that the book as a whole keeps its limits: -10.0 % instead of -20.0 %',
  ],
  worthItsCost: [
    {
      kind: 'worthItsCost',
      gain: 0.00123,
      cost: 0.0006,
      band: 0.01,
      worth: 0.0002,
      pays: { fee: 0.0001, spread: 0.00002, impact: 0, fixed: 0, carry: 0 },
    },
    'wanted',
    'the first unit is worth 12.3 bp until drift would undo it and costs 6.0 bp: trade until it no longer pays',
  ],
  tilted: [
    { kind: 'tilted', target: 0.5, aim: 0.52, rate: 0.1, atBand: true },
    'wanted',
    'aims at 52.0 % instead of 50.0 % for +10.0 % a year, expected return less what holding costs, as far as its band',
  ],
  guarded: [
    {
      kind: 'guarded',
      strength: 0.5,
      direction: 'up',
      share: 0.8,
      widen: 1.4,
      slow: 0.8,
      wanted: -0.1,
      instead: -0.048,
    },
    'wanted',
    'a trend up (strength 50.0 %) made 80.0 % of it: its band is 1.40 times as wide, 80.0 % of the trade that is left is made, -4.8 % instead of -10.0 %',
  ],
  unguarded: [
    { kind: 'unguarded', why: 'withTrend', strength: 0.5, direction: 'down' },
    'wanted',
    'not guarded: trading it back goes with the trend down (strength 50.0 %)',
  ],
  notWorthItsCost: [
    { kind: 'notWorthItsCost', gain: 0.0003, cost: 0.0006, band: 0.01 },
    'wanted',
    'left alone: a trade is worth 3.0 bp at most and costs 6.0 bp',
  ],
  target: [{ kind: 'target', note: 'The targets are risk parity.' }, 'book', 'The targets are risk parity'],
  feesWithImpact: [
    { kind: 'feesWithImpact' },
    'book',
    'order fees and impact together: the bands can be a fifth off the best ones',
  ],
  forecast: [{ kind: 'forecast', note: 'SOL has 91d of history.' }, 'book', 'SOL has 91d of history'],
  instrument: [
    { kind: 'instrument', instrument: 'BTC-PERP', cost: 0.0006, instead: ['BTC'] },
    'limited',
    'traded in BTC-PERP at 6.0 bp, no dearer than BTC',
  ],
  staleMark: [
    { kind: 'staleMark', instrument: 'BTC', ageMs: 7_200_000 },
    'limited',
    'the mark of BTC is 2h old, older than the book allows: it is frozen',
  ],
  fullClose: [{ kind: 'fullClose' }, 'rounded', 'closed in full: exactly what is held, whatever the lot'],
  lot: [
    { kind: 'lot', lot: decimal('0.01'), leftover: -0.0012 },
    'rounded',
    'rounded to lots of 0.01, which leaves 0.1 % of equity untraded',
  ],
  belowMinimum: [
    { kind: 'belowMinimum', minimum: decimal('5'), of: 'notional', was: decimal('3.2'), currency: 'USD' },
    'rounded',
    'left out: the order would be 3.20 USD, under the least notional of 5.00 USD',
  ],
  remainderUnsellable: [
    { kind: 'remainderUnsellable', remainder: decimal('0.003') },
    'rounded',
    'traded less, because the 0.003 left over would be too small to be sold later',
  ],
  limitAfterRounding: [
    { kind: 'limitAfterRounding', limit: 'cash' },
    'rounded',
    'rounded further in, so that the cash limit holds',
  ],
  roundedTogether: [
    {
      kind: 'roundedTogether',
      lot: decimal('0.01'),
      alone: decimal('1.27'),
      quantity: decimal('1.28'),
      leftover: -0.0001,
    },
    'rounded',
    'rounded to lots of 0.01 with the other trades, which leaves least in all: 1.28 instead of 1.27',
  ],
  mostRisk: [
    { kind: 'mostRisk', underlying: 'SOL', part: 0.0712, trackingError: 0.0987 },
    'book',
    'SOL carries 7.1 of the 9.9 points of tracking error',
  ],
  hedges: [
    { kind: 'hedges', underlying: 'BTC', part: -0.003 },
    'book',
    'BTC hedges the others: it takes 0.3 points of tracking error away',
  ],
  raisesTrackingError: [
    {
      kind: 'raisesTrackingError',
      before: 0.099,
      after: 0.115,
      blame: { kind: 'policy', policy: 'band', unit: 'weight' },
    },
    'book',
    'this raises tracking error from 9.9 % to 11.5 %: the weight band is to blame, for it judges each holding alone and sells what hedges the rest',
  ],
  aboveCap: [
    { kind: 'aboveCap', cap: 0.07, after: 0.082 },
    'book',
    'tracking error stays at 8.2 %, above the cap of 7.0 %: limits or lots hold the trades back',
  ],
  replaces: [{ kind: 'replaces', order: '8a1f' }, 'book', 'replaces the open order 8a1f'],
  nothingToDo: [{ kind: 'nothingToDo' }, 'book', 'nothing has to be traded'],
}

describe('sentences', () => {
  it.each(Object.entries(EXAMPLES))('[CLI-24] %s', (_, [reason, stage, text]) => {
    expect(sentence(reason, names)).toBe(text)
    expect(stageOf(reason)).toBe(stage)
  })

  it('[CLI-24] every unit of a band and every blame has its own words', () => {
    const band = (unit: 'weight' | 'relative' | 'volatility' | 'risk'): string =>
      sentence({ kind: 'outsideBand', unit, imbalance: 0.2, width: 0.1, to: 'target' }, names)
    expect([band('relative'), band('volatility'), band('risk')]).toEqual([
      'BTC is 20.0 % of its target too much, which is outside the band of 10.0 %: trade to the target',
      'BTC is 20.0 points of volatility too much, which is outside the band of 10.0 points: trade to the target',
      'tracking error 20.0 % is outside the band of 10.0 %: trade to the target',
    ])
    const raised = (blame: Extract<Reason, { kind: 'raisesTrackingError' }>['blame']): string =>
      sentence({ kind: 'raisesTrackingError', before: 0.1, after: 0.2, blame }, names)
    expect(raised({ kind: 'limit', limit: 'frozen' })).toContain('the freeze holds back the trades that would lower it')
    expect(raised({ kind: 'rounding' })).toContain('the lot grid or a least order')
    expect(raised({ kind: 'policy', policy: 'full', unit: null })).toContain('the policy (full) is to blame')
  })

  it('[CLI-24] every limit has words and a sentence of its own', () => {
    const limits = [...LIMIT_NAMES]
    const bounds = limits.map((limit) =>
      sentence(
        { kind: 'bound', limit, name: null, limitValue: 0.1, wanted: 0.2, allowed: 0, price: null, errorPrice: null },
        names,
      ),
    )
    expect(new Set(limits.map((limit) => limitPhrase({ limit, name: null }))).size).toBe(limits.length)
    expect(new Set(bounds).size).toBe(limits.length)
    for (const text of bounds) expect(text).toMatch(/: nothing instead of \+20\.0 %$/)
  })

  it('[CLI-25] prints small fractions with as many digits as they need and never NaN', () => {
    expect([0, 0.123, 0.001, 0.0004, -0.0000123, 1e-20].map((each) => percent(each))).toEqual([
      '0.0 %',
      '12.3 %',
      '0.1 %',
      '0.04 %',
      '-0.0012 %',
      '0.0 %',
    ])
    fc.assert(
      fc.property(
        fc.oneof(fc.double({ min: -10, max: 10, noNaN: true }), fc.double({ min: -1e-3, max: 1e-3, noNaN: true })),
        (fraction) => {
          const text = percent(fraction)
          expect(text).toMatch(/^-?[\d,]+\.\d+ %$/)
          const error = Math.abs(Number(text.replace(/[ ,%]/g, '')) / 100 - fraction)
          const size = Math.abs(fraction)
          expect(error).toBeLessThanOrEqual(size < 1e-9 ? 1e-9 : size < 0.001 ? 0.051 * size : 0.00050001)
        },
      ),
      { seed: 5, numRuns: 300 },
    )
  })
})

describe('the plan in words', () => {
  const line = (underlying: string, held: number, target: number): SizePlan['lines'][number] => ({
    underlying,
    held,
    target,
    aim: target,
    wanted: 0,
    allowed: 0,
    traded: 0,
    after: held,
    because: [],
  })
  const balanced = {
    numeraire: 'USD',
    lines: [line('BTC', 0.7, 0.5), line('ETH', 0.1, 0.3), line('SOL', 0, 0.1)],
    legs: [],
    because: [
      { kind: 'mostRisk', underlying: 'SOL', part: 0.0712, trackingError: 0.0987 },
      { kind: 'hedges', underlying: 'BTC', part: -0.003 },
      { kind: 'nothingToDo' },
    ],
  } as unknown as SizePlan

  it('[EXPLAIN-5] three hedges are named, more are counted', () => {
    const hedged = (count: number): string =>
      explainBook({
        ...balanced,
        because: [
          { kind: 'mostRisk', underlying: 'SOL', part: 0.071, trackingError: 0.099 },
          ...Array.from({ length: count }, (_, k) => ({ kind: 'hedges', underlying: `C${k}`, part: -0.01 }) as const),
        ],
      })[0]!
    expect(hedged(3)).toBe(
      'SOL carries 7.1 of the 9.9 points; the C0 surplus, the C1 surplus and the C2 surplus hedge it',
    )
    expect(hedged(4)).toBe('SOL carries 7.1 of the 9.9 points; 4 others hedge it')
  })

  it('[CLI-26] what carries the risk and what hedges it make one sentence', () => {
    expect(explainBook(balanced)).toEqual([
      'SOL carries 7.1 of the 9.9 points; the BTC surplus hedges it',
      'nothing has to be traded',
    ])
    const both = {
      ...balanced,
      because: [...balanced.because, { kind: 'hedges', underlying: 'ETH', part: -0.01 } as const],
    }
    expect(explainBook(both)[0]).toBe(
      'SOL carries 7.1 of the 9.9 points; the BTC surplus and the ETH shortfall hedge it',
    )
  })

  it('[CLI-26] a plan without trades says so', () => {
    expect(summariseTrades(balanced)).toBe('nothing to trade')
  })
})
