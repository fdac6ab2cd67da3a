/**
 * √(x'Σx) of a float64 book from above: of what is held, of held − target. With x off by e, the root is off by at most
 * Σ e_u σ_u; and the form, of n² products, by less than 10⁻¹² of (Σ|x_u| σ_u)².
 */
import { targetOf } from './aim.ts'
import type { FloatBook } from './glance-book.ts'
import type { PlanInputs } from './plan-types.ts'

/** Rounding of a form of n² products, as a part of the largest that it could be. */
const FORM_ERROR = 1e-12
/** Rounding of held − target, as a part of the target. */
const ROUNDING = 1e-15

export interface FloatRisk {
  readonly covariance: Float64Array
  /** √Σ_uu */
  readonly sigma: Float64Array
  readonly target: Float64Array
  readonly none: Float64Array
  /** held − target, and how far it may be from the exact one. */
  readonly deviation: Float64Array
  readonly error: Float64Array
  /** At most this. */
  volatility: number
  trackingError: number
}

export function openFloatRisk({ mandate, risk: { covariance } }: PlanInputs): FloatRisk {
  const n = mandate.universe.underlyings.length
  return {
    covariance,
    sigma: Float64Array.from({ length: n }, (_, u) => Math.sqrt(covariance[u * n + u]!)),
    target: targetOf(mandate),
    none: new Float64Array(n),
    deviation: new Float64Array(n),
    error: new Float64Array(n),
    volatility: 0,
    trackingError: 0,
  }
}

/** @param asked which of the two are needed: what is not stays as it was */
export function measureRisks(
  risk: FloatRisk,
  book: FloatBook,
  asked: { readonly volatility: boolean; readonly trackingError: boolean },
): void {
  if (asked.volatility) risk.volatility = measureAbove(risk, book, risk.none)
  if (asked.trackingError) risk.trackingError = measureAbove(risk, book, risk.target)
}

/** held − aim into the deviation, and how far it may be off. */
export function deviateFrom(risk: FloatRisk, book: FloatBook, aim: Float64Array): void {
  const { deviation, error } = risk
  for (let u = 0; u < aim.length; u++) {
    deviation[u] = book.weight[u]! - aim[u]!
    error[u] = book.error * book.size[u]! + ROUNDING * Math.abs(aim[u]!)
  }
}

function measureAbove(risk: FloatRisk, book: FloatBook, aim: Float64Array): number {
  deviateFrom(risk, book, aim)
  const { covariance, sigma, deviation, error } = risk
  const n = sigma.length
  let [form, largest, off] = [0, 0, 0]
  for (let u = 0; u < n; u++) {
    const own = deviation[u]!
    let pull = 0
    for (let v = 0; v < n; v++) pull += covariance[u * n + v]! * deviation[v]!
    form += own * pull
    largest += Math.abs(own) * sigma[u]!
    off += error[u]! * sigma[u]!
  }
  return Math.sqrt(Math.max(0, form) + FORM_ERROR * largest * largest) + off
}
