/** Published values, which lie beside the project and never in it; and instruments to try costs on. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { decimal, toNumber } from '../../../src/core/base/decimal.ts'
import type { Result } from '../../../src/core/base/result.ts'
import type { Instrument, Perp, Spot } from '../../../src/core/domain/instrument.ts'

const SHARED = fileURLToPath(new URL('../../../../shared/', import.meta.url))
/** Without the folder these tests are skipped, but never where CI runs. */
export const absent = !existsSync(SHARED) && process.env.CI === undefined
if (absent) console.warn(`skipped: reference data is not in ${SHARED}`)

export const readReference = (name: string): string => readFileSync(`${SHARED}reference/${name}`, 'utf8')
/** Each test states the shape it reads. */
export const readJson = <T>(name: string): T => JSON.parse(readReference(name)) as T

export function unwrap<T>(result: Result<T>): T {
  if (!result.ok)
    throw new Error(result.error.map((issue) => `${issue.code} ${issue.path}: ${issue.message}`).join('\n'))
  return result.value
}
export const codesOf = (result: Result<unknown>): string[] => (result.ok ? [] : result.error.map((issue) => issue.code))
export const messagesOf = (result: Result<unknown>): string[] =>
  result.ok ? [] : result.error.map((issue) => `${issue.path}: ${issue.message}`)

/** |a − b| ÷ max(|a|, |b|), 0 where both are 0. */
export const relativeGap = (a: number, b: number): number =>
  a === b ? 0 : Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b))

const TERMS = {
  underlying: 'BTC',
  venue: null,
  quote: 'USDT',
  settle: 'USDT',
  multiplier: decimal('1'),
  grid: { lot: decimal('0.001'), quantityMin: decimal('0'), notionalMin: null },
  fee: { taker: decimal('0.0005'), maker: decimal('0.0002') },
  spread: decimal('0.0001'),
}
export const spot = (over: Partial<Spot> = {}): Spot => ({
  ...TERMS,
  kind: 'spot',
  id: 'BTC-USDT',
  short: true,
  ...over,
})
export const perp = (over: Partial<Perp> = {}): Perp => ({
  ...TERMS,
  kind: 'perp',
  id: 'BTC-PERP',
  contract: 'linear',
  ...over,
})
export const inverse = (over: Partial<Perp> = {}): Perp =>
  perp({ id: 'BTC-COIN', contract: 'inverse', quote: 'USD', settle: 'BTC', multiplier: decimal('100'), ...over })

/** One-way cost of taking liquidity: taker fee and half the spread. */
export const costRate = (instrument: Instrument): number =>
  toNumber(instrument.fee.taker) + toNumber(instrument.spread) / 2
