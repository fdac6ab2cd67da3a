/** Plans of one book, hour after hour: what earlier plans leave in memory makes later ones quicker and changes no byte of them. */
import { describe, expect, it } from 'vitest'
import { plan } from '../../../src/core/sizing/plan.ts'
import { prepare } from '../../../src/core/sizing/prepare.ts'
import { drawBook, drawMoment, POLICY_NAMES } from './glance-books.ts'

describe('plans after other plans', () => {
  it.each(POLICY_NAMES)('[LAW-12] under %s, a plan is the same whatever was planned before it', (policy) => {
    let traded = 0
    for (let seed = 30_000; seed < 30_040; seed++) {
      const [cold, warm] = [drawBook(seed, policy), drawBook(seed, policy)]
      const prepared = prepare(warm.inputs)
      if (!prepared.ok) continue
      for (let hour = 0; hour < 4; hour++) plan({ ...prepared.value, market: drawMoment(warm).market })
      const first = plan(cold.inputs)
      expect(plan(prepared.value)).toEqual(first)
      // The same object is recognised again.
      expect(plan(prepared.value)).toEqual(first)
      if (first.ok && first.value.legs.length > 0) traded++
    }
    expect(traded).toBeGreaterThan(10)
  })
})
