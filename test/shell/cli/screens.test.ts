import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Policy } from '../../../src/core/sizing/mandate.ts'
import { plan } from '../../../src/core/sizing/plan.ts'
import { comparisonTable } from '../../../src/shell/cli/comparison.ts'
import { imbalanceScreen } from '../../../src/shell/cli/imbalance-screen.ts'
import { planScreen } from '../../../src/shell/cli/plan-screen.ts'
import { policyLabel } from '../../../src/shell/cli/policy-label.ts'
import { widthOf } from '../../../src/shell/cli/text.ts'
import { goldenOne, makeInputs, r, weightBand } from '../../core/sizing/book.ts'

/** Books of one to five coins with names, sizes and prices of any length. */
const books = fc
  .uniqueArray(
    fc.record({
      id: fc.stringMatching(/^[A-Z0-9._-]{1,64}$/),
      price: fc.constantFrom('0.000012', '1', '160', '64000', '123456789.123456'),
      lot: fc.constantFrom('0.00000001', '0.01', '1'),
      held: fc.constantFrom('0', '0.00000001', '6.25', '1234567.12345678'),
      target: fc.constantFrom('0', '0.1', '0.2'),
      vol: fc.double({ min: 0, max: 3, noNaN: true }),
    }),
    { minLength: 1, maxLength: 5, selector: ({ id }) => id },
  )
  .filter((coins) => coins.every(({ id }) => id !== 'USD'))

const policies = (n: number): Policy[] => [
  { kind: 'full' },
  { kind: 'proportional', rate: r('0.5') },
  weightBand('0.05', 'edge', n),
  { kind: 'band', unit: 'relative', width: weightWidths(n), floor: r('0.01'), to: 'target' },
  { kind: 'band', unit: 'volatility', width: weightWidths(n), to: 'edge' },
  { kind: 'band', unit: 'risk', width: r('0.02'), to: 'edge' },
  { kind: 'riskCap', trackingErrorMax: r('0.02') },
]
const weightWidths = (n: number) => Array.from({ length: n }, () => r('0.05'))

describe('screens', () => {
  it('[CLI-6] property: no screen of any plan is wider than the terminal, and none says NaN', () => {
    const seen = { ready: 0, refused: 0 }
    fc.assert(
      fc.property(books, fc.integer({ min: 40, max: 120 }), fc.nat({ max: 6 }), (coins, columns, choice) => {
        const sheet = { columns, color: false }
        const inputs = makeInputs({
          spot: Object.fromEntries(coins.map(({ id, price, lot }) => [id, { price, lot, min: '5' }])),
          cash: { USD: '98765432.1' },
          held: Object.fromEntries(coins.map(({ id, held }) => [id, held])),
          targets: Object.fromEntries(coins.map(({ id, target }) => [id, target])),
          vols: Object.fromEntries(coins.map(({ id, vol }) => [id, vol])),
          policy: policies(coins.length)[choice]!,
        })
        const answer = plan(inputs)
        if (!answer.ok) {
          seen.refused++
          return
        }
        seen.ready++
        const alternatives = policies(coins.length).map((policy, position) => ({
          policy,
          mark: position === choice ? "this book's" : null,
          answer: plan({ ...inputs, mandate: { ...inputs.mandate, policy } }),
        }))
        const lines = [
          ...planScreen(answer.value, 'A title that may well be longer than the screen is wide', {
            ...sheet,
            explain: true,
          }),
          ...imbalanceScreen(answer.value, 'Book', sheet),
          ...comparisonTable(answer.value, alternatives, sheet),
        ]
        for (const line of lines) expect(widthOf(line), line).toBeLessThanOrEqual(columns)
        expect(lines.join('\n')).not.toMatch(/NaN|Infinity|undefined|\[object/)
      }),
      { seed: 21, numRuns: 150 },
    )
    expect(seen.ready).toBeGreaterThan(100)
  })

  it('[CLI-18] a policy that has no answer says so in its row', () => {
    const own = plan(goldenOne({ kind: 'full' }))
    if (!own.ok) throw new Error('golden no. 1 plans')
    const broken = { code: 'policy.range', path: 'policy', message: 'must be 0 or more, was -1', hint: '' }
    const rows = comparisonTable(
      own.value,
      [{ policy: { kind: 'full' }, mark: "this book's", answer: { ok: false, error: [broken] } }],
      { columns: 80, color: false },
    )
    expect(rows.at(-1)).toMatch(/full +no answer +policy\.range/)
  })

  it('[CLI-21] policies in a few words', () => {
    expect(policies(2).map(policyLabel)).toEqual([
      'full',
      '50 % of each deviation',
      'weight band 5 %, to edge',
      'relative band 5 %, to target',
      'volatility band 5 %, to edge',
      'risk band 2 %, to edge',
      'least cost, error 2 %',
    ])
    const mixed: Policy = { kind: 'band', unit: 'weight', width: [r('0.1'), r('0.025')], to: 'edge' }
    expect(policyLabel(mixed)).toBe('weight band 2.5 to 10 %, to edge')
    const knob = { kind: 'trackingError', trackingError: r('0.01') } as const
    const aware: Policy = { kind: 'costAware', knob, intervalMs: 3_600_000, drift: 'held', lastingMs: 31_536_000_000 }
    expect(policyLabel(aware)).toBe('cost-aware held, error 1 %')
  })
})
