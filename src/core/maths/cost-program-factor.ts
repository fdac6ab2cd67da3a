/**
 * The linear algebra of one Newton step of cost-program-active on the free trades F: the Cholesky factor of
 * H = M_FF + diag(ε + curvature of the power cost) + Σ_k rate_k·(Σ_k)_FF, and the active rows and caps, whose normals G and
 * softness μ it is bordered with: (G H⁻¹G' + μ)Δλ = G H⁻¹ force, step = H⁻¹(force − G'Δλ).
 */
import { rowSlope } from './cost-program-coordinate.ts'
import { powerCurvature } from './cost-program-power.ts'
import type { CostProgram } from './cost-program-types.ts'
import { ROW, type Work } from './cost-program-work.ts'

/** Terms of the series for the multipliers: the part of a miss that is left falls with each as with a move of the centres. */
const TERMS = 5

/** work.step ← the Newton step for the force that is in it. */
export function solveNewton(program: CostProgram, work: Work): void {
  if (!work.factored) {
    assemble(program, work)
    factorise(work)
  }
  solveForward(work, work.step, 0)
  enterNormals(program, work)
  solveBackward(work, work.step)
}

/** The lower triangle of H into work.factor. */
function assemble(program: CostProgram, work: Work): void {
  const { n, quadratic, power } = program
  const { factor, free, freeCount: f } = work
  work.factored = true
  for (let p = 0; p < f; p++) {
    const i = free[p]!
    const row = p * f
    for (let q = 0; q <= p; q++) factor[row + q] = quadratic[i * n + free[q]!]!
    factor[row + p]! += work.anchor[i]!
    if (power[i] !== 0) {
      factor[row + p]! += powerCurvature(program, i, work.trade[i]!, work.sides[i]!)
      work.factored = false
    }
  }
  for (let k = 0; k < program.caps.length; k++) if (work.caps[k]!.on) assembleCap(program, work, k)
}

/** ∂²/∂z² of a cap: rate·(Σ − ĝĝ') where its multiplier is at its price; where it is active, the rest of ĝĝ' is a normal. */
function assembleCap({ n, caps }: CostProgram, work: Work, k: number): void {
  const { factor, free, freeCount: f } = work
  const { rate, state, pulls, norm } = work.caps[k]!
  if (rate === 0) return
  const { matrix } = caps[k]!
  const flat = state === ROW.paid ? rate / (norm * norm) : 0
  for (let p = 0; p < f; p++) {
    const i = free[p]!
    const own = flat * pulls[i]!
    for (let q = 0; q <= p; q++) {
      const j = free[q]!
      factor[p * f + q]! += rate * matrix[i * n + j]! - own * pulls[j]!
    }
  }
  work.factored = false
}

/** H = LL', two rows at a time and each over two columns: four sums at once, which do not wait for each other. */
function factorise(work: Work): void {
  const { factor, freeCount: f } = work
  for (let p = 0; p < f; p += 2) {
    const one = p * f
    const two = Math.min(p + 1, f - 1) * f
    for (let q = 0; q < p; q += 2) {
      const a = q * f
      const b = a + f
      let oneA = factor[one + q]!
      let oneB = factor[one + q + 1]!
      let twoA = factor[two + q]!
      let twoB = factor[two + q + 1]!
      for (let r = 0; r < q; r++) {
        const left = factor[a + r]!
        const right = factor[b + r]!
        const first = factor[one + r]!
        const second = factor[two + r]!
        oneA -= first * left
        oneB -= first * right
        twoA -= second * left
        twoB -= second * right
      }
      const corner = factor[a + q]!
      const below = factor[b + q]!
      const next = factor[b + q + 1]!
      factor[one + q] = oneA / corner
      factor[one + q + 1] = (oneB - factor[one + q]! * below) / next
      if (two === one) continue
      factor[two + q] = twoA / corner
      factor[two + q + 1] = (twoB - factor[two + q]! * below) / next
    }
    settlePivot(work, p)
    if (two === one) return
    let rest = factor[two + p]!
    for (let r = 0; r < p; r++) rest -= factor[one + r]! * factor[two + r]!
    factor[two + p] = rest / factor[one + p]!
    settlePivot(work, p + 1)
  }
}

/** The diagonal of L in row p. The anchor is the least that a pivot of a semidefinite M can be; less is rounding. */
function settlePivot({ factor, free, freeCount: f, anchor }: Work, p: number): void {
  const row = p * f
  let pivot = factor[row + p]!
  for (let r = 0; r < p; r++) pivot -= factor[row + r]! * factor[row + r]!
  factor[row + p] = Math.sqrt(Math.max(pivot, 0.5 * anchor[free[p]!]!))
}

/** x ← L⁻¹x for x of length f from `from` on. */
function solveForward({ factor, freeCount: f }: Work, x: Float64Array, from: number): void {
  for (let p = 0; p < f; p++) {
    const row = p * f
    let rest = x[from + p]!
    for (let q = 0; q < p; q++) rest -= factor[row + q]! * x[from + q]!
    x[from + p] = rest / factor[row + p]!
  }
}

/** x ← L'⁻¹x */
function solveBackward({ factor, freeCount: f }: Work, x: Float64Array): void {
  for (let p = f - 1; p >= 0; p--) {
    const row = p * f
    const value = x[p]! / factor[row + p]!
    x[p] = value
    for (let q = 0; q < p; q++) x[q]! -= factor[row + q]! * value
  }
}

/** The slopes of active rows and caps on the free trades, and their softness. */
function gatherNormals({ n, rows, caps }: CostProgram, work: Work): void {
  const { normals, yields, freeCount: f, free, trade, sides } = work
  let count = 0
  for (let k = 0; k < rows.length; k++) {
    if (work.rowStates[k] !== ROW.active) continue
    for (let p = 0; p < f; p++)
      normals[count * n + p] = rowSlope(rows[k]!, free[p]!, trade[free[p]!]!, sides[free[p]!]!)
    work.active[count] = k
    yields[count++] = work.softness[k]!
  }
  work.activeRows = count
  for (let k = 0; k < caps.length; k++) {
    const { on, state, pulls, norm, softness } = work.caps[k]!
    const { radius } = caps[k]!
    if (!on || state !== ROW.active || radius === 0) continue
    for (let p = 0; p < f; p++) normals[count * n + p] = pulls[free[p]!]! / norm
    yields[count++] = (softness * norm) / radius
  }
  work.activeCount = count
}

/** Takes the part of the active rows and caps out of the step, which is still L⁻¹ times the force. */
function enterNormals(program: CostProgram, work: Work): void {
  gatherNormals(program, work)
  const { normals, schur, shift, step, yields, freeCount: f, activeCount: count } = work
  const { n } = program
  for (let a = 0; a < count; a++) {
    solveForward(work, normals, a * n)
    let total = 0
    for (let p = 0; p < f; p++) total += normals[a * n + p]! * step[p]!
    shift[a] = total
    for (let b = 0; b <= a; b++) {
      let product = a === b ? yields[a]! : 0
      for (let p = 0; p < f; p++) product += normals[a * n + p]! * normals[b * n + p]!
      schur[a * count + b] = product
    }
  }
  factorSchur(work)
  solveSchur(work)
  for (let a = 0; a < count; a++) for (let p = 0; p < f; p++) step[p]! -= shift[a]! * normals[a * n + p]!
}

/** The Cholesky factor of S, which has at least the softness on its diagonal. */
function factorSchur({ schur, yields, activeCount: count }: Work): void {
  for (let a = 0; a < count; a++) {
    let pivot = schur[a * count + a]!
    for (let b = 0; b < a; b++) {
      let rest = schur[a * count + b]!
      for (let c = 0; c < b; c++) rest -= schur[a * count + c]! * schur[b * count + c]!
      schur[a * count + b] = rest / schur[b * count + b]!
      pivot -= schur[a * count + b]! * schur[a * count + b]!
    }
    schur[a * count + a] = Math.sqrt(Math.max(pivot, 0.5 * yields[a]!))
  }
}

/** shift ← S⁻¹shift */
function solveSchur({ schur, shift, activeCount: count }: Work): void {
  for (let a = 0; a < count; a++) {
    for (let b = 0; b < a; b++) shift[a]! -= schur[a * count + b]! * shift[b]!
    shift[a]! /= schur[a * count + a]!
  }
  for (let a = count - 1; a >= 0; a--) {
    shift[a]! /= schur[a * count + a]!
    for (let b = 0; b < a; b++) shift[b]! -= schur[a * count + b]! * shift[a]!
  }
}

/**
 * Moves the centres of the active rows to where their multipliers would meet them: by Δ with G H⁻¹G'Δ = R − h, in a few terms of
 * Δ = (G H⁻¹G' + μ)⁻¹(R − h + μΔ), each of which is worth one more move of the centres. Only where the last Newton step had the
 * rows that are active now; any centre is a good one.
 */
export function foreseeMultipliers({ rows }: CostProgram, work: Work): void {
  const { active, activeRows: count, shift, yields, rowStates, rowValues, prices } = work
  if (count === 0 || count !== work.activeCount) return
  for (let a = 0; a < count; a++) if (rowStates[active[a]!] !== ROW.active) return
  shift.fill(0)
  for (let term = 0; term < TERMS; term++) {
    for (let a = 0; a < count; a++) shift[a] = rowValues[active[a]!]! - rows[active[a]!]!.bound + yields[a]! * shift[a]!
    solveSchur(work)
  }
  for (let a = 0; a < count; a++) {
    const k = active[a]!
    prices[k] = Math.min(rows[k]!.price, Math.max(0, prices[k]! + shift[a]!))
  }
}
