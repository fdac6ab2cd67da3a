/** The bench of option pricing: price with all Greeks, and implied volatility, of a chain in columns; time of one thread. */
import { makeRandom } from '../src/core/base/random.ts'
import { impliedVolColumns } from '../src/core/pricing/implied-vol.ts'
import { makeValueColumns, type OptionColumns, valueColumns } from '../src/core/pricing/value-columns.ts'
import { answered, measure, report, section } from './measure.ts'

const COUNT = 10_000
/** Distinct sets of options, so that no call sees what the one before it computed. */
const SETS = 8

/** A chain as of a venue: strikes within three deviations, a day to a year, vols 20 to 150 %. */
function makeChain(seed: string): OptionColumns {
  const random = makeRandom(seed)
  const column = (draw: (k: number) => number): Float64Array => Float64Array.from({ length: COUNT }, (_, k) => draw(k))
  const years = column(() => (1 + 364 * random.uniform()) / 365)
  const vol = column(() => 0.2 + 1.3 * random.uniform())
  const forward = column(() => 60_000 * (1 + 0.1 * random.uniform()))
  const strike = column((k) => forward[k]! * Math.exp((6 * random.uniform() - 3) * vol[k]! * Math.sqrt(years[k]!)))
  const sign = Int8Array.from(strike, (each, k) => (each < forward[k]! ? -1 : 1))
  return { sign, forward, strike, years, rate: new Float64Array(COUNT), vol }
}

export function benchPricing(): void {
  section(`options in columns, ${COUNT} a call, one thread`)
  const chains = Array.from({ length: SETS }, (_, k) => makeChain(`chain ${k}`))
  const out = makeValueColumns(COUNT)
  const price = (index: number): void => void answered(valueColumns(chains[index % SETS]!, out))
  rate('price and eight Greeks', price)
  const prices = chains.map((chain) => {
    answered(valueColumns(chain, out))
    return out.price.slice()
  })
  const [vol, status] = [new Float64Array(COUNT), new Uint8Array(COUNT)]
  rate('implied volatility', (index) => {
    impliedVolColumns(chains[index % SETS]!, { price: prices[index % SETS]!, vol, status })
  })
}

/** Beside the clock, what the processor spent: on a machine with other work the clock alone says little. */
function rate(name: string, run: (index: number) => void): void {
  const timing = measure(run, { warm: 60, runs: 100 })
  const before = process.cpuUsage()
  for (let k = 0; k < 200; k++) run(k)
  const { user, system } = process.cpuUsage(before)
  report(name, timing, `${((200 * COUNT) / (user + system)).toFixed(1)} million a second of processor time`)
}
