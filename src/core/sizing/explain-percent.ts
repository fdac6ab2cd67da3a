/** Fractions as the sentences of a plan print them. */
import { formatPercent } from '../base/format.ts'

/** Fractions below this are the noise of float64 sums. */
const NOISE = 1e-9

/** A fraction with one digit after the point, or two significant ones where it is small: `12.3 %`, `0.0012 %`. */
export function percent(fraction: number, sign = false): string {
  const size = Math.abs(fraction)
  if (size < NOISE) return '0.0 %'
  if (size >= 0.001) return formatPercent(fraction, 1, { sign })
  return formatPercent(fraction, 1 - Math.floor(Math.log10(size * 100)), { sign }).replace(/0 %$/, ' %')
}
