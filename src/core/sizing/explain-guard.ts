/** What a guard against trends did to a trade, as a sentence. */
import { formatAmount } from '../base/format.ts'
import { assertNever } from '../base/result.ts'
import { percent } from './explain-percent.ts'
import type { Reason, SizePlan } from './plan-types.ts'

type Guarded = Extract<Reason, { kind: 'guarded' }>
type Unguarded = Extract<Reason, { kind: 'unguarded' }>

/** "the uptrend (strength 62 %) made 80 % of this: its band is 1.5 times as wide, 75 % of what is left is traded: −3 % instead of −8 %" */
export function guardedSentence({ strength, direction, share, widen, slow, wanted, instead }: Guarded): string {
  const made = share === 1 ? 'made it' : `made ${percent(share)} of it`
  const means = [
    ...(widen === 1 ? [] : [`its band is ${formatAmount(widen, 2)} times as wide`]),
    ...(slow === 1 ? [] : [`${percent(slow)} of the trade that is left is made`]),
  ]
  const signed = (trade: number): string => (trade === 0 ? 'nothing' : percent(trade, true))
  const effect =
    wanted === instead ? `${signed(instead)} either way` : `${signed(instead)} instead of ${signed(wanted)}`
  return `a trend ${direction} (strength ${percent(strength)}) ${made}: ${[...means, effect].join(', ')}`
}

export function unguardedSentence({ why, strength, direction }: Unguarded): string {
  const trend = `the trend ${direction} (strength ${percent(strength)})`
  switch (why) {
    case 'noTrend':
      return 'no trend to guard against'
    case 'closing':
      return `not guarded against ${trend}: it is to be closed`
    case 'withTrend':
      return `not guarded: trading it back goes with ${trend}`
    case 'notMade':
      return `not guarded: ${trend} did not make this deviation`
    default:
      return assertNever(why)
  }
}

/** More names than these are counted. */
const NAMED = 3

/** "the guard holds back EEE and AAA: of equity, 0.4 % less is traded against trends"; null where it holds nothing back. */
export function guardSummary({ lines }: Pick<SizePlan, 'lines'>): string | null {
  const held = lines.flatMap(({ underlying, because }) =>
    because.flatMap((reason) => {
      const less = reason.kind === 'guarded' ? Math.abs(reason.wanted) - Math.abs(reason.instead) : 0
      return less > 0 ? [{ underlying, less }] : []
    }),
  )
  if (held.length === 0) return null
  const names = held.map(({ underlying }) => underlying)
  const who =
    names.length > NAMED
      ? `${names.length} trades`
      : [names.slice(0, -1).join(', '), names.at(-1)!].filter((part) => part !== '').join(' and ')
  const less = held.reduce((sum, each) => sum + each.less, 0)
  return `the guard holds back ${who}: ${percent(less)} of equity less is traded against trends`
}
