import { describe, expect, test } from 'vitest'
import { decimal } from '../../../src/core/base/decimal.ts'
import { DAY_MS } from '../../../src/core/base/instant.ts'
import { type Ratio, ratioOfText, ratioToNumber } from '../../../src/core/base/ratio.ts'
import { type Membership, membershipTarget, membersSince } from '../../../src/core/sim/membership.ts'
import { hour, START } from './bars.ts'

const day = (k: number): number => START + k * DAY_MS
const date = (k: number, members: Readonly<Record<string, string>>) => ({
  at: day(k),
  members: Object.entries(members).map(([name, value]) => ({ name, value: decimal(value) })),
})
const ALL = ['ADA', 'BTC', 'ETH', 'XRP']
const r = (text: string): Ratio => ratioOfText(text)!

const stated: Membership = {
  dates: [date(0, { BTC: '0.6', ETH: '0.3' }), date(31, { BTC: '0.5', XRP: '0.4' })],
  lagMs: DAY_MS,
  weighting: { kind: 'stated' },
  untraded: 'cash',
}
const capitalised: Membership = {
  ...stated,
  dates: [date(0, { ADA: '20', BTC: '500', ETH: '300', USDT: '100', XRP: '80' })],
  weighting: { kind: 'capitalisation', top: 4, total: r('0.9'), max: null },
}

const weightsAt = (membership: Membership, at: number, underlyings = ALL): Record<string, number> | string => {
  const target = membershipTarget(membership, underlyings, at)
  if (!target.ok) return `${target.error[0]!.code}: ${target.error[0]!.message}`
  const entries = target.value.weight.map((weight, u): [string, number] => [underlyings[u]!, ratioToNumber(weight)])
  return Object.fromEntries(entries.filter(([, weight]) => weight !== 0))
}

describe('targets over time', () => {
  test('[HIST-13] a date counts from its lag on, and who is no longer in it has target 0', () => {
    expect(weightsAt(stated, day(1) - 1)).toBe('members.none: members must be known at 2025-01-01 23:59 UTC, was none')
    expect(weightsAt(stated, day(1))).toEqual({ BTC: 0.6, ETH: 0.3 })
    expect(weightsAt(stated, day(32) - 1)).toEqual({ BTC: 0.6, ETH: 0.3 })
    expect(weightsAt(stated, day(32))).toEqual({ BTC: 0.5, XRP: 0.4 })
    expect(weightsAt({ ...stated, lagMs: 0 }, day(31))).toEqual({ BTC: 0.5, XRP: 0.4 })
  })

  test('[HIST-13] who has been a member since a time: from the date known then on', () => {
    expect([...membersSince(stated, day(1), day(31))].sort()).toEqual(['BTC', 'ETH'].sort())
    expect([...membersSince(stated, day(1), day(32))].sort()).toEqual(['BTC', 'ETH', 'XRP'])
    expect([...membersSince(stated, day(32), day(32))].sort()).toEqual(['BTC', 'XRP'])
    expect([
      ...membersSince(
        { ...capitalised, weighting: { kind: 'equal', top: 2, total: r('1'), max: null } },
        day(1),
        day(9),
      ),
    ]).toEqual(['BTC', 'ETH'])
  })

  test.each<[string, Partial<Membership>, Record<string, number>]>([
    ['the largest by size', {}, { BTC: (0.9 * 500) / 980, ETH: (0.9 * 300) / 980, XRP: (0.9 * 80) / 980 }],
    [
      'what is not traded spread',
      { untraded: 'spread' },
      { BTC: (0.9 * 500) / 880, ETH: (0.9 * 300) / 880, XRP: (0.9 * 80) / 880 },
    ],
    [
      'equal',
      { weighting: { kind: 'equal', top: 3, total: r('0.9'), max: null }, untraded: 'spread' },
      { BTC: 0.45, ETH: 0.45 },
    ],
    [
      'none above 40 %',
      { weighting: { kind: 'capitalisation', top: 2, total: r('0.9'), max: r('0.5') } },
      { BTC: 0.5, ETH: 0.4 },
    ],
  ])('[HIST-14] members by capitalisation: %s', (_, change, expected) => {
    const found = weightsAt({ ...capitalised, ...change }, hour(24)) as Record<string, number>
    expect(Object.keys(found)).toEqual(Object.keys(expected))
    for (const [name, weight] of Object.entries(expected)) expect(found[name]).toBeCloseTo(weight, 15)
  })

  test('[HIST-14] members that are not traded are named with their share', () => {
    const target = membershipTarget(capitalised, ALL, day(1))
    expect(target.ok && target.value.notes).toEqual([
      'Members of 2025-01-01 00:00 UTC: BTC, ETH, XRP.',
      'USDT is not traded yet or not listed: their 9.2 % stay in cash.',
    ])
    expect(weightsAt(capitalised, day(1), ['DOGE'])).toBe(
      'members.untraded: a member must be traded at 2025-01-02 00:00 UTC, was none of 4',
    )
    expect(weightsAt({ ...stated, untraded: 'spread' }, day(1), ['BTC'])).toEqual({ BTC: 0.9 })
  })
})
