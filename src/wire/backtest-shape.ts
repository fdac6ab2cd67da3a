/** The shape of the `backtest` section of a book: over which history it is run, from what, and under which terms. */
import { cash, positions } from './holdings-shape.ts'
import { choice, delay, duration, fraction, instant, kind, name, number, path, word, zone } from './leaf.ts'
import { either, listOf, mapOf, optional, section, variants } from './shape.ts'

const accept = optional(
  listOf(
    'what is accepted of these bars by whoever has looked at them',
    choice('jump: a price many times the close before; range: open or close outside low and high', ['jump', 'range']),
  ),
)
const file = path({ what: 'a candle file, relative to the book', example: 'history/BTC.csv' })
const bars = (what: string) => either(`${what}: a file, or {file, accept}`, file, section(what, { file, accept }))

const history = either(
  'a file, or {file, ends, accept}',
  file,
  section('the bars of an instrument', {
    file,
    ends: optional(choice('it left the market at its last close', ['delisted'])),
    accept,
  }),
)

const funding = either(
  '`none`, or {file, every, zone}',
  word('none', '`none` where nothing is paid'),
  section('funding payments', {
    file: path({ what: 'a CSV of times and rates, + longs pay, relative to the book', example: 'funding/BTC.csv' }),
    every: duration({ what: 'the time between payments at this venue', example: '8h' }),
    zone: optional(zone({ what: 'the zone of times that name none', example: '+03:00' })),
  }),
)

const rate = either(
  'a rate that is stated, or {file}',
  number('rate', 'positive', { what: 'what one unit is worth in the book currency, all the time', example: '1' }),
  section('bars of a currency in the book currency', { file, accept }),
)

const membersFile = {
  file: path({ what: 'a CSV with date, name and what the kind needs, relative to the book', example: 'members.csv' }),
  lag: delay({ what: 'how long after its date a row is known, or none', example: '1d' }),
  untraded: choice('where the weight of members goes that are not traded here', ['cash', 'spread']),
}
const sized = {
  ...membersFile,
  top: number('top', 'positive', { what: 'how many of the largest are members', example: '10' }),
  total: fraction('total', 'positive', { what: 'what the weights sum to', example: '95%' }),
  max: optional(fraction('weight', 'positive', { what: 'the greatest weight', example: '30%' })),
  except: optional(listOf('names that are never members', name({ what: 'a name of the file', example: 'USDT' }))),
}
const members = variants(
  {
    form: 'write such as { kind: weights, file: members.csv, lag: 1d, untraded: cash }',
    kind: 'write `kind: weights`, `kind: capitalisation` or `kind: equal`',
  },
  [
    section('target weights by date', { kind: kind('weights'), ...membersFile }),
    section('the largest by market capitalisation, in its proportion', { kind: kind('capitalisation'), ...sized }),
    section('the largest by market capitalisation, equal weights', { kind: kind('equal'), ...sized }),
  ],
)

const perInstrument = (what: string, entry: ReturnType<typeof number>) =>
  either(`${what}, one for all or one per instrument`, entry, mapOf(`${what}, per instrument`, entry))

export const backtestShape = section('a run of this book over history', {
  from: instant({ what: 'when the book begins: the close of a bar', example: '2025-01-01T00:00:00Z' }),
  to: instant({ what: 'when the run ends: the close of its last bar', example: '2026-01-01T00:00:00Z' }),
  every: duration({ what: 'the time from one decision to the next', example: '1h' }),
  refresh: duration({ what: 'the time from one forecast to the next', example: '1d' }),
  warmup: delay({ what: 'how long an instrument must have a history before it is traded, or none', example: '90d' }),
  latency: either(
    'the time to the venue and back, or {order, message}',
    delay({ what: 'the time to the venue, and back, or none', example: '250ms' }),
    section('times to the venue and back', {
      order: delay({ what: 'the time from a decision to the venue, or none', example: '200ms' }),
      message: delay({ what: 'the time from the venue back, or none', example: '50ms' }),
    }),
  ),
  start: either(
    '`book` for what the book holds, or {cash, positions}',
    word('book', '`book`, for what the book holds'),
    section('what the run begins with', {
      cash,
      positions: optional(positions),
    }),
  ),
  history: mapOf('bars per instrument', history),
  marks: optional(mapOf('marks per instrument where they are not its closes', bars('marks'))),
  rates: optional(mapOf('what currencies are worth in the book currency', rate)),
  funding: optional(mapOf('funding payments per perpetual', funding)),
  members: optional(members),
  volume: optional(
    duration({ what: 'the time over which daily volume is averaged, for impact and participation', example: '30d' }),
  ),
  margin: optional(
    section('margin of contracts at the simulated venue', {
      mode: choice('whether contracts share the balance as collateral', ['cross', 'isolated']),
      leverage: perInstrument(
        'the greatest leverage',
        number('leverage', 'positive', { what: 'notional over initial margin', example: '10' }),
      ),
      maintenance: perInstrument(
        'maintenance margin',
        fraction('margin', 'positive', { what: 'a fraction of notional', example: '0.5%' }),
      ),
      liquidationFee: fraction('fee', 'nonNegative', { what: 'charged on what is liquidated', example: '50bp' }),
    }),
  ),
  curvature: optional(
    duration({
      what: 'how long what costAware prepares is kept (until the next forecast unless given)',
      example: '7d',
    }),
  ),
  targetChanges: optional(
    duration({
      what: "over how long the target's own changes are counted as drift by costAware (not at all unless given)",
      example: '1y',
    }),
  ),
})
