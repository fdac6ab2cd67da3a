/**
 * The daily candles of examples/ten.yaml: ten invented underlyings AAA to JJJ, 400 days up to 2026-03-01, made by the
 * project's own seeded generator. Return of asset i on a day: σ_i/√365 · (b_i f + sqrt(1 − b_i²) e_i) with f and e_i
 * standard normal, so the correlation of two assets is b_i b_j. Two start late and one has a gap, as real histories do.
 * `node tools/generate-ten.ts` writes examples/history; the same seed gives the same bytes.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { DAY_MS } from '../src/core/base/instant.ts'
import { makeRandom, type Random } from '../src/core/base/random.ts'

export const SEED = 42
const DAYS = 400
const END = 1_772_323_200_000 // 2026-03-01T00:00:00Z
/** Price moves beyond this in one day are cut: an example needs no crash. */
const MOVE_MAX = 0.35

interface Asset {
  readonly name: string
  readonly price: number
  readonly vol: number
  readonly loading: number
  readonly volume: number
  /** Days without a bar: [from, to). */
  readonly missing?: readonly [number, number]
}

const ASSETS: readonly Asset[] = [
  { name: 'AAA', price: 40_000, vol: 0.5, loading: 0.9, volume: 900 },
  { name: 'BBB', price: 2_400, vol: 0.65, loading: 0.9, volume: 9_000 },
  { name: 'CCC', price: 120, vol: 0.85, loading: 0.8, volume: 90_000 },
  { name: 'DDD', price: 310, vol: 0.6, loading: 0.75, volume: 20_000 },
  { name: 'EEE', price: 0.55, vol: 0.8, loading: 0.7, volume: 8_000_000 },
  { name: 'FFF', price: 14, vol: 0.9, loading: 0.8, volume: 300_000, missing: [210, 213] },
  { name: 'GGG', price: 75, vol: 0.7, loading: 0.75, volume: 60_000 },
  { name: 'HHH', price: 0.09, vol: 1.05, loading: 0.6, volume: 40_000_000 },
  { name: 'III', price: 5.2, vol: 1.0, loading: 0.65, volume: 500_000, missing: [0, 220] },
  { name: 'JJJ', price: 1.8, vol: 1.2, loading: 0.5, volume: 700_000, missing: [0, 309] },
]

/** File name to text, in order of name. */
export function generateTen(): ReadonlyMap<string, string> {
  const random = makeRandom(SEED)
  const lines = ASSETS.map(() => ['time,open,high,low,close,volume'])
  const last = ASSETS.map((asset) => asset.price)
  for (let day = 0; day < DAYS; day++) {
    const common = random.normal()
    for (const [index, asset] of ASSETS.entries()) {
      // Drawn for missing days too, so that a history does not depend on another's gaps.
      const bar = nextBar(asset, last[index]!, { common, random })
      last[index] = bar.close
      const [from, to] = asset.missing ?? [0, 0]
      if (day >= from && day < to) continue
      const time = END - (DAYS - day) * DAY_MS
      lines[index]!.push([time, bar.open, bar.high, bar.low, bar.close, bar.volume].join(','))
    }
  }
  return new Map(ASSETS.map((asset, index) => [`${asset.name}.csv`, `${lines[index]!.join('\n')}\n`]))
}

function nextBar(asset: Asset, open: number, { common, random }: { readonly common: number; readonly random: Random }) {
  const own = random.normal()
  const scale = asset.vol / Math.sqrt(365)
  const move = scale * (asset.loading * common + Math.sqrt(1 - asset.loading ** 2) * own)
  const close = fiveDigits(open * (1 + Math.min(MOVE_MAX, Math.max(-MOVE_MAX, move))))
  const high = fiveDigits(Math.max(open, close) * (1 + 0.5 * scale * random.uniform()))
  const low = fiveDigits(Math.min(open, close) * (1 - 0.5 * scale * random.uniform()))
  return { open, high, low, close, volume: Math.round(asset.volume * (0.5 + random.uniform())) }
}

const fiveDigits = (x: number): number => Number(x.toPrecision(5))

if (import.meta.main) {
  const folder = new URL('../examples/history/', import.meta.url)
  mkdirSync(folder, { recursive: true })
  for (const [name, text] of generateTen()) writeFileSync(new URL(name, folder), text)
}
