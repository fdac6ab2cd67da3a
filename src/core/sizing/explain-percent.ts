/** Fractions as the sentences of a plan print them. */
import { formatPercent } from '../base/format.ts'

/** Fractions below this are the noise of float64 sums. */
const NOISE = 1e-9

/** A fraction with one digit after the point, or two significant ones where it is small: `12.3 %`, `0.0012 %`. */
export function percent(fraction: number, sign = false): string {
  const size = Math.abs(fraction)
  if (size < NOISE) return '0.0 %'
  const places = placesOf(size)
  const text = formatPercent(fraction, places, { sign })
  return places === 1 ? text : text.replace(/0 %$/, ' %')
}

/** The same, rounded up (+1) or down (−1): what has to be at least, or at most, so much. */
export function percentTowards(fraction: number, side: 1 | -1): string {
  const size = Math.abs(fraction)
  if (size < NOISE) return percent(fraction)
  const unit = 10 ** -(placesOf(size) + 2)
  const units = (side * fraction) / unit
  const nearest = Math.round(units)
  // Noise is no reason for one more.
  return percent(side * unit * (Math.abs(units - nearest) * unit < NOISE ? nearest : Math.ceil(units)))
}

const placesOf = (size: number): number => (size >= 0.001 ? 1 : 1 - Math.floor(Math.log10(size * 100)))
