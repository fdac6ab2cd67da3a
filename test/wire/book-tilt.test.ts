/** What a book asks to tilt the aim of its policy with. */
import { describe, expect, test } from 'vitest'
import { ratioToNumber } from '../../src/core/base/ratio.ts'
import { plan } from '../../src/core/sizing/plan.ts'
import { planInputs } from '../../src/wire/book.ts'
import { bookOf, edit, FULL, issuesOf } from './books.ts'

const BAND = 'policy: { kind: band, unit: relative, width: { BTC: 10%, ETH: 15%, SOL: 20% }, floor: 1%, to: target }'
const FUNDED = `costs: { horizon: 7d, carry: { ETH-PERP: { funding: 1bp, every: 8h, at: 2026-03-01T00:00:00Z } } }\n`
const costAware = (tilt: string, costs = ''): string =>
  edit(FULL + costs, [[BAND, `policy: { kind: costAware, aversion: 10, interval: 1h${tilt} }`]])

describe('tilts in a book', () => {
  test('[TILT-8] edges and carry are read as they are written, and nothing is a tilt of its own accord', () => {
    const policyOf = (text: string) => bookOf(text).policy
    expect(policyOf(costAware(''))).not.toHaveProperty('tilt')
    const tilted = policyOf(
      costAware(', edges: { SOL: { return: -10% }, BTC: { return: 25bp, decay: 30d } }, carry: tilt', FUNDED),
    )
    if (tilted?.kind !== 'costAware' || tilted.tilt === undefined) throw new Error(JSON.stringify(tilted))
    expect(tilted.tilt.carry).toBe(true)
    expect(
      tilted.tilt.edges.map((edge) => (edge === null ? null : [ratioToNumber(edge.annual), edge.decayMs])),
    ).toEqual([[0.0025, 30 * 86_400_000], null, [-0.1, null]])
    expect(policyOf(costAware(', edges: { BTC: { return: 1% } }'))).toMatchObject({ tilt: { carry: false } })
  })

  test('[TILT-8] a perp that longs pay for is aimed at with less', () => {
    const text = edit(costAware(', carry: tilt', FUNDED), [['2026-02-28T23:58:00Z', '2026-02-28T23:59:30Z']])
    const book = bookOf(text)
    const planned = plan(planInputs(book, book.policy!))
    if (!planned.ok) throw new Error(JSON.stringify(planned.error))
    const eth = planned.value.lines.find((line) => line.underlying === 'ETH')!
    // A short is paid by longs: the aim is further short than −5 %.
    expect(eth.target).toBe(-0.05)
    expect(eth.aim).toBeLessThan(-0.05)
  })

  test.each([
    ['an unknown name', costAware(', edges: { BTX: { return: 10% } }'), 'policy.edges.BTX'],
    ['no name', costAware(', edges: {}'), 'policy.edges'],
    ['no return', costAware(', edges: { BTC: { decay: 30d } }'), 'policy.edges.BTC.return'],
    ['carry that is not stated', costAware(', carry: tilt'), 'policy.carry'],
    ['carry of another kind', costAware(', carry: ignore', FUNDED), 'policy.carry'],
    ['another policy', edit(FULL, [[BAND, 'policy: { kind: full, edges: { BTC: { return: 10% } } }']]), 'policy.edges'],
  ])('[TILT-8] %s is refused where it stands', (_, text, path) => {
    expect(issuesOf(text).join('\n')).toContain(path)
  })
})
