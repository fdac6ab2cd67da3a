/**
 * A surface of implied volatility without static arbitrage, fitted to quotes of several expiries: an eSSVI surface slice by slice from
 * the first expiry on, and, where asked for, each slice then freed to raw SVI as far as it crosses no neighbour and has no
 * butterfly. Between expiries total variance is linear in time at the same ln(K/F), which crosses nothing; before the first it
 * is linear from 0. Sources: `svi.ts`, `smile-fit.ts`; Corbetta, Cohort, Laachir and Martini, Robust calibration and
 * arbitrage-free interpolation of SSVI slices, Decisions in Economics and Finance 42 (2019).
 */
import { type Result, refuse, succeed } from '../base/result.ts'
import { butterflyMargin, calendarMargin } from './smile-arbitrage.ts'
import { fitSsvi, refineSvi } from './smile-fit.ts'
import { type FitError, fitErrorOf, type SmilePoints } from './smile-quotes.ts'
import { type RawSvi, rawOfSsvi, type SsviSlice, totalVarianceAt } from './svi.ts'

export interface SurfaceSlice {
  readonly years: number
  readonly svi: RawSvi
  /** Least of Durrleman's g: at least 0. */
  readonly butterfly: number
  /** Least total variance above that of the slice before: at least 0; null for the first. */
  readonly calendar: number | null
  readonly error: FitError
}

export interface VolSurface {
  /** In order of expiry. */
  readonly slices: readonly SurfaceSlice[]
}

export type SurfaceModel = 'ssvi' | 'svi'

/** @param expiries one each, in any order */
export function fitSurface(expiries: readonly SmilePoints[], model: SurfaceModel): Result<VolSurface> {
  const ordered = expiries.toSorted((a, b) => a.years - b.years)
  const twice = ordered.findIndex((each, k) => k > 0 && each.years === ordered[k - 1]!.years)
  if (ordered.length === 0 || twice > 0) {
    const found = ordered.length === 0 ? 'none' : `two at ${ordered[twice]!.years} years`
    const message = `expiries must be at least one, each once, was ${found}`
    return refuse('pricing.expiries', 'expiries', message, 'gather the quotes of an expiry in one')
  }
  const slices: SsviSlice[] = []
  for (const [k, points] of ordered.entries()) {
    const slice = fitSsvi(points, slices.at(-1) ?? null)
    if (slice === null) {
      return refuse(
        'pricing.no-slice',
        `expiries.${k}`,
        `quotes at ${points.years} years must allow a slice above the one before it, was none`,
        'leave out quotes that are stale, or the expiry',
      )
    }
    slices.push(slice)
  }
  const svis = slices.map(rawOfSsvi)
  if (model === 'svi') {
    const forwards = [...ordered.entries()]
    // From the last back, so that later slices get out of the way of earlier ones, then once more with all of them freed.
    for (const [k, points] of [...forwards.toReversed(), ...forwards]) {
      svis[k] = refineSvi(points, svis[k]!, { earlier: svis[k - 1] ?? null, later: svis[k + 1] ?? null })
    }
  }
  return succeed({ slices: ordered.map((points, k) => sliceOf(points, svis, k)) })
}

function sliceOf(points: SmilePoints, svis: readonly RawSvi[], k: number): SurfaceSlice {
  const svi = svis[k]!
  const { years } = points
  return {
    years,
    svi,
    butterfly: butterflyMargin(svi).margin,
    calendar: k === 0 ? null : calendarMargin(svis[k - 1]!, svi).margin,
    error: fitErrorOf(points, (at) => Math.sqrt(totalVarianceAt(svi, at) / years)),
  }
}

/** The volatility at k = ln(K/F), F the forward at that time. */
export function surfaceVol({ slices }: VolSurface, k: number, years: number): Result<number> {
  const last = slices.at(-1)!
  if (!(years > 0 && years <= last.years && Number.isFinite(k))) {
    return refuse(
      'pricing.outside-surface',
      'years',
      `years must be above 0 and at most the last expiry of the surface ${last.years}, was ${years} (k ${k})`,
      'fit the surface to later expiries too',
    )
  }
  const after = slices.findIndex((slice) => slice.years >= years)
  const [later, earlier] = [slices[after]!, slices[after - 1]]
  const above = totalVarianceAt(later.svi, k)
  if (earlier === undefined) return succeed(Math.sqrt(above / later.years))
  const below = totalVarianceAt(earlier.svi, k)
  const share = (years - earlier.years) / (later.years - earlier.years)
  return succeed(Math.sqrt((below + share * (above - below)) / years))
}
