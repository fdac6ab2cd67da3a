/**
 * Who takes part when the trades of a `costAware` decision are rounded together. What its optimum leaves alone for its cost, and
 * no limit holds back, is left alone on the lattice too: its first unit gains |(Q(p + t) + l)_k| < a_k. Rounding moves t by part of
 * a lot each; should that lift a gain above its a_k after all, everything takes part.
 */
import type { CostProgram } from '../maths/cost-program-types.ts'
import { addProduct } from '../maths/matrix.ts'
import type { Decision } from './decision.ts'
import type { Row } from './limits.ts'

/** Trades up to which all are searched, and some proven (`maths/lattice-exact.ts`). */
const FEW = 8

/** The variables that are traded, ascending; null where all take part. @param rows of the mandate */
export function takingPart(decision: Decision, traded: Float64Array, rows: readonly Row[]): readonly number[] | null {
  const { instruments } = decision
  const part = instruments.flatMap((j, k) => (traded[j] === 0 ? [] : [k]))
  // A price for what is beyond a limit gives trades a worth that the decision does not know.
  const isPriced = rows.some(({ price }) => price < Number.POSITIVE_INFINITY)
  return part.length <= FEW || part.length === instruments.length || isPriced ? null : part
}

/** The decision over some of its variables, the others at no trade: what they stand at pulls all the same. */
export function narrow(decision: Decision, variables: readonly number[]): Decision {
  const { instruments, terms, rungs, fixed } = decision
  const { n, quadratic, deviation, felt } = terms
  const m = variables.length
  const pick = (column: Float64Array): Float64Array => Float64Array.from(variables, (k) => column[k]!)
  const taken = new Uint8Array(n)
  for (const k of variables) taken[k] = 1
  const pull = terms.linear.slice()
  addProduct(
    quadratic,
    deviation.map((each, k) => (taken[k] === 1 ? 0 : each)),
    n,
    pull,
  )
  const own = new Float64Array(m * m)
  for (let p = 0; p < m; p++) {
    const row = variables[p]! * n
    for (let q = 0; q < m; q++) own[p * m + q] = quadratic[row + variables[q]!]!
  }
  return {
    instruments: variables.map((k) => instruments[k]!),
    variablesOf: decision.variablesOf,
    terms: {
      n: m,
      quadratic: own,
      deviation: pick(deviation),
      linear: pick(pull),
      proportional: pick(terms.proportional),
      power: pick(terms.power),
      exponent: terms.exponent,
      felt: felt === null ? null : { buy: pick(felt.buy), sell: pick(felt.sell) },
    },
    rungs: rungs
      .filter(({ slope }) => variables.some((k) => slope[k] !== 0))
      .map((rung) => ({ ...rung, slope: pick(rung.slope) })),
    fixed: pick(fixed),
  }
}

/** Whether a variable that did not take part is worth its cost where rounding ended, and was not where it began. */
export function isWoken(
  { instruments, terms }: Decision,
  of: { readonly variables: readonly number[]; readonly before: Float64Array; readonly after: Float64Array },
): boolean {
  const taken = new Uint8Array(terms.n)
  for (const k of of.variables) taken[k] = 1
  const [before, after] = [of.before, of.after].map((traded) => pullAt(terms, instruments, traded)) as [
    Float64Array,
    Float64Array,
  ]
  return after.some((pull, k) => {
    const cost = terms.proportional[k]!
    return taken[k] === 0 && Math.abs(pull) > cost && Math.abs(before[k]!) <= cost
  })
}

/** Q(p + t) + l. @param traded weight per instrument */
function pullAt(
  { n, quadratic, deviation, linear }: Pick<CostProgram, 'n' | 'quadratic' | 'deviation' | 'linear'>,
  instruments: readonly number[],
  traded: Float64Array,
): Float64Array {
  const pull = linear.slice()
  addProduct(
    quadratic,
    deviation.map((each, k) => each + traded[instruments[k]!]!),
    n,
    pull,
  )
  return pull
}
