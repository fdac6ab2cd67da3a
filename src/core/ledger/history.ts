/**
 * The events of a ledger. States that grow out of each other share one append-only log and each sees only the events up to
 * its own count, so appending takes constant time and a state that was kept still says what it said. Appending to a state
 * that is not the newest copies what it sees: two branches never meet.
 */
import { hashOf } from '../base/hash.ts'
import { type Fact, instrumentOf, type LedgerEvent } from './ledger-event.ts'

interface Log {
  readonly events: LedgerEvent[]
  /** Identity → places in `events`, ascending. */
  readonly places: Map<string, number[]>
}

export interface History {
  readonly log: Log
  readonly count: number
}

export const emptyHistory = (): History => ({ log: { events: [], places: new Map() }, count: 0 })

export const eventsIn = ({ log, count }: History): readonly LedgerEvent[] => log.events.slice(0, count)
/** @param seq of an event that it has */
export const eventAt = ({ log }: History, seq: number): LedgerEvent => log.events[seq - 1]!

/** @param identity of the event */
export function append(history: History, event: LedgerEvent, identity: string): History {
  const { count } = history
  const log = history.log.events.length === count ? history.log : copyLog(history)
  enter(log, event, identity)
  return { log, count: count + 1 }
}

function copyLog(history: History): Log {
  const log: Log = { events: [], places: new Map() }
  for (const event of eventsIn(history)) enter(log, event, identityOf(event))
  return log
}

function enter(log: Log, event: LedgerEvent, identity: string): void {
  const places = log.places.get(identity)
  if (places === undefined) log.places.set(identity, [log.events.length])
  else places.push(log.events.length)
  log.events.push(event)
}

/** What the venue's id is unique for. */
export const identityOf = (event: LedgerEvent): string =>
  JSON.stringify([event.kind, event.account, instrumentOf(event), event.id])

const contentOf = (event: LedgerEvent): string => hashOf({ ...event, seq: 0 })

/**
 * Whether an event is already there: the same id with the same content, wherever it stands and whether or not it was
 * reversed, is the same event; with other content it contradicts those of them that count.
 * @param identity of the event
 * @returns the seq of the event it repeats or contradicts
 */
export function recognise(
  history: History,
  event: LedgerEvent,
  identity: string,
): { readonly kind: 'new' } | { readonly kind: 'repeated' | 'contradicted'; readonly seq: number } {
  const places = history.log.places.get(identity)?.filter((place) => place < history.count)
  if (places === undefined || places.length === 0) return { kind: 'new' }
  const content = contentOf(event)
  const same = places.find((place) => contentOf(history.log.events[place]!) === content)
  if (same !== undefined) return { kind: 'repeated', seq: same + 1 }
  const reversed = reversedIn(history)
  const counting = places.find((place) => !reversed.has(place + 1))
  return counting === undefined ? { kind: 'new' } : { kind: 'contradicted', seq: counting + 1 }
}

/** The seq of every event that a correction which counts has reversed. */
export function reversedIn({ log, count }: History): ReadonlySet<number> {
  const reversed = new Set<number>()
  for (let place = count - 1; place >= 0; place--) {
    const event = log.events[place]!
    if (event.kind === 'corrected' && !reversed.has(event.seq)) reversed.add(event.reverses)
  }
  return reversed
}

/** The facts that count, in order. */
export function factsIn(history: History): Fact[] {
  const reversed = reversedIn(history)
  return eventsIn(history).filter((event): event is Fact => event.kind !== 'corrected' && !reversed.has(event.seq))
}
