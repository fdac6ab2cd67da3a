/**
 * Branch and bound for few trades, with the bound of `lattice-relaxation.ts`: with M = LL' its norm is a sum of squares over
 * trades assigned one after the other, as in sphere decoding (Schnorr and Euchner, Mathematical Programming 66, 1994), the
 * coarsest first; a trade that is not assigned yet counts with the least of its ψ. Each ψ is convex but for the fee of an order
 * at 0, so the choices of a trade are visited outwards from the lowest until the bound says stop, and 0 by itself.
 */
import { type Choice, choiceFrom, nextChoice, nothing } from './lattice-choices.ts'
import { lowestChoice } from './lattice-line.ts'
import { type Relaxation, relax, restOf } from './lattice-relaxation.ts'
import { excessAt, gainOfAll, type LatticeWork, moveTo, ON_BOUND, objectiveOf } from './lattice-work.ts'

/** Free trades up to which the search is exact. */
export const EXACT_TRADES = 8
/** Choices looked at before it gives up. */
const NODES = 400
/** What a search along the last trade counts as. */
const NODES_OF_LINE = 3

interface Tree extends Relaxation {
  readonly work: LatticeWork
  /** Free trades, by their number among these, the one assigned last first. */
  readonly order: readonly number[]
  /** L of M in that order. */
  readonly factor: Float64Array
  /** Σ of the least ψ of the trades assigned after each place of the order. */
  readonly rest: Float64Array
  /** t − z₀ of what is assigned, in the order. */
  readonly away: Float64Array
  readonly chosen: Choice[]
  /** The best objective found, in the terms of the bound: that of where the work stands. */
  best: number
  /** A bound within this of the best is no better. */
  readonly margin: number
  nodes: number
  /** Whether what limits allow one trade, the others still, has no gaps: no limit counts the fees of orders. */
  readonly convex: boolean
}

/** Puts the work on the best place found. @returns whether there is no better: the bound was good enough for the time */
export function searchAll(work: LatticeWork): boolean {
  const m = work.free.length
  if (m === 0) return true
  const tree = plant(work)
  descend(tree, m - 1, tree.base)
  return tree.nodes < NODES
}

function plant(work: LatticeWork): Tree {
  const relaxation = relax(work)
  const { index, matrix, centre, curve, orderFee } = relaxation
  const m = index.length
  const { choices } = work.program
  const coarseness = index.map((i, k) => Math.sqrt(matrix[k * m + k]!) * choices[i]!.step)
  const order = index.map((_, k) => k).sort((a, b) => coarseness[a]! - coarseness[b]! || b - a)
  const rest = new Float64Array(m)
  let least = 0
  order.forEach((k, at) => {
    rest[at] = least
    const value = (x: number): number => curve(k, x)
    const lowest = lowestChoice(choices[index[k]!]!, value, centre[k]!)
    least += Math.min(curve(k, 0), curve(k, lowest.weight) + orderFee[k]!)
  })
  return {
    ...relaxation,
    work,
    order,
    factor: factoriseInOrder(matrix, order),
    rest,
    away: new Float64Array(m),
    chosen: index.map(() => ({ weight: 0, lots: 0, point: -1 })),
    best: objectiveOf(work) - restOf(work),
    margin: Math.min(...index.map((i) => work.noise[i]! * choices[i]!.step)),
    nodes: 0,
    convex: work.program.rows.every(({ spends }) => spends === null || spends.fee.every((fee) => fee === 0)),
  }
}

/** L of LL' ≤ A, the rows and columns of A in an order; a pivot that is rounding of its diagonal counts for nothing. */
function factoriseInOrder(a: Float64Array, order: readonly number[]): Float64Array {
  const m = order.length
  const l = new Float64Array(m * m)
  for (let j = 0; j < m; j++) {
    const diagonal = a[order[j]! * m + order[j]!]!
    let pivot = diagonal
    for (let k = 0; k < j; k++) pivot -= l[j * m + k]! ** 2
    if (!(pivot > 10 * m * Number.EPSILON * diagonal)) continue
    l[j * m + j] = Math.sqrt(pivot)
    for (let i = j + 1; i < m; i++) {
      let element = a[order[i]! * m + order[j]!]!
      for (let k = 0; k < j; k++) element -= l[i * m + k]! * l[j * m + k]!
      l[i * m + j] = element / l[j * m + j]!
    }
  }
  return l
}

/** Assigns the trade at a place of the order, and those before it. @param sum the bound of what is assigned */
function descend(tree: Tree, at: number, sum: number): void {
  const { order, centre, curve, orderFee, index, work, chosen } = tree
  const k = order[at]!
  const choices = work.program.choices[index[k]!]!
  const { root, shift } = shiftAt(tree, at)
  const fee = orderFee[k]!
  const curveAt = (x: number): number => 0.5 * (root * (x - centre[k]!) + shift) ** 2 + curve(k, x)
  /** Goes on with one choice. @returns whether its bound lets it, or one like it, be the best */
  const visit = (choice: Choice): boolean => {
    const value = sum + curveAt(choice.weight) + (choice.weight === 0 ? 0 : fee)
    if (tree.nodes >= NODES || value + tree.rest[at]! >= tree.best - tree.margin) return false
    tree.nodes++
    Object.assign(chosen[k]!, choice)
    tree.away[at] = choice.weight - centre[k]!
    if (at > 0) descend(tree, at - 1, value)
    else harvest(tree)
    return true
  }
  if (fee > 0) visit(nothing(choices))
  const lowest = lowestChoice(choices, curveAt, root > 0 ? centre[k]! - shift / root : centre[k]!)
  if (at === 0 && tree.convex && fee === 0) {
    if (!visit(lowest)) return
    // The bound counts the room that limits leave; the objective itself does not, and there is no other trade to choose.
    tree.nodes += NODES_OF_LINE
    const best = lowestOfLast(tree, k)
    if (best !== null && best.weight !== lowest.weight) visit(best)
    return
  }
  if ((fee === 0 || lowest.weight !== 0) && !visit(lowest)) return
  const [up, down] = [{ ...lowest }, { ...lowest }]
  let [rises, falls] = [nextChoice(choices, up, 1, up), nextChoice(choices, down, -1, down)]
  while (rises || falls) {
    const first = rises && (!falls || curveAt(up.weight) <= curveAt(down.weight))
    const one = first ? up : down
    // Nothing has been visited: it pays no fee, so its bound says nothing about those beyond it.
    const on = (fee > 0 && one.weight === 0) || visit(one)
    if (first) rises = on && nextChoice(choices, up, 1, up)
    else falls = on && nextChoice(choices, down, -1, down)
  }
}

/** Of ½(root·(x − z₀) + shift)², what the trade at a place of the order adds to ½‖t − z₀‖²_M. */
function shiftAt({ order, factor, away }: Tree, at: number): { root: number; shift: number } {
  const m = order.length
  let shift = 0
  for (let l = at + 1; l < m; l++) shift += factor[l * m + at]! * away[l]!
  return { root: factor[at * m + at]!, shift }
}

/** The choice of the last trade, the others chosen, with the least objective of those that limits allow; null for none. */
function lowestOfLast({ work, index, chosen }: Tree, k: number): Choice | null {
  const weight = chosen.map((choice) => choice.weight)
  const objective = (x: number): number => {
    weight[k] = x
    return gainOfAll(work, weight).change
  }
  const excess = (x: number): number => {
    weight[k] = x
    return excessAt(work, weight)
  }
  const choices = work.program.choices[index[k]!]!
  const wanted = lowestChoice(choices, objective, chosen[k]!.weight)
  if (excess(wanted.weight) <= ON_BOUND) return wanted
  const inside = lowestChoice(choices, excess, wanted.weight)
  if (excess(inside.weight) > ON_BOUND) return null
  const direction = Math.sign(wanted.weight - inside.weight)

  const outside = { ...wanted }
  const middle = { ...inside }
  for (;;) {
    nextChoice(choices, inside, direction, middle)
    if ((outside.weight - middle.weight) * direction <= 0) return inside
    const next = { ...middle }
    choiceFrom(choices, inside.weight / 2 + outside.weight / 2, -direction, middle)
    if ((middle.weight - next.weight) * direction < 0) Object.assign(middle, next)
    Object.assign(excess(middle.weight) <= ON_BOUND ? inside : outside, middle)
  }
}

/** Takes a place whose bound is below the best, if it is better and obeys every limit. */
function harvest(tree: Tree): void {
  const { work, index, chosen } = tree
  const weight = chosen.map((choice) => choice.weight)
  const { change, noise } = gainOfAll(work, weight)
  if (change >= -noise || excessAt(work, weight) > ON_BOUND) return
  index.forEach((i, k) => {
    if (weight[k] !== work.trade[i]) moveTo(work, i, chosen[k]!)
  })
  tree.best += change
}
