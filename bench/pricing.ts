/** The bench of option pricing: price with all Greeks, and implied volatility, of a chain in columns; time of one thread. */
import { makeRandom } from '../src/core/base/random.ts'
import { impliedVolColumns } from '../src/core/pricing/implied-vol.ts'
import { makeValueColumns, type OptionColumns, valueColumns } from '../src/core/pricing/value-columns.ts'
import { answered, measure, report, section } from './measure.ts'

const COUNT = 1000
/** Distinct sets of options, so that no call sees what the one before it computed. */
const SETS = 8

/** Strikes within three deviations, a day to a year, vols 20 to 150 %: in random order, or by expiry and strike as venues list them. */
function makeChain(seed: string, order: 'random' | 'listed'): OptionColumns {
  const random = makeRandom(seed)
  const rows = Array.from({ length: COUNT }, () => {
    const years = (1 + Math.floor(12 * random.uniform()) * 33) / 365
    const [vol, forward] = [0.2 + 1.3 * random.uniform(), 60_000 * (1 + 0.1 * random.uniform())]
    const strike = forward * Math.exp((6 * random.uniform() - 3) * vol * Math.sqrt(years))
    return { sign: strike < forward ? -1 : 1, years, vol, forward, strike }
  })
  if (order === 'listed') rows.sort((a, b) => a.years - b.years || a.strike - b.strike)
  const column = (key: 'forward' | 'strike' | 'years' | 'vol'): Float64Array =>
    Float64Array.from(rows, (row) => row[key])
  return {
    sign: Int8Array.from(rows, ({ sign }) => sign),
    forward: column('forward'),
    strike: column('strike'),
    years: column('years'),
    rate: new Float64Array(COUNT),
    vol: column('vol'),
  }
}

export function benchPricing(): void {
  section(`options in columns, ${COUNT} a call, one thread`)
  const out = makeValueColumns(COUNT)
  for (const order of ['listed', 'random'] as const) {
    const chains = Array.from({ length: SETS }, (_, k) => makeChain(`chain ${k}`, order))
    rate(`price and eight Greeks, ${order}`, (index) => void answered(valueColumns(chains[index % SETS]!, out)))
    const prices = chains.map((chain) => {
      answered(valueColumns(chain, out))
      return out.price.slice()
    })
    const [vol, status] = [new Float64Array(COUNT), new Uint8Array(COUNT)]
    rate(`implied volatility, ${order}`, (index) => {
      impliedVolColumns(chains[index % SETS]!, { price: prices[index % SETS]!, vol, status })
    })
  }
}

/** Beside the clock, what the processor spent: on a machine with other work the clock alone says little. */
function rate(name: string, run: (index: number) => void): void {
  const timing = measure(run, { warm: 1000, runs: 500 })
  const before = process.cpuUsage()
  for (let k = 0; k < 3000; k++) run(k)
  const { user, system } = process.cpuUsage(before)
  report(name, timing, `${((3000 * COUNT) / (user + system)).toFixed(1)} million a second of processor time`)
}
