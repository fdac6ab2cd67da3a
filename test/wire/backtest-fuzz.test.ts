import fc from 'fast-check'
import { expect, test } from 'vitest'
import { runBacktest } from '../../src/core/sim/backtest.ts'
import { backtestOf, type Files, PARITY, PARITY_FILES, PERP, PERP_FILES } from './backtests.ts'

const books: readonly (readonly [string, Files])[] = [
  [PARITY, PARITY_FILES],
  [PERP, PERP_FILES],
]
/** Anywhere alike: small numbers would all be at the top. */
const place = fc.noBias(fc.nat({ max: 99_999 })).map((at) => at / 100_000)

/** A slip of the hand: some characters are others. */
const slip = fc.record({
  at: place,
  drop: fc.nat({ max: 12 }),
  insert: fc.constantFrom('', ' ', '\n', ':', '{', '}', ',', '-1', '1e9', 'none', '36h', 'AAA', 'ZZZ', '~', '200%'),
})
/** Another number in the place of one. */
const other = fc.record({
  at: place,
  value: fc.constantFrom('0', '1', '2', '3', '4', '5', '10', '20', '30'),
})
const NUMBER = /(?<![\w:.-])\d+(?:\.\d+)?(?=(?:%|bp|d|h|s|ms)?[\s,}])/g

function withOther(text: string, { at, value }: { readonly at: number; readonly value: string }): string {
  const found = [...text.matchAll(NUMBER)]
  const match = found[Math.floor(at * found.length)]!
  return text.slice(0, match.index) + value + text.slice(match.index + match[0].length)
}

const changed = fc.oneof(
  fc
    .tuple(fc.constantFrom(...books), fc.array(other, { minLength: 1, maxLength: 2 }))
    .map(([[text, files], steps]) => [steps.reduce(withOther, text), files] as const),
  fc.tuple(fc.constantFrom(...books), fc.array(slip, { minLength: 1, maxLength: 2 })).map(
    ([[text, files], steps]) =>
      [
        steps.reduce((current, { at, drop, insert }) => {
          const start = Math.floor(at * current.length)
          return current.slice(0, start) + insert + current.slice(start + drop)
        }, text),
        files,
      ] as const,
  ),
)

test('[BACK-21] whatever a slip of the hand does to a book, it is refused by line, or its run ends or is refused with its time', () => {
  const seen = { refused: 0, stopped: 0, ran: 0 }
  fc.assert(
    fc.property(changed, ([text, files]) => {
      const made = backtestOf(text, files)
      if (Array.isArray(made)) {
        seen.refused++
        for (const line of made) expect(line).toMatch(/^\d+ [a-z-]+\.[a-z-]+ /)
        return
      }
      const run = runBacktest(made.inputs)
      if (!run.ok) {
        seen.stopped++
        for (const { message } of run.error) expect(message).not.toMatch(/undefined|\[object/)
        return
      }
      seen.ran++
      expect(run.value.equity.every(Number.isFinite)).toBe(true)
      expect(run.value.weight.some(Number.isNaN)).toBe(false)
    }),
    { seed: 11, numRuns: 300 },
  )
  expect(Math.min(seen.refused, seen.ran)).toBeGreaterThan(20)
})
