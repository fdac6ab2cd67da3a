/**
 * How far an underlying is from its target, standardised by its band: u = (Md)_i/a_i in risk, d_i/h in weight, d_iσ_i/h
 * in volatility. The band is read as a half-width in weight (a_i/M_ii, h, h/σ_i) around a net deviation ((Md)_i/M_ii, d_i,
 * d_i): |net| ≤ half-width is inside, the edge included. A band of no width and a deviation that costs nothing have no u.
 */
import { ratioToNumber } from '../base/ratio.ts'
import { assertNever } from '../base/result.ts'
import type { Gauge, NoBand } from './trade-types.ts'

/** Deviations within this of an edge are on it: it is the float64 noise of held − target. */
const NOISE = 1e-12

export interface Reading {
  /** Deviation that counts, in weight. */
  readonly net: number
  /** In weight; Infinity where no edge is ever reached. */
  readonly halfWidth: number
  /** ±Infinity outside a band of no width. Never leaves the module as such: see `shown`. */
  readonly u: number
  readonly noBand: NoBand | null
}

export interface Gauged {
  readonly deviation: Float64Array
  readonly underlying: number
  readonly vol: number
  /** What this instrument costs above what the curvature was computed with, as a fraction. */
  readonly extraCost: number
}

export function readGauge(gauge: Gauge, at: Gauged): Reading {
  const own = at.deviation[at.underlying]!
  switch (gauge.unit) {
    case 'risk': {
      const { pressure, stiffness, threshold } = readCurvature(gauge, at)
      if (stiffness === 0) return { net: own, halfWidth: Number.POSITIVE_INFINITY, u: 0, noBand: 'noRisk' }
      return against(pressure / stiffness, threshold / stiffness, 'noCost')
    }
    case 'weight':
      return against(own, ratioToNumber(gauge.width), 'zeroWidth')
    case 'volatility': {
      if (at.vol === 0) return { net: own, halfWidth: Number.POSITIVE_INFINITY, u: 0, noBand: 'noRisk' }
      return against(own, ratioToNumber(gauge.width) / at.vol, 'zeroWidth')
    }
    default:
      return assertNever(gauge)
  }
}

function against(net: number, halfWidth: number, none: NoBand): Reading {
  if (halfWidth > 0) return { net, halfWidth, u: net / halfWidth, noBand: null }
  const u = Math.abs(net) <= NOISE ? 0 : net > 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
  return { net, halfWidth: 0, u, noBand: none }
}

/** (Md)_i, M_ii and the cost a_i that has to be beaten. */
export function readCurvature(
  { curvature }: Extract<Gauge, { unit: 'risk' }>,
  { deviation, underlying, extraCost }: Gauged,
): { readonly pressure: number; readonly stiffness: number; readonly threshold: number } {
  const { n, matrix } = curvature
  let pressure = 0
  for (let j = 0; j < n; j++) pressure += matrix[underlying * n + j]! * deviation[j]!
  return {
    pressure,
    stiffness: matrix[underlying * n + underlying]!,
    threshold: curvature.threshold[underlying]! + extraCost,
  }
}

export const isInside = ({ net, halfWidth }: Reading): boolean => Math.abs(net) <= halfWidth + NOISE

/** h(1 − v)₊ in weight: what a side may still trade before it leaves the band on the far side. */
export const roomOf = ({ net, halfWidth }: Reading, side: 1 | -1): number => Math.max(0, halfWidth - side * net)

/** u as an answer: null where there is no band. */
export const shown = ({ u, noBand }: Reading): number | null => (noBand === null ? u : null)
