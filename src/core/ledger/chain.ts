/**
 * A hash chain over a journal: each event's hash covers the one before, h_k = SHA-256(h_{k−1}, event_k) in the canonical
 * bytes of `hashOf`. Whoever keeps the last hash can tell that no event before it was changed, left out, added or moved.
 */
import { hashOf } from '../base/hash.ts'
import { type Result, refuse, succeed } from '../base/result.ts'
import type { LedgerEvent } from './ledger-event.ts'

/** Before the first event. */
export const GENESIS = '0'.repeat(64)

export interface ChainLink {
  readonly event: LedgerEvent
  readonly hash: string
}

/** @returns 64 hexadecimal digits */
export const chain = (previous: string, event: LedgerEvent): string => hashOf([previous, event])

/** @returns the last hash, or the first link that does not hold */
export function verifyChain(links: Iterable<ChainLink>, from: string = GENESIS): Result<string> {
  let previous = from
  for (const { event, hash } of links) {
    const expected = chain(previous, event)
    if (hash !== expected)
      return refuse(
        'ledger.chain',
        `ledger.${event.seq}`,
        `hash of event ${event.seq} must be ${expected.slice(0, 16)}…, was ${hash.slice(0, 16)}`,
        'this event or the one before it is not what was written: restore the journal from a copy',
      )
    previous = hash
  }
  return succeed(previous)
}
