/**
 * What is on its way between a session and its venue. Everything travels with a time and arrives in order of it, and of its
 * being sent where times are equal, so a run has one history. Nothing here decides.
 */
import type { Instant } from '../base/instant.ts'
import { assertNever, type Issue, type Result } from '../base/result.ts'
import type { Effect } from '../session/effect.ts'
import type { Session, Standing } from '../session/session.ts'
import type { SessionEvent } from '../session/session-event.ts'
import { step } from '../session/step.ts'
import type { BacktestInputs } from './backtest-types.ts'
import { type Recorder, recordFact, recordFills, recordPublished } from './recorder.ts'
import { moveVenue, type Venue } from './venue.ts'
import type { VenueInput } from './venue-types.ts'

/** Who looks on: nothing that they do changes a run. */
export interface Onlooker {
  /** Every event with what it led to, as a journal has them. */
  readonly onStep?: (event: SessionEvent, effects: readonly Effect[]) => void
  /** @returns whether to stop there */
  readonly onRow?: (row: number) => boolean
}

/** Something on its way: to the venue, or to the session. */
type Carried =
  | { readonly at: Instant; readonly to: 'venue'; readonly input: VenueInput }
  | { readonly at: Instant; readonly to: 'session'; readonly event: SessionEvent }

/** Of a mandate and its outlook, on the columns of the venue. */
interface Conditions {
  readonly standing: Standing | null
  readonly volumePerDay: Float64Array
  readonly vol: Float64Array
}

/** A run under way. */
export interface Run {
  readonly inputs: BacktestInputs
  readonly onlooker: Onlooker
  readonly recorder: Recorder
  readonly schedule: Iterator<Result<SessionEvent>>
  /** The next of it. */
  scheduled: Result<SessionEvent> | null
  session: Session
  venue: Venue
  readonly carried: Carried[]
  row: number
  /** Whether anything may be held on margin. */
  readonly hasContracts: boolean
  /** The quote that the venue has not been told yet. */
  quote: Extract<VenueInput, { kind: 'quoted' }> | null
  /** What the venue was last told of volumes and volatilities. */
  conditions: Conditions | null
  /** Per instrument: index of the next payment. */
  readonly paid: Int32Array
  /** What the venue cannot stand on: the run ends there. */
  fault: readonly Issue[] | null
}

/** Everything that arrives before a moment, or up to and with it. */
export function deliver(run: Run, until: Instant, bound: 'before' | 'upTo'): void {
  for (;;) {
    const first = run.carried[0]
    if (first === undefined || (bound === 'before' ? first.at >= until : first.at > until)) return
    run.carried.shift()
    if (first.to === 'venue') tellVenue(run, first.input)
    else tellSession(run, first.event)
  }
}

/** Behind everything that arrives at the same time; payments before it. */
export function carry(run: Run, carried: Carried): void {
  let place = run.carried.length
  while (place > 0 && isBefore(carried, run.carried[place - 1]!)) place--
  run.carried.splice(place, 0, carried)
}

/** Payments come before everything else of their moment, however early that was sent. */
const isBefore = (a: Carried, b: Carried): boolean => a.at < b.at || (a.at === b.at && isPayment(a) && !isPayment(b))
const isPayment = (carried: Carried): boolean => carried.to === 'venue' && carried.input.kind === 'funding'

/** The venue hears of a quote only where it has something to do with it. */
export function tellQuote(run: Run): void {
  const { quote } = run
  if (quote === null) return
  run.quote = null
  tellVenue(run, quote)
}

export function tellVenue(run: Run, input: VenueInput): void {
  if (input.kind !== 'quoted') tellQuote(run)
  if (run.fault !== null) return
  const moved = moveVenue(run.venue, input)
  if (!moved.ok) {
    run.fault = moved.error
    return
  }
  const { venue, messages, fills } = moved.value
  run.venue = venue
  const place = { row: run.row, at: input.at }
  recordFills(run.recorder, place, fills)
  for (const event of messages) {
    if (event.kind === 'booked') recordFact(run.recorder, place, { fact: event.fact, venue })
    const at = input.at + run.inputs.messageMs
    carry(run, { at, to: 'session', event: at === event.at ? event : { ...event, at } })
  }
}

export function tellSession(run: Run, event: SessionEvent): void {
  const [session, effects] = step(run.session, event)
  run.session = session
  run.onlooker.onStep?.(event, effects)
  for (const effect of effects) perform(run, effect)
}

function perform(run: Run, effect: Effect): void {
  const at = run.session.at + run.inputs.orderMs
  switch (effect.kind) {
    case 'submit':
      carry(run, { at, to: 'venue', input: { kind: 'submit', at, intent: effect.intent } })
      break
    case 'cancel':
    case 'query':
      carry(run, { at, to: 'venue', input: { kind: effect.kind, at, id: effect.id } })
      break
    case 'wake':
      carry(run, { at: effect.at, to: 'session', event: { kind: 'woken', at: effect.at } })
      break
    case 'publish':
      recordPublished(run.recorder, { row: run.row, at: run.session.at }, effect.published)
      break
    default:
      assertNever(effect)
  }
}
