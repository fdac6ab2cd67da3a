/**
 * Tracking error against trading cost, rule by rule, on hourly closes: what a policy costs a year for the error it leaves,
 * how sure that is, and whether the default policy costs a fifth less than the others.
 *
 *   node tools/frontier.ts prices.csv.gz                      a column per asset after the time, a row per hour
 *   node tools/frontier.ts A.csv.gz B.csv.gz …                candle files of any layout `data import` reads
 *   node tools/frontier.ts --from 2021-01-01 A.csv.gz …       from that day on
 *
 * Conventions: `frontier/replay.ts`; intervals: `frontier/interval.ts`.
 */
import { parseArgs } from 'node:util'
import { readAny } from './frontier/prices.ts'
import { sweep } from './frontier/sweep.ts'
import { printSweeps } from './frontier/table.ts'

const USAGE = 'node tools/frontier.ts [--from 2021-01-01] prices.csv.gz'
const [DRAWS, SEED] = [1_000, 1]

const { values, positionals } = parseArgs({ options: { from: { type: 'string' } }, allowPositionals: true })
const from = values.from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(values.from)
if (positionals.length === 0 || Number.isNaN(from)) {
  const [what, was] = Number.isNaN(from) ? ['--from must be a date', values.from] : ['prices must be given', 'none']
  console.error(`tools/frontier.ts: ${what}, was ${was}: ${USAGE}`)
  process.exitCode = 2
} else {
  const prices = readAny(positionals, from)
  console.log(printSweeps(prices, sweep(prices, { draws: DRAWS, seed: SEED })).join('\n'))
}
