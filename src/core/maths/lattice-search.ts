/**
 * Local search on the lattice: the best move of one trade, to a neighbour, along its own parabola or to nothing, as long as
 * one helps; then exchanges (`lattice-exchange.ts`), and again. Every move lowers the objective by more than its rounding, so
 * the search ends. Ties go to the lower index. Before it, trades are taken back to where every limit holds.
 */
import { assert } from '../base/result.ts'
import { type Choice, choiceFrom, nothing } from './lattice-choices.ts'
import { exchange } from './lattice-exchange.ts'
import {
  addsToRow,
  gainOf,
  type LatticeWork,
  moveTo,
  type Neighbours,
  neighbourOf,
  noiseOf,
  ON_BOUND,
  obeys,
  obeysStep,
  softChange,
} from './lattice-work.ts'

/** Single moves, and pairs looked at in exchanges, after which a search ends where it is: large books are given the time of small. */
const MOVES_PER_TRADE = 2
const MOVES_LEAST = 400
const PAIRS = 40_000

/** Moves one trade or two at a time until nothing helps. */
export function improve(work: LatticeWork): void {
  const { n } = work.program
  let moves = Math.max(MOVES_LEAST, MOVES_PER_TRADE * n)
  const blocked: Blocked = { down: new Uint8Array(n), up: new Uint8Array(n) }
  const pairs = work.free.length ** 2
  for (let read = 0; ; read += pairs) {
    for (; moves > 0 && moveBest(work, blocked); moves--);
    if (read + pairs > PAIRS || !exchange(work)) return
  }
}

/** 1 = no move of that trade to that side helps, whatever its estimate says. */
interface Blocked {
  readonly down: Uint8Array
  readonly up: Uint8Array
}

/** What a single move is estimated to add to the objective, and where it goes. */
interface Aim {
  gain: number
  i: number
  /** The weight it aims at: a neighbour's, nothing, or further along the parabola. */
  x: number
  /** The neighbour it begins with; null for a move to nothing. */
  first: Neighbours | null
}

/** Makes the best single move. @returns false where none helps */
function moveBest(work: LatticeWork, blocked: Blocked): boolean {
  blocked.down.fill(0)
  blocked.up.fill(0)
  for (;;) {
    const best: Aim = { gain: 0, i: -1, x: 0, first: null }
    aimBeside(work, work.down, blocked.down, best)
    aimBeside(work, work.up, blocked.up, best)
    // Whole trades are given up where no step helps.
    if (best.i < 0) aimAtNothing(work, best)
    if (best.i < 0) return false
    if (goTowards(work, best)) return true
    const side = best.first === work.down ? blocked.down : blocked.up
    side[best.i] = 1
  }
}

/** Steps to a neighbour, or where the parabola through it has its lowest point further on, an estimate of that. */
function aimBeside(work: LatticeWork, side: Neighbours, blocked: Uint8Array, best: Aim): void {
  const { gradient, free, isPlain } = work
  const { step, rest } = side
  for (let k = 0; k < free.length; k++) {
    const i = free[k]!
    if (isPlain && step[i]! * gradient[i]! + rest[i]! >= 0) continue
    if (blocked[i] === 0) aimStep(work, side, i, best)
  }
}

/** The step of one trade. */
function aimStep(work: LatticeWork, side: Neighbours, i: number, best: Aim): void {
  const { trade, gradient, noise, hasSoft } = work
  const way = side.step[i]!
  const half = side.half[i]!
  const fee = side.fee[i]!
  const one = way * gradient[i]! + side.rest[i]!
  // Without a fee or a soft limit a first step that does not help is the end of it.
  if ((one >= 0 && fee === 0 && !hasSoft) || way === 0) return
  const line = one - half - fee
  let gain = one
  let steps = 1
  if (-line > 3 * half) {
    steps = half > 0 ? Math.min(-line / (2 * half), FARTHEST) : FARTHEST
    gain = fee + steps * (line + half * steps)
  }
  if (hasSoft) gain += softChange(work, { i, x: side.weight[i]!, j: -1, y: 0 })
  if (gain >= best.gain || gain >= -noise[i]! * Math.abs(steps * way) || !obeysStep(work, side, i)) return
  best.gain = gain
  best.i = i
  best.x = trade[i]! + steps * way
  best.first = side
}
/** Steps of a move whose objective is a straight line. */
const FARTHEST = 2 ** 40

function aimAtNothing(work: LatticeWork, best: Aim): void {
  const { program, trade, gradient, cost, noise, free, hasSoft } = work
  const { quadratic, n } = program
  for (let k = 0; k < free.length; k++) {
    const i = free[k]!
    const x = trade[i]!
    if (x === 0) continue
    let gain = x * (0.5 * quadratic[i * n + i]! * x - gradient[i]!) - cost[i]!
    if (hasSoft) gain += softChange(work, { i, x: 0, j: -1, y: 0 })
    if (gain >= best.gain || gain >= -noise[i]! * Math.abs(x) || !obeys(work, { i, x: 0, j: -1, y: 0 })) continue
    best.gain = gain
    best.i = i
    best.x = 0
    best.first = null
  }
}

/** Goes as far towards an aim as limits allow and the objective, computed exactly, falls. */
function goTowards(work: LatticeWork, { i, x, first }: Aim): boolean {
  const { program, trade } = work
  const choices = program.choices[i]!
  const from = trade[i]!
  if (first === null) {
    moveTo(work, i, nothing(choices))
    return true
  }
  const step = first.weight[i]! - from
  const direction = Math.sign(step)
  const best: Choice = { weight: from, lots: work.lots[i]!, point: work.point[i]! }
  let gain = 0
  const tried: Choice = { ...best }
  const consider = (): void => {
    if ((tried.weight - from) * direction <= 0) return
    const own = gainOf(work, i, tried.weight)
    if (own >= gain || own >= -noiseOf(work, i, tried.weight) || !obeys(work, { i, x: tried.weight, j: -1, y: 0 }))
      return
    gain = own
    Object.assign(best, tried)
  }
  const take = (): void => {
    tried.weight = first.weight[i]!
    tried.lots = first.lots[i]!
    tried.point = first.point[i]!
  }
  take()
  consider()
  // Halving ends at one step, which has been tried.
  for (let way = x - from; Math.abs(way) > 1.5 * Math.abs(step); way /= 2) {
    const before = gain
    if (choiceFrom(choices, from + way, -direction, tried)) consider()
    if (choiceFrom(choices, from + way, direction, tried)) consider()
    if (gain < before) break
  }
  if (gain === 0) return false
  moveTo(work, i, best)
  return true
}

/** Rounds in which trades give up what a row asks in proportion; from then on half of them at least. */
const ROUNDS_IN_PROPORTION = 32

/** Takes trades back towards nothing until every hard row and cap holds, in proportion to what they add to a broken one. */
export function retreat(work: LatticeWork): void {
  let round = 0
  for (let broken = findBroken(work); broken !== null; broken = findBroken(work)) {
    const { trade, program } = work
    const { adds, excess } = broken
    const part = Math.max(0, 1 - excess / adds.reduce((sum, each) => sum + Math.max(0, each), 0))
    // Where the excess hardly falls with size (fees, impact near 0), steps of a lot would take for ever.
    const keep = ++round <= ROUNDS_IN_PROPORTION ? part : Math.min(part, 0.5)
    let moved = false
    for (let i = 0; i < program.n; i++) {
      if (!(adds[i]! > 0)) continue
      retreatTo(work, i, keep * trade[i]!)
      moved = true
    }
    if (!moved) dropSmallest(work)
  }
}

/** Whether every hard row and cap holds. */
export const obeysAll = (work: LatticeWork): boolean => findBroken(work) === null

/** Where no size adds to a row it is the fee of having an order at all that breaks it: the smallest of them goes. */
function dropSmallest(work: LatticeWork): void {
  const { trade, program } = work
  let smallest = -1
  for (let i = 0; i < program.n; i++)
    if (trade[i] !== 0 && (smallest < 0 || Math.abs(trade[i]!) < Math.abs(trade[smallest]!))) smallest = i
  assert(smallest >= 0, 'no trade at all obeys every row')
  moveTo(work, smallest, nothing(program.choices[smallest]!))
}

/** At least one choice nearer to nothing, and no further out than x. */
function retreatTo(work: LatticeWork, i: number, x: number): void {
  const { program, trade, down, up } = work
  const direction = trade[i]! > 0 ? -1 : 1
  const next = neighbourOf(direction < 0 ? down : up, i)
  const target: Choice = { ...next }
  if ((next.weight - x) * direction < 0) choiceFrom(program.choices[i]!, x, direction, target)
  moveTo(work, i, target)
}

/** The first hard row or cap that does not hold: by how much, and what each trade adds to it per unit of itself, times itself. */
function findBroken(work: LatticeWork): { adds: Float64Array; excess: number } | null {
  const { program, trade, rowValue, capSquare, capPull } = work
  const { rows, caps } = program
  for (let k = 0; k < rows.length; k++) {
    const { price, bound } = rows[k]!
    const excess = rowValue[k]! - bound
    if (price === Number.POSITIVE_INFINITY && excess > ON_BOUND)
      return { adds: trade.map((t, i) => (t === 0 ? 0 : addsToRow(work, k, i))), excess }
  }
  for (let k = 0; k < caps.length; k++) {
    const { price, radius } = caps[k]!
    const risk = Math.sqrt(Math.max(0, capSquare[k]!))
    if (price === Number.POSITIVE_INFINITY && risk > radius + ON_BOUND)
      return { adds: trade.map((t, i) => (t * capPull[k]![i]!) / risk), excess: risk - radius }
  }
  return null
}
