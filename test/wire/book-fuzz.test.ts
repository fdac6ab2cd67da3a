import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { edit, FULL, issuesOf, SMALL } from './books.ts'

const CANDLES = edit(SMALL, [
  [
    SMALL.slice(SMALL.indexOf('  prices')),
    '  candles: { BTC: a.csv, ETH: b.csv }\n  interval: 1h\n  markAgeMax: 2h\n  estimate: { vol: { ewma: 1d }, correlation: { ewma: 3d }, window: 50d }\n',
  ],
])

/** Targets and widths that are computed, estimators by name. */
const COMPUTED = edit(SMALL, [
  [
    '{ BTC: 50%, ETH: 30% }',
    '{ kind: riskBudget, total: 80%, budgets: { BTC: 60%, ETH: 40% }, min: { BTC: 5% }, max: 70%, glide: { from: 2026-01-01T00:00:00Z, to: 2026-04-01T00:00:00Z, start: { BTC: 60%, rest: ETH } } }',
  ],
  [
    '{ kind: full }',
    '{ kind: band, unit: relative, width: { all: { part: 20%, least: 1% }, ETH: 5% }, floor: 1%, to: edge }',
  ],
  ['limits:', 'groups: { all: [BTC, ETH] }\nlimits:'],
])
const ESTIMATED = edit(CANDLES, [
  [
    '{ vol: { ewma: 1d }, correlation: { ewma: 3d }, window: 50d }',
    '{ vol: { kind: garch, horizon: 1d }, covariance: { kind: cmIewma, pairs: [{ vol: 1d, correlation: 3d }], clip: 4.2, over: 3d }, missing: hold, window: 50d }\n  compare: [{ covariance: { kind: singleFactor, market: { BTC: 1 } }, missing: refuse }]',
  ],
])

/** What a slip of the hand or a hostile editor does to a text. */
const scraps = fc.constantFrom(
  '',
  ' ',
  '\n',
  '  ',
  ':',
  ': ',
  '-',
  '- ',
  '{',
  '}',
  '[',
  ']',
  ',',
  '#',
  '&a ',
  '*a',
  '!!x ',
  '"',
  "'",
  '|',
  '>',
  '%',
  '0',
  '-1',
  'nan',
  '1e999',
  '25',
  'kind',
  'constructor',
  '__proto__',
  '<<',
  '?',
  '~',
  'null',
  '\t',
  '\u0000',
  '\u{1f600}',
  '---\n',
)
const mutation = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  drop: fc.nat({ max: 40 }),
  insert: scraps,
})

const mutate = (text: string, steps: readonly { at: number; drop: number; insert: string }[]): string =>
  steps.reduce((current, { at, drop, insert }) => {
    const start = Math.floor(at * current.length)
    return current.slice(0, start) + insert + current.slice(start + drop)
  }, text)

describe('reading a book that was damaged', () => {
  test('[BOOK-21] returns a book or issues, each with a line, and never throws', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(FULL, SMALL, CANDLES, COMPUTED, ESTIMATED),
        fc.array(mutation, { minLength: 1, maxLength: 6 }),
        (text, steps) => {
          const damaged = mutate(text, steps)
          const lines = damaged.split('\n').length
          for (const issue of issuesOf(damaged)) {
            const line = Number(issue.split(' ')[0])
            expect(line).toBeGreaterThanOrEqual(1)
            expect(line).toBeLessThanOrEqual(lines)
            expect(issue).not.toMatch(/undefined|NaN\b(?!")|\[object/)
          }
        },
      ),
      { numRuns: 1000, seed: 20260301 },
    )
  })

  test('[BOOK-21] whole sections and lines dropped, doubled or swapped', () => {
    const rows = FULL.trimEnd().split('\n')
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.nat({ max: rows.length - 1 }),
            fc.nat({ max: rows.length - 1 }),
            fc.constantFrom('drop', 'double', 'swap'),
          ),
          { minLength: 1, maxLength: 4 },
        ),
        (steps) => {
          const damaged = [...rows]
          for (const [i, j, what] of steps) {
            if (what === 'drop') damaged[i] = ''
            else if (what === 'double') damaged[i] = `${damaged[i]}\n${damaged[i]}`
            else [damaged[i], damaged[j]] = [damaged[j]!, damaged[i]!]
          }
          expect(issuesOf(damaged.join('\n'))).toBeInstanceOf(Array)
        },
      ),
      { numRuns: 300, seed: 20260302 },
    )
  })
})
