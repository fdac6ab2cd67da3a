/**
 * Whether looking ahead pays: what `costAware` costs as a receding horizon of two stages against what it costs without, at
 * equal tracking error, on histories of your own. Payments of perps are part of the cost; what prices bring is not.
 *
 *   node tools/look-ahead.ts index snapshots.csv.gz A.csv.gz B.csv.gz …    an index of hourly candles, rebuilt at snapshots
 *   node tools/look-ahead.ts days coin_A.csv.gz coin_B.csv.gz …            an index of daily closes, rebuilt monthly
 *   node tools/look-ahead.ts funding A_price.csv.gz A_funding.csv.gz …     perps and their payments
 *
 * An index holds the `--count` largest (8) by the `--power` of their capitalisation (0.5), known `--lead` days ahead (3, 7
 * and 14). Conventions: `look-ahead/replay.ts`; the programs: `look-ahead/rules.ts`; announcements count from the day they
 * are known.
 */
import { parseArgs } from 'node:util'
import { compareRules, heading, type Variant } from './look-ahead/report.ts'
import { ahead, costAware, delay, moveAim, tiltByCarry } from './look-ahead/rules.ts'
import { indexOfCandles, indexOfDays, perpBook, readSnapshots } from './look-ahead/scenes.ts'

const LEADS = ['3', '7', '14']
const DAYS_FROM = Date.parse('2018-06-01T00:00:00Z')
/** Hours between the payments of the perps that are judged. */
const EVERY = 8
const PLAIN: Variant = { name: 'plain', rule: costAware }
const ANNOUNCED: readonly Variant[] = [
  { name: 'two stages, within T', rule: (aversion, n) => ahead(aversion, n, 1) },
  { name: 'aim moves early', rule: moveAim },
]
const PAYMENTS: readonly Variant[] = [
  ...[1, 3, 8].map(
    (hours): Variant => ({
      name: `wait, ${hours} h before`,
      rule: (aversion, n) => delay(aversion, n, hours),
    }),
  ),
  { name: 'aim tilted by carry', rule: (aversion, n) => tiltByCarry(aversion, n, EVERY) },
]

const { values, positionals } = parseArgs({
  options: {
    count: { type: 'string', default: '8' },
    power: { type: 'string', default: '0.5' },
    lead: { type: 'string', multiple: true, default: LEADS },
  },
  allowPositionals: true,
})
const [kind, ...paths] = positionals
const say = (lines: readonly string[]): void => console.log(lines.join('\n'))
if ((kind === 'index' || kind === 'days') && paths.length > 2) {
  const snapshots = kind === 'index' ? readSnapshots(paths[0]!) : []
  for (const lead of values.lead) {
    const terms = { count: Number(values.count), power: Number(values.power), lead: Number(lead) }
    const scene =
      kind === 'index' ? indexOfCandles(snapshots, paths.slice(1), terms) : indexOfDays(paths, DAYS_FROM, terms)
    say([
      `${scene.names.length} coins, ${scene.close.length} bars, targets known ${lead} days ahead; cost in %`,
      heading(),
    ])
    say(compareRules(scene, { plain: PLAIN, variants: ANNOUNCED, measure: 'ratio' }))
  }
} else if (kind === 'funding' && paths.length > 1 && paths.length % 2 === 0) {
  const [prices, funding] = [0, 1].map((part) => paths.filter((_, k) => k % 2 === part)) as [string[], string[]]
  const scene = perpBook(prices, funding)
  say([`${scene.names.length} perps, ${scene.close.length} bars, cost above plain in bp a year`, heading()])
  say(compareRules(scene, { plain: PLAIN, variants: PAYMENTS, measure: 'difference' }))
} else {
  console.error('tools/look-ahead.ts: must say index, days or funding, and files: see its first lines')
  process.exitCode = 2
}
