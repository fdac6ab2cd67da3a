/** The shape of the `stress` section: scenarios by name, and how histories are drawn again. */
import { delay, duration, fraction, kind, name, number } from './leaf.ts'
import { listOf, mapOf, optional, section, variants } from './shape.ts'

const of = listOf('underlyings', name({ what: 'an underlying of this book', example: 'BTC' }))
const at = delay({ what: 'when, counted from the begin of the run, or none', example: '1d' })
const over = duration({ what: 'how long it takes or lasts', example: '6h' })
const span = { of: optional(of), at, over }
const change = fraction('change', 'any', { what: 'how far, above −100%', example: '-30%' })
const factor = number('factor', 'nonNegative', { what: 'how many times as much', example: '3' })

const event = variants(
  { form: 'write such as { kind: move, at: 1d, over: 6h, change: -30% }', kind: 'write `kind: move` or another' },
  [
    section('prices move so far beyond what the bars do', { kind: kind('move'), ...span, change }),
    section('moves of the bars are as many times as large', { kind: kind('volatility'), ...span, factor }),
    section('all underlyings move as one, each as far as its volatility says', { kind: kind('together'), ...span }),
    section('as many times as much is traded', { kind: kind('volume'), ...span, factor }),
    section('payments come at this rate', {
      kind: kind('funding'),
      ...span,
      rate: fraction('rate', 'any', { what: 'of notional, + longs pay', example: '1%' }),
    }),
    section('no bars and no quotes; prices go on unseen', { kind: kind('halt'), ...span }),
    section('the instruments end, at a price so far from their close', { kind: kind('delisting'), of, at, change }),
  ],
)

export const stressShape = section('what might happen instead of what did', {
  scenarios: optional(mapOf('what happens, by the name of a scenario', listOf('events', event))),
  paths: optional(
    section('the history drawn again in blocks', {
      count: number('count', 'positive', { what: 'how many paths', example: '200' }),
      block: duration({ what: 'the mean length of a block', example: '10d' }),
      seed: name({ what: 'what draws begin with', example: '1' }),
      ruin: fraction('ruin', 'nonNegative', {
        what: 'the part of its start at or below which a book is ruined, below 100%',
        example: '50%',
      }),
      confidence: fraction('confidence', 'positive', { what: 'of the intervals, below 100%', example: '95%' }),
    }),
  ),
})
