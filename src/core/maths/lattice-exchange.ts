/**
 * Exchanges on the lattice: one step of one trade, and what one other of finer lots answers to it, a step or as far as its own
 * parabola goes. So trades that share a limit change places, and fine lots make up for what coarse ones leave. One pass reads
 * every pair once, O(1) each, and takes for each trade its best exchange. Where no limit is near, a step must go to where the
 * trade would be alone: away from there nothing is gained.
 */
import { type Choice, choiceFrom } from './lattice-choices.ts'
import {
  type Change,
  gainOf,
  type LatticeWork,
  moveTo,
  type Neighbours,
  neighbourOf,
  noiseOf,
  obeys,
  softChange,
} from './lattice-work.ts'

/** Doublings of an answer that a limit keeps from the lowest point of its parabola. */
const STRIDES = 24

/** Of s steps of each trade to one side, the others still, the objective adds line·s + half·s² + fee. */
interface Steps {
  readonly side: Neighbours
  readonly line: Float64Array
}

/** The best answers to a step: one step, and as many as are best, both of those that rows near their bounds allow. */
interface Answers {
  near: number
  nearSteps: Steps | null
  nearGain: number
  far: number
  farSteps: Steps | null
  farGain: number
  /** How many steps the far answer is. */
  count: number
}

/** @returns whether any two trades moved */
export function exchange(work: LatticeWork): boolean {
  const sides = [makeSteps(work, work.down), makeSteps(work, work.up)]
  const order = coarsestFirst(work)
  const most = new Float64Array(work.program.rows.length)
  for (const i of order) widen(most, sides, i)
  let tight = measureSteps(work, sides, most)
  let moved = false
  for (let k = 0; k < order.length; k++) {
    const i = order[k]!
    for (const one of sides) {
      if (one.side.step[i] === 0 || (tight.length === 0 && one.line[i]! + one.side.fee[i]! >= 0)) continue
      const answers: Answers = { near: -1, nearSteps: null, nearGain: 0, far: -1, farSteps: null, farGain: 0, count: 0 }
      for (const two of sides) findAnswers(work, { order, k, one, two, tight }, answers)
      const other = trade(work, i, one, answers)
      if (other < 0) continue
      moved = true
      widen(most, sides, i)
      widen(most, sides, other)
      tight = measureSteps(work, sides, most)
    }
  }
  return moved
}

/** Free trades by what one lot adds to the quadratic, ties by index. */
function coarsestFirst({ program: { n, quadratic, choices }, free }: LatticeWork): number[] {
  const size = new Float64Array(n)
  for (const i of free) size[i] = quadratic[i * n + i]! * choices[i]!.step ** 2
  return [...free].sort((a, b) => size[b]! - size[a]! || a - b)
}

const makeSteps = ({ program: { n } }: LatticeWork, side: Neighbours): Steps => ({ side, line: new Float64Array(n) })

/** Takes the steps of a trade into the most that one adds to each row. */
function widen(most: Float64Array, sides: readonly Steps[], i: number): void {
  for (let r = 0; r < most.length; r++)
    for (const { side } of sides) if (side.rows[r]![i]! > most[r]!) most[r] = side.rows[r]![i]!
}

/**
 * What steps from where the work stands add. @param most that one step adds to each row, now or before the last exchanges
 * @returns the hard rows that two of them could take beyond their bound
 */
function measureSteps(work: LatticeWork, sides: readonly Steps[], most: Float64Array): number[] {
  const { program, gradient, free, rowValue } = work
  for (const { side, line } of sides) {
    const { step, extra, fee } = side
    for (let k = 0; k < free.length; k++) {
      const i = free[k]!
      line[i] = step[i]! * gradient[i]! + extra[i]! - fee[i]!
    }
  }
  const tight: number[] = []
  for (let r = 0; r < program.rows.length; r++) {
    const { price, bound } = program.rows[r]!
    if (price === Number.POSITIVE_INFINITY && rowValue[r]! + 2 * most[r]! > bound) tight.push(r)
  }
  return tight
}

/** The best answers to one side for a step of the trade at k. */
function findAnswers(
  work: LatticeWork,
  from: { order: readonly number[]; k: number; one: Steps; two: Steps; tight: readonly number[] },
  best: Answers,
): void {
  const { quadratic, n } = work.program
  const { order, k, one, two, tight } = from
  const i = order[k]!
  const { line: lines } = two
  const { step: steps, half: halves, fee: fees } = two.side
  const own = one.line[i]! + one.side.half[i]! + one.side.fee[i]!
  const reach = one.side.step[i]!
  const row = i * n
  let { nearGain, farGain } = best
  const pair: Pair = { i, j: -1, one, two, tight }
  const broken = brokenBy(work, pair)
  const adds = broken < 0 ? null : two.side.rows[broken]!
  for (let m = k + 1; m < order.length; m++) {
    const j = order[m]!
    const step = steps[j]!
    if (step === 0 || (adds !== null && adds[j]! >= 0)) continue
    const line = lines[j]! + quadratic[row + j]! * reach * step
    const half = halves[j]!
    const start = own + fees[j]!
    const near = start + line + half
    pair.j = j
    if (near < nearGain && allows(work, pair)) {
      best.near = j
      best.nearSteps = two
      nearGain = near
    }
    // Beyond three halves of a step two steps are better than one.
    if (-line <= 3 * half || half === 0) continue
    if (start - (line * line) / (4 * half) >= farGain) continue
    const count = stepsInside(work, pair, -line / (2 * half))
    const far = start + count * (line + half * count)
    if (count === 0 || far >= farGain) continue
    best.far = j
    best.farSteps = two
    best.count = count
    farGain = far
  }
  best.nearGain = nearGain
  best.farGain = farGain
}

/** The first of the rows near their bounds that the step alone takes beyond its own, so that an answer must take off it; −1: none. */
function brokenBy({ program, rowValue }: LatticeWork, { i, one, tight }: Pair): number {
  for (let r = 0; r < tight.length; r++) {
    const k = tight[r]!
    const change = one.side.rows[k]![i]!
    if (change > 0 && rowValue[k]! + change > program.rows[k]!.bound) return k
  }
  return -1
}

interface Pair {
  readonly i: number
  j: number
  readonly one: Steps
  readonly two: Steps
  readonly tight: readonly number[]
}

/** As many steps of the answer as are wanted, or more or less where rows near their bounds ask for it; 0 where they allow none. */
function stepsInside({ program, rowValue }: LatticeWork, { i, j, one, two, tight }: Pair, wanted: number): number {
  let [least, most] = [1, Number.POSITIVE_INFINITY]
  for (let r = 0; r < tight.length; r++) {
    const k = tight[r]!
    const room = program.rows[k]!.bound - rowValue[k]! - one.side.rows[k]![i]!
    const each = two.side.rows[k]![j]!
    if (each > 0) most = Math.min(most, Math.max(0, room) / each)
    else if (each < 0) least = Math.max(least, room / each)
    if (room < 0 && each >= 0) return 0
  }
  return least > most ? 0 : Math.min(most, Math.max(least, wanted))
}

/** Whether the rows near their bounds allow one step of each. */
function allows({ program, rowValue }: LatticeWork, { i, j, one, two, tight }: Pair): boolean {
  for (let r = 0; r < tight.length; r++) {
    const k = tight[r]!
    const change = one.side.rows[k]![i]! + two.side.rows[k]![j]!
    if (change > 0 && rowValue[k]! + change > program.rows[k]!.bound) return false
  }
  return true
}

/** Computes the answers exactly and makes the better one. @returns the trade that answers; −1 where nothing helps */
function trade(work: LatticeWork, i: number, one: Steps, answers: Answers): number {
  const best: { gain: number; other: Choice; j: number } = { gain: 0, other: { weight: 0, lots: 0, point: -1 }, j: -1 }
  const own = neighbourOf(one.side, i)
  const change: Change = { i, x: own.weight, j: -1, y: 0 }
  const alone = gainOf(work, i, own.weight)
  const consider = (j: number, other: Choice): boolean => {
    change.j = j
    change.y = other.weight
    if (change.y === work.trade[j] || !obeys(work, change)) return false
    const joint = work.program.quadratic[i * work.program.n + j]! * (own.weight - work.trade[i]!)
    let gain = alone + gainOf(work, j, change.y) + joint * (change.y - work.trade[j]!)
    // Soft limits see both moves at once.
    if (work.hasSoft) gain += softChange(work, change) - softAlone(work, i, change.x) - softAlone(work, j, change.y)
    if (gain < best.gain && gain < -noiseOf(work, i, change.x) - noiseOf(work, j, change.y)) {
      best.gain = gain
      best.j = j
      Object.assign(best.other, other)
    }
    return true
  }
  if (answers.nearSteps !== null) consider(answers.near, neighbourOf(answers.nearSteps.side, answers.near))
  if (answers.farSteps !== null) considerFar(work, answers, consider)
  if (best.j < 0) return best.j
  moveTo(work, i, own)
  moveTo(work, best.j, best.other)
  return best.j
}

/** The choices around the lowest point of an answer; where limits forbid both, one that is as far as they ask. */
function considerFar(
  work: LatticeWork,
  { far: j, farSteps, count }: Answers,
  consider: (j: number, other: Choice) => boolean,
): void {
  const choices = work.program.choices[j]!
  const from = work.trade[j]!
  const step = farSteps!.side.step[j]!
  const direction = Math.sign(step)
  const other: Choice = { weight: 0, lots: 0, point: -1 }
  const beyond = (): boolean => (other.weight - from) * direction > 0
  const aim = from + step * count
  let allowed = choiceFrom(choices, aim, -direction, other) && beyond() && consider(j, other)
  if (choiceFrom(choices, aim, direction, other) && beyond()) allowed = consider(j, other) || allowed
  for (let stride = 0, way = step; !allowed && stride < STRIDES; stride++, way *= 2) {
    if (!choiceFrom(choices, from + way, direction, other)) return
    allowed = consider(j, other)
  }
}

const softAlone = (work: LatticeWork, i: number, x: number): number => softChange(work, { i, x, j: -1, y: 0 })
