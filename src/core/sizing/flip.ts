/**
 * What would change the answer: the nearest price of each underlying, one-way cost of each instrument and value of each
 * limit that holds, at which the plan trades something else (another instrument or another side). Every answer is a
 * `plan()` with that one number moved and everything else as it is; what later trades will cost, the curvature, stays too.
 * Where a trade is left alone and nothing limits the plan, the cost at which it appears is the gain of its first unit.
 */
import { hasValue, isOwn, moveCost, moveLimit, movePrice, type ValuedLimit } from './flip-moves.ts'
import { bisect, type Differs, walk } from './flip-search.ts'
import type { LimitName } from './limit-names.ts'
import { looser } from './limits.ts'
import { plan } from './plan.ts'
import type { PlanInputs, Reason, SizePlan } from './plan-types.ts'
import { prepare } from './prepare.ts'
import { listTradeable } from './tradeable.ts'
import { value } from './value.ts'

export type Flip = PriceFlip | CostFlip | LimitFlip

export interface PriceFlip {
  readonly kind: 'price'
  readonly underlying: string
  /** Fraction the price moves by, + up. The trades differ from here on. */
  readonly move: number
  /** What the book trades beyond it, as `buy SOL`; empty where nothing is. */
  readonly trades: readonly string[]
}

/** The trades of an underlying change where trading this instrument costs `cost` one way. */
export interface CostFlip {
  readonly kind: 'cost'
  readonly underlying: string
  readonly instrument: string
  readonly now: number
  readonly cost: number
  readonly trades: readonly string[]
}

/** free: from this value on the limit holds nothing back. trades: from it on the book trades something else. */
export interface LimitFlip {
  readonly kind: 'limit'
  readonly limit: LimitName
  /** Of the underlying, instrument, group or factor it is stated for; null where there is one. */
  readonly name: string | null
  readonly now: number
  readonly value: number
  readonly effect: 'free' | 'trades'
  readonly trades: readonly string[]
}

/** Plans that may be asked for, per kind of flip. What is nearest is looked for first. */
const PLANS_MAX = 400
const STEPS = 16
/** One-way costs above this are no market's. */
const COST_MAX = 0.05
/** Least step of a limit: a point. */
const POINT = 0.01
const LIMIT_MAX = 10

/**
 * @param reach the largest move of a price tried, above 0 and below 1
 * @returns price flips, nearest first, then those of costs, by underlying, and of limits; none where nothing changes.
 */
export function findFlips(asked: PlanInputs, planned: SizePlan, reach: number): Flip[] {
  const prepared = prepare(asked)
  if (!prepared.ok) return []
  return [
    ...priceFlips(prepared.value, planned, reach),
    ...costFlips(prepared.value, planned),
    ...limitFlips(prepared.value, planned),
  ]
}

/** Those of prices alone: at most two an underlying. */
export function findPriceFlips(asked: PlanInputs, planned: SizePlan, reach: number): PriceFlip[] {
  const prepared = prepare(asked)
  return prepared.ok ? priceFlips(prepared.value, planned, reach) : []
}

/** Sorted, so that only what is traded counts and not how much. */
const tradesOf = ({ legs }: SizePlan, underlying?: string): string[] =>
  legs
    .filter((leg) => underlying === undefined || leg.underlying === underlying)
    .map(({ side, instrument }) => `${side} ${instrument}`)
    .sort()

/** A plan at moved inputs; null where there is none, `spent` once too many were asked for. */
type Ask = (moved: PlanInputs | null) => SizePlan | null | 'spent'

function makeAsk(): Ask {
  let left = PLANS_MAX
  return (moved) => {
    if (moved === null) return null
    if (left-- <= 0) return 'spent'
    const answer = plan(moved)
    return answer.ok ? answer.value : null
  }
}

/** Whether what `see` makes of a plan differs from what it makes of the one there is. No plan is no difference. */
function compareTo(now: string, see: (planned: SizePlan) => string, ask: () => ReturnType<Ask>): boolean | null {
  const answer = ask()
  if (answer === 'spent') return null
  return answer !== null && see(answer) !== now
}

const tradesAt = (answer: ReturnType<Ask>): string[] => (answer === null || answer === 'spent' ? [] : tradesOf(answer))

/** All prices, up and down, are tried at each distance before the next, on a grid that is finer near zero. */
function priceFlips(inputs: PlanInputs, planned: SizePlan, reach: number): PriceFlip[] {
  const { universe } = inputs.mandate
  const ask = makeAsk()
  const now = tradesOf(planned).join()
  const see = (other: SizePlan): string => tradesOf(other).join()
  let open = universe.underlyings.flatMap((underlying, u) =>
    [1, -1].map((side) => {
      const at = (size: number) => ask({ ...inputs, market: movePrice(inputs.market, universe, u, side * size) })
      return { underlying, side, at, differs: ((size) => compareTo(now, see, () => at(size))) as Differs }
    }),
  )
  const found: PriceFlip[] = []
  for (let step = 1; step <= STEPS; step++) {
    const [near, far] = [step - 1, step].map((k) => reach * (k / STEPS) ** 2) as [number, number]
    open = open.filter(({ underlying, side, at, differs }) => {
      if (differs(far) !== true) return true
      const size = bisect(differs, near, far)
      if (size !== null) found.push({ kind: 'price', underlying, move: side * size, trades: tradesAt(at(size)) })
      return false
    })
  }
  return found.sort((a, b) => Math.abs(a.move) - Math.abs(b.move))
}

/** What a trade is worth as its line says it. */
type Judged = Extract<Reason, { kind: 'worthItsCost' | 'notWorthItsCost' }>
const judgementOf = (because: readonly Reason[]): Judged | undefined =>
  because.find((reason) => reason.kind === 'worthItsCost' || reason.kind === 'notWorthItsCost')

/** Where cost decides: under policies that weigh it, and between the instruments of an underlying. */
function costFlips(inputs: PlanInputs, planned: SizePlan): CostFlip[] {
  const { universe, policy } = inputs.mandate
  const weighs = policy.kind === 'costAware' || policy.kind === 'riskCap'
  const held = value(inputs)
  if (!held.ok) return []
  const { proportional } = held.value.costs
  const ask = makeAsk()
  const candidates = listTradeable(inputs).flatMap((listed, u) =>
    weighs || listed.length > 1 ? listed.map((j) => ({ j, u, alone: listed.length === 1 })) : [],
  )
  const isTraded = (j: number): boolean => planned.legs.some((leg) => leg.instrument === universe.instruments[j]!.id)
  // Of what is left alone, what is nearest to being traded comes first.
  const lack = ({ j, u }: { readonly j: number; readonly u: number }): number => {
    const judged = judgementOf(planned.lines[u]!.because)
    return isTraded(j) ? Number.NEGATIVE_INFINITY : judged === undefined ? 0 : judged.cost - judged.gain
  }
  candidates.sort((a, b) => lack(a) - lack(b) || a.j - b.j)
  const flips = candidates.flatMap(({ j, u, alone }): CostFlip[] => {
    const underlying = universe.underlyings[u]!
    const { id } = universe.instruments[j]!
    const now = proportional[j]!
    const at = (cost: number) => ask(moveCost(inputs, j, cost - now))
    const see = (other: SizePlan): string => tradesOf(other, underlying).join()
    const differs: Differs = (cost) => compareTo(see(planned), see, () => at(cost))
    const judged = alone ? judgementOf(planned.lines[u]!.because) : undefined
    const cost = isTraded(j)
      ? walk(differs, { same: now, step: Math.max(now, 1e-4) / 2, end: Math.max(COST_MAX, now), growth: 2 })
      : costBelow(differs, now, judged === undefined ? now : now + judged.gain - judged.cost)
    return cost === null ? [] : [{ kind: 'cost', underlying, instrument: id, now, cost, trades: tradesAt(at(cost)) }]
  })
  return flips.sort((a, b) => (a.underlying < b.underlying ? -1 : a.underlying > b.underlying ? 1 : 0))
}

/** The cost below `now` from which on a trade appears, expected a little below `guess`: an order has a least size. */
function costBelow(differs: Differs, now: number, guess: number): number | null {
  if (now === 0 || differs(0) !== true) return null
  const start = Math.min(now, Math.max(0, guess))
  if (start < now && differs(start) === true) return bisect(differs, now, start)
  return walk(differs, { same: start, step: -start * 1e-4, end: 0, growth: 4 })
}

/** The values of each limit that holds something back at which it no longer does, and at which it holds back a whole trade. */
function limitFlips(inputs: PlanInputs, planned: SizePlan): LimitFlip[] {
  const ask = makeAsk()
  const now = tradesOf(planned).join()
  return bindingLimits(planned).flatMap(({ limit, name, value }): LimitFlip[] => {
    const at = (moved: number) => ask(moveLimit(inputs, { limit, name }, moved))
    const holds = (other: SizePlan): string =>
      String(bindingLimits(other).some((each) => each.limit === limit && each.name === name))
    const step = (looser(limit) * Math.max(Math.abs(value), POINT)) / 8
    const flip = (effect: LimitFlip['effect'], found: number | null): LimitFlip[] =>
      found === null
        ? []
        : [
            {
              kind: 'limit',
              limit,
              name,
              now: value,
              value: found,
              effect,
              trades: tradesAt(at(found)),
            },
          ]
    const free = walk((moved) => compareTo('true', holds, () => at(moved)), {
      same: value,
      step,
      end: looser(limit) * LIMIT_MAX,
      growth: 2,
    })
    const tight = walk(
      (moved) =>
        compareTo(
          now,
          (other) => tradesOf(other).join(),
          () => at(moved),
        ),
      {
        same: value,
        step: -step,
        end: -looser(limit) * (value < 0 || limit === 'cash' ? LIMIT_MAX : 0),
        growth: 2,
      },
    )
    return [...flip('free', free), ...flip('trades', tight)]
  })
}

/** The limits with a value that hold a trade back, each once. */
function bindingLimits({ lines }: SizePlan): (ValuedLimit & { readonly value: number })[] {
  const found = new Map<string, ValuedLimit & { readonly value: number }>()
  for (const { because } of lines)
    for (const reason of because) {
      if ((reason.kind !== 'bound' && reason.kind !== 'backInside') || !hasValue(reason.limit)) continue
      const name = isOwn(reason.limit) ? reason.name : null
      const key = `${reason.limit} ${name}`
      if (!found.has(key)) found.set(key, { limit: reason.limit, name, value: reason.limitValue })
    }
  return [...found.values()]
}
