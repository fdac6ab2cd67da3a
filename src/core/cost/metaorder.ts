/**
 * How much of what a book has already traded is still felt when it trades again. Trades of one side with pauses of at most
 * `joinMs` between them are one metaorder, whose weight m adds up undiminished (so 24 hourly slices cost what one block
 * costs); after a longer pause m relaxes by exp(−(pause − joinMs)/decayMs). Each side counts alone. The state is the last
 * trade of each side, so reading it twice or once gives the same bits. Relaxation after the end of a metaorder:
 * Bucci et al. 2018 (arXiv:1811.05230); 1 day unless fitted.
 */
import type { Instant } from '../base/instant.ts'
import { assert } from '../base/result.ts'
import type { Side } from '../domain/portfolio.ts'

export interface ImpactDecay {
  /** Longest pause inside one metaorder, ≥ 0. */
  readonly joinMs: number
  /** Time after its end in which impact falls to 1/e, > 0. */
  readonly decayMs: number
}

/** Weight ≥ 0 that one side had traded right after its last trade. */
interface SideTraded {
  readonly weight: number
  readonly at: Instant
}
export interface Metaorder {
  readonly buy: SideTraded | null
  readonly sell: SideTraded | null
}

export const NO_METAORDER: Metaorder = { buy: null, sell: null }

/** m: the weight still felt at a time not before the last trade. */
export function feltWeight(
  metaorder: Metaorder,
  side: Side,
  { at, decay }: { at: Instant; decay: ImpactDecay },
): number {
  const last = metaorder[side]
  if (last === null) return 0
  assert(at >= last.at, 'time must not run backwards')
  const pause = at - last.at - decay.joinMs
  return pause <= 0 ? last.weight : last.weight * Math.exp(-pause / decay.decayMs)
}

/** The state after a trade: + weight buys. */
export function extendMetaorder(
  metaorder: Metaorder,
  trade: { readonly weight: number; readonly at: Instant },
  decay: ImpactDecay,
): Metaorder {
  if (trade.weight === 0) return metaorder
  const side: Side = trade.weight > 0 ? 'buy' : 'sell'
  const weight = feltWeight(metaorder, side, { at: trade.at, decay }) + Math.abs(trade.weight)
  return { ...metaorder, [side]: { weight, at: trade.at } }
}
