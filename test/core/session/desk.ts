/** A session of a small book for tests, driven by hand, and its transcript: a line an event, indented lines its effects. */
import { decimal, toText } from '../../../src/core/base/decimal.ts'
import { HOUR_MS, type Instant } from '../../../src/core/base/instant.ts'
import { positionIndex } from '../../../src/core/ledger/books.ts'
import { openLedger } from '../../../src/core/ledger/ledger.ts'
import type { Effect } from '../../../src/core/session/effect.ts'
import type { Intent } from '../../../src/core/session/order.ts'
import { openSession, type Session, type SessionConfig } from '../../../src/core/session/session.ts'
import type { Mandated, Outlook, SessionEvent } from '../../../src/core/session/session-event.ts'
import { step } from '../../../src/core/session/step.ts'
import type { PlanInputs } from '../../../src/core/sizing/plan-types.ts'

export const T0: Instant = Date.UTC(2026, 2, 1)
export const ANSWER_MS = 5_000

export const configOf = (inputs: PlanInputs, changes: Partial<SessionConfig> = {}): SessionConfig => ({
  id: 'desk',
  universe: inputs.mandate.universe,
  account: 'main',
  everyMs: HOUR_MS,
  anchor: T0,
  markAgeMaxMs: HOUR_MS,
  curvatureMs: 24 * HOUR_MS,
  answerMs: ANSWER_MS,
  ...changes,
})

export const outlookOf = ({ risk, costs: { metaorders: _, ...costs }, market }: PlanInputs): Outlook => ({
  risk,
  costs,
  volumePerDay: market.volumePerDay,
  depth: market.depth,
  hash: 'outlook',
})

export const mandated = (inputs: PlanInputs, at = T0 - 1): Mandated => ({
  kind: 'mandated',
  at,
  mandate: inputs.mandate,
  hash: 'mandate',
  outlook: outlookOf(inputs),
})

export const marketAt = (at: Instant, price: readonly number[], rate: readonly number[] = [1]): SessionEvent => ({
  kind: 'market',
  at,
  price: Float64Array.from(price),
  rate: Float64Array.from(rate),
})

/** What the book holds at the start, as facts. */
export function deposits(inputs: PlanInputs, at = T0 - 1): SessionEvent[] {
  const { portfolio, mandate, market } = inputs
  const { universe } = mandate
  const cash = portfolio.cash.flatMap((amount, c): SessionEvent[] => {
    const currency = universe.currencies[c]!
    const asset = { kind: 'cash', currency } as const
    const common = { at, account: 'main', id: `start ${currency}` }
    return amount === decimal('0')
      ? []
      : [{ kind: 'booked', at, fact: { ...common, kind: 'deposited', asset, amount, price: null } }]
  })
  const held = portfolio.quantity.flatMap((amount, j): SessionEvent[] => {
    const { id } = universe.instruments[j]!
    const asset = { kind: 'spot', instrument: id } as const
    const common = { at, account: 'main', id: `start ${id}` }
    const price = market.price[j]!
    return amount === decimal('0')
      ? []
      : [{ kind: 'booked', at, fact: { ...common, kind: 'deposited', asset, amount, price } }]
  })
  return [...cash, ...held]
}

/** A session that holds its book and has its mandate, before its first marks. */
export function openDesk(inputs: PlanInputs, changes: Partial<SessionConfig> = {}): Session {
  const config = configOf(inputs, changes)
  const opened = openSession(config, openLedger(config.universe, ['main']))
  return play(opened, [...deposits(inputs), mandated(inputs)]).session
}

export interface Played {
  readonly session: Session
  readonly effects: readonly Effect[]
  readonly transcript: readonly string[]
}

export function play(session: Session, events: readonly SessionEvent[]): Played {
  let played: Played = { session, effects: [], transcript: [] }
  for (const event of events) {
    const [next, effects] = step(played.session, event)
    played = {
      session: next,
      effects: [...played.effects, ...effects],
      transcript: [...played.transcript, lineOf(event), ...effects.map((effect) => `  ${lineOfEffect(effect)}`)],
    }
  }
  return played
}

export const submitted = (effects: readonly Effect[]): Intent[] =>
  effects.flatMap((effect) => (effect.kind === 'submit' ? [effect.intent] : []))

export const heldOf = ({ ledger, config }: Session, id: string): string =>
  toText(ledger.books.positions[positionIndex(ledger.scope, config.account, id)]!.quantity)

/** Answers of a venue about an intent. */
export const seenAs = (
  intent: Intent,
  state: Extract<SessionEvent, { kind: 'order' }>['state'],
  at: Instant,
  filled: string | null = null,
): SessionEvent => ({
  kind: 'order',
  at,
  id: intent.id,
  state,
  filled: filled === null ? null : decimal(filled),
  reason: null,
})

export const fillOf = (
  intent: Intent,
  terms: { readonly at: Instant; readonly id: string; readonly price: string; readonly quantity?: string },
): SessionEvent => ({
  kind: 'booked',
  at: terms.at,
  fact: {
    kind: 'filled',
    at: terms.at,
    account: 'main',
    id: terms.id,
    instrument: intent.instrument,
    side: intent.side,
    quantity: terms.quantity === undefined ? intent.quantity : decimal(terms.quantity),
    price: decimal(terms.price),
    fees: [],
    order: intent.id,
  },
})

const clock = (at: Instant): string => {
  const ms = at - T0
  const sign = ms < 0 ? '-' : '+'
  return `${sign}${(Math.abs(ms) / 1000).toFixed(3).replace(/\.?0+$/, '')}s`
}

function lineOf(event: SessionEvent): string {
  const at = clock(event.at)
  switch (event.kind) {
    case 'market':
      return `${at} market ${Array.from(event.price).join(' ')}`
    case 'order':
      return `${at} order ${event.state}${event.filled === null ? '' : ` ${toText(event.filled)}`}`
    case 'booked':
      return `${at} ${event.fact.kind}${event.fact.kind === 'filled' ? ` ${event.fact.side} ${toText(event.fact.quantity)} ${event.fact.instrument}` : ''}`
    case 'commanded':
      return `${at} commanded ${event.mode}`
    default:
      return `${at} ${event.kind}`
  }
}

function lineOfEffect(effect: Effect): string {
  switch (effect.kind) {
    case 'submit':
      return `submit ${effect.intent.side} ${toText(effect.intent.quantity)} ${effect.intent.instrument}`
    case 'cancel':
    case 'query':
      return `${effect.kind} ${effect.instrument}`
    case 'wake':
      return `wake ${clock(effect.at)}`
    case 'publish': {
      const { published } = effect
      if (published.kind === 'plan') return `plan ${published.plan.status}, ${published.plan.legs.length} legs`
      if (published.kind === 'mode') return `${published.mode} because ${published.because}`
      return `${published.kind} ${published.issues.map(({ code }) => code).join(' ')}`
    }
  }
}
