/**
 * Moving along a step of cost-program-active, each free trade at most to its next kink or bound, and what Φ (cost-program-work) is
 * there. Gradient, rows and caps follow the trades; the search keeps where it was in the `Before` vectors of its memory.
 */
import { capsPotential, moveCaps, refreshCaps, restoreCaps } from './cost-program-cap.ts'
import { rowValue } from './cost-program-certificate.ts'
import { nextStop } from './cost-program-coordinate.ts'
import { powerCost } from './cost-program-power.ts'
import { type CostProgram, PLACE } from './cost-program-types.ts'
import { refreshMultipliers, type Work } from './cost-program-work.ts'

/** Moves one trade. */
export function moveTrade(program: CostProgram, work: Work, i: number, x: number): void {
  work.moved[0] = i
  work.moves[0] = x - work.trade[i]!
  work.trade[i] = x
  follow(program, work, 1)
}

/** Takes the gradient after the first `count` moves, four at a time, since each pass over it costs more than the sums. */
function follow(program: CostProgram, work: Work, count: number): void {
  const { n, quadratic } = program
  const { gradient, moved, moves, anchor } = work
  let m = 0
  for (; m + 3 < count; m += 4) {
    const a = moved[m]! * n
    const b = moved[m + 1]! * n
    const c = moved[m + 2]! * n
    const d = moved[m + 3]! * n
    const byA = moves[m]!
    const byB = moves[m + 1]!
    const byC = moves[m + 2]!
    const byD = moves[m + 3]!
    for (let j = 0; j < n; j++) {
      gradient[j]! +=
        byA * quadratic[a + j]! + byB * quadratic[b + j]! + (byC * quadratic[c + j]! + byD * quadratic[d + j]!)
    }
  }
  for (; m < count; m++) {
    const row = moved[m]! * n
    const by = moves[m]!
    for (let j = 0; j < n; j++) gradient[j]! += by * quadratic[row + j]!
  }
  for (let k = 0; k < count; k++) {
    gradient[moved[k]!]! += moves[k]! * anchor[moved[k]!]!
    if (work.capsOn > 0) moveCaps(program, work.caps, moved[k]!, moves[k]!)
  }
}

/** Back to where work.tradeBefore and what belongs to it say. */
export function undo(program: CostProgram, work: Work): void {
  for (let p = 0; p < work.freeCount; p++) work.places[work.free[p]!] = PLACE.free
  work.trade.set(work.tradeBefore)
  work.gradient.set(work.gradientBefore)
  restoreCaps(work.caps)
  revalue(program, work)
}

/** The part of the step at which the first free trade reaches its next stop. */
export function firstStop(program: CostProgram, work: Work): number {
  const { free, freeCount: f, step, trade, landing } = work
  let length = Number.POSITIVE_INFINITY
  for (let p = 0; p < f; p++) {
    const way = step[p]!
    if (way === 0) continue
    nextStop(program, work, free[p]!, trade[free[p]!]!, Math.sign(way))
    if (landing.place !== PLACE.free) length = Math.min(length, (landing.x - trade[free[p]!]!) / way)
  }
  return length
}

/** Moves the free trades by a part of the step, each at most to its next stop; true where one moved. */
export function apply(program: CostProgram, work: Work, length: number): boolean {
  const { free, freeCount: f, step, trade, landing } = work
  let moved = false
  let count = 0
  for (let p = 0; p < f; p++) {
    const way = step[p]!
    if (way === 0) continue
    const i = free[p]!
    const side = way > 0 ? 1 : -1
    let x = trade[i]! + length * way
    nextStop(program, work, i, trade[i]!, side)
    if (landing.place !== PLACE.free && side * x >= side * landing.x) {
      x = landing.x
      work.places[i] = landing.place
      work.factored = false
      moved = true
    }
    if (x === trade[i]) continue
    moved = true
    work.sides[i] = side
    work.moved[count] = i
    work.moves[count++] = x - trade[i]!
    trade[i] = x
  }
  follow(program, work, count)
  revalue(program, work)
  return moved
}

function revalue(program: CostProgram, work: Work): void {
  const { rows, n } = program
  for (let k = 0; k < rows.length; k++) work.rowValues[k] = rowValue(rows[k]!, work.trade, n)
  refreshMultipliers(program, work)
  refreshCaps(program, work.caps)
}

/** Φ but for a constant; the size of its terms, which its rounding goes by, is left in work.size. */
export function potential(program: CostProgram, work: Work): number {
  const { n, deviation, linear, proportional, rows } = program
  const { trade, gradient, centre, anchor } = work
  let total = 0
  let size = 0
  for (let i = 0; i < n; i++) {
    const x = trade[i]!
    const away = x - centre[i]!
    const pull = anchor[i]! * away
    const risk = 0.5 * (deviation[i]! + x) * (gradient[i]! - pull - linear[i]!) + 0.5 * pull * away
    // Against the centre, so that a dear trade that stays where it is leaves no rounding.
    const more = Math.abs(x) - Math.abs(centre[i]!)
    let cost = more === 0 ? 0 : proportional[i]! * more
    cost += powerCost(program, i, x)
    const edge = linear[i]! * x
    total += risk + cost + edge
    size += Math.abs(risk) + Math.abs(cost) + Math.abs(edge)
  }
  for (let k = 0; k < rows.length; k++) {
    const multiplier = work.multipliers[k]!
    if (multiplier === 0) continue
    const from = multiplier - work.prices[k]!
    total += multiplier * (work.rowValues[k]! - rows[k]!.bound) - 0.5 * work.softness[k]! * from * from
    size += multiplier * (Math.abs(work.rowValues[k]!) + Math.abs(rows[k]!.bound))
  }
  for (let k = 0; k < program.caps.length; k++) {
    const { on, multiplier, norm } = work.caps[k]!
    if (on) size += multiplier * (norm + program.caps[k]!.radius)
  }
  work.size = size
  return total + capsPotential(program, work.caps)
}
