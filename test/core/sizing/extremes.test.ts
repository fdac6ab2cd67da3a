/**
 * Books at the ends of what venues list: prices from 10⁻⁸ to 10⁶, lots from 10⁻⁸ coins to a million, equity from 50 to 10¹²,
 * fees from a rebate to 20 %, order fees and impact, holdings that leverage the book manifold, volatilities of 0 and
 * correlations of ±1. Whatever is planned is finite, on the grid and inside its limits, and it ends.
 */
import { describe, expect, it } from 'vitest'
import { type Decimal, decimal, toNumber } from '../../../src/core/base/decimal.ts'
import { makeRandom, type Random } from '../../../src/core/base/random.ts'
import { ratioToNumber } from '../../../src/core/base/ratio.ts'
import type { Perp } from '../../../src/core/domain/instrument.ts'
import type { Constraints, Limit, Policy } from '../../../src/core/sizing/mandate.ts'
import { plan } from '../../../src/core/sizing/plan.ts'
import type { SizePlan } from '../../../src/core/sizing/plan-types.ts'
import { type BookTerms, makeInputs, r, type SpotTerms } from './book.ts'

const NAMES = ['AAA', 'BBB', 'CCC', 'DDD', 'EEE', 'FFF']
const hard = (value: string): Limit => ({ value: r(value), price: null })
const text = (x: number): string => x.toFixed(18).replace(/\.?0+$/, '')

/** Draws from one stream, so that a seed and a number name a book. */
function makeDraw(random: Random) {
  const pick = <T>(...of: readonly T[]): T => of[Math.floor(of.length * random.uniform())]!
  return { random, pick, chance: (part: number): boolean => random.uniform() < part }
}
type Draw = ReturnType<typeof makeDraw>

const drawPerp = ({ pick }: Draw, underlying: string): Perp => ({
  kind: 'perp',
  contract: 'linear',
  id: `${underlying}-P`,
  underlying,
  venue: null,
  quote: 'USD',
  settle: 'USD',
  multiplier: decimal(pick('1', '0.001', '1000')),
  grid: { lot: decimal(pick('1', '0.001')), quantityMin: decimal('1'), notionalMin: null },
  fee: { taker: decimal('0.0004'), maker: decimal('-0.0001') },
  spread: decimal('0.0001'),
})

function drawPolicy({ pick }: Draw, n: number): Policy {
  const width = Array.from({ length: n }, () => r(pick('0', '0.01', '0.2')))
  const to = pick('edge', 'target')
  return pick<Policy>(
    { kind: 'full' },
    { kind: 'proportional', rate: r('0.37') },
    { kind: 'band', unit: 'weight', width, to },
    { kind: 'band', unit: 'volatility', width, to },
    { kind: 'band', unit: 'relative', width, floor: r('0.05'), to },
    { kind: 'band', unit: 'risk', width: r(pick('0', '0.05')), to },
    { kind: 'riskCap', trackingErrorMax: r(pick('0', '0.03')) },
  )
}

/** Limits that the targets obey, since others are refused. */
function drawLimits({ pick, chance }: Draw, targets: readonly number[]): Partial<Constraints> {
  const around = (limit: string | null, least: number) =>
    limit === null ? null : hard(text(Math.max(Number(limit), least)))
  const gross = targets.reduce((sum, each) => sum + Math.abs(each), 0)
  const net = targets.reduce((sum, each) => sum + each, 0)
  const turnover = pick(null, null, '0', '0.05', '0.5')
  const order = pick(null, null, '0.1', '0.001')
  return {
    grossMax: around(pick(null, null, '0.5', '4'), gross + 1e-9),
    netMax: around(pick(null, null, '1', '4'), net + 1e-9),
    turnoverMax: turnover === null ? null : hard(turnover),
    orderMax: order === null ? null : hard(order),
    cashMin: hard(pick('0', '-10', '0.1')),
    weightMax: targets.map((each) => around(pick(null, null, '0.4', '1'), each + 1e-9)),
    participation: chance(0.2) ? { share: hard('0.1'), ofBook: null, horizonMs: 86_400_000 } : null,
    frozen: Uint8Array.from(targets, () => (chance(0.1) ? 1 : 0)),
    reduceOnly: Uint8Array.from(targets, () => (chance(0.1) ? 1 : 0)),
  }
}

function drawBook(draw: Draw): BookTerms {
  const { random, pick, chance } = draw
  const names = NAMES.slice(0, 1 + Math.floor(6 * random.uniform()))
  const equity = pick(50, 1e3, 1e5, 1e9, 1e12)
  const spot: Record<string, SpotTerms> = {}
  const [held, vols, volumes]: [Record<string, string>, Record<string, number>, Record<string, number>] = [{}, {}, {}]
  const contracts: Perp[] = []
  const targets = names.map(() => pick(0, 0, 0.25, random.uniform() / names.length, -0.2 * random.uniform(), 1e-12))
  let spent = 0
  for (const name of names) {
    const price = pick(1e-8, 3.7e-6, 0.0123, 1, 160.25, 64000.5, 1e6)
    const lot = pick(1e-8, 1e-5, 0.01, 1, 1000, 1e6)
    const short = chance(0.4)
    const weight = pick(0, 0, 0.3 * random.normal(), 1e-9, random.uniform())
    const quantity = ((short ? weight : Math.abs(weight)) * equity) / price
    held[name] = text(chance(0.5) ? quantity : Math.trunc(quantity / lot) * lot)
    spent += Number(held[name]) * price
    vols[name] = pick(0, 1e-12, 0.02, 0.5, 3)
    volumes[name] = pick(0, 1, 1e5, 1e9, 1e14)
    spot[name] = {
      price: text(price),
      lot: text(lot),
      short,
      fee: pick('0', '0.0005', '-0.0001', '0.01', '0.2'),
      spread: pick('0', '0.0001', '0.02'),
      ...(chance(0.5) ? { min: pick('0.1', '5', '1000', '100000') } : {}),
    }
    if (chance(0.3)) contracts.push(drawPerp(draw, name))
  }
  const rho = pick(0, 0.5, 0.999, 1, -1 / Math.max(1, names.length - 1))
  const orders = names.length + contracts.length
  return {
    spot,
    contracts,
    contractPrices: Object.fromEntries(contracts.map(({ id, underlying }) => [id, spot[underlying]!.price])),
    cash: { USD: (equity - spent).toFixed(9) },
    held,
    targets: Object.fromEntries(names.map((name, i) => [name, text(targets[i]!)])),
    vols,
    correlation: () => rho,
    policy: drawPolicy(draw, names.length),
    limits: drawLimits(draw, targets),
    volumes: { ...volumes, ...Object.fromEntries(contracts.map(({ id }) => [id, pick(0, 1e6, 1e10)])) },
    costs: {
      execution: Array.from({ length: orders }, () => ({
        makerShare: { n: 0n, d: 1n },
        fixed: decimal(pick('0', '0', '0.5', '20')),
      })),
    },
  }
}

/** Places of numbers that are not finite. */
function nonFinite(value: unknown, place = ''): string[] {
  if (typeof value === 'number') return Number.isFinite(value) ? [] : [`${place} ${value}`]
  if (value instanceof Float64Array || Array.isArray(value))
    return Array.from(value as ArrayLike<unknown>, (each, i) => nonFinite(each, `${place}[${i}]`)).flat()
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, each]) => nonFinite(each, `${place}.${key}`))
}

/** Limits a plan exceeds although the book did not, or exceeds by more than the book did. */
function exceeded({ lines, before, turnover }: SizePlan, limits: Partial<Constraints>): string[] {
  const after = lines.map(({ held, traded }) => held + traded)
  const found: string[] = []
  const test = (name: string, value: number, limit: Constraints['grossMax'] | undefined, was: number): void => {
    if (limit === null || limit === undefined) return
    const most = Math.max(ratioToNumber(limit.value), was)
    if (value > most + 1e-9 * Math.max(1, Math.abs(most))) found.push(`${name} ${value} above ${most}`)
  }
  test(
    'gross',
    after.reduce((sum, each) => sum + Math.abs(each), 0),
    limits.grossMax,
    before.gross,
  )
  test(
    'net',
    after.reduce((sum, each) => sum + each, 0),
    limits.netMax,
    before.net,
  )
  test('turnover', turnover, limits.turnoverMax, 0)
  after.forEach((weight, i) => {
    test(`weight ${i}`, weight, limits.weightMax?.[i], lines[i]!.held)
  })
  return found
}

const multipleOf = (quantity: Decimal, lot: Decimal): boolean => quantity % lot === 0n

describe('extremes', () => {
  it('[LAW-30] whatever is planned is finite, on the grid and inside its limits, at the ends of what venues list', () => {
    const draw = makeDraw(makeRandom('extremes'))
    let planned = 0
    for (let run = 0; run < 1500; run++) {
      const terms = drawBook(draw)
      const inputs = makeInputs(terms)
      const result = plan(inputs)
      if (!result.ok) {
        for (const { code, message } of result.error) expect(`${code} ${message}`).toMatch(/must .*, was /)
        continue
      }
      planned++
      expect([run, nonFinite(result.value)]).toEqual([run, []])
      expect([run, exceeded(result.value, inputs.mandate.constraints)]).toEqual([run, []])
      for (const { instrument, quantity, after, notional } of result.value.legs) {
        const { lot } = inputs.mandate.universe.instruments.find(({ id }) => id === instrument)!.grid
        expect([run, after === 0n || multipleOf(quantity, lot)]).toEqual([run, true])
        expect(toNumber(notional)).toBeGreaterThan(0)
      }
    }
    expect(planned).toBeGreaterThan(700)
  }, 60_000)
})
