/**
 * Rational cubic interpolation between two points with given slopes, which keeps monotone and convex shapes: with
 * t = (x − x₀)/(x₁ − x₀), u = 1 − t, h = x₁ − x₀,
 * y = (y₁t³ + (r·y₁ − h·d₁)t²u + (r·y₀ + h·d₀)tu² + y₀u³)/(1 + (r − 3)tu). r is chosen to meet a second derivative at one end,
 * and raised where the shape needs it. Source: Delbourgo and Gregory, SIAM Journal on Scientific and Statistical Computing 6
 * (1985); the choice of r is that of Jäckel, Let's be rational (Wilmott, 2015).
 */
export interface CubicEnd {
  readonly x: number
  readonly y: number
  readonly slope: number
}

const R_MIN = -(1 - Math.sqrt(Number.EPSILON))
/** Beyond it the interpolant is the chord. */
const R_MAX = 2 / (Number.EPSILON * Number.EPSILON)

export function interpolateRationalCubic(x: number, left: CubicEnd, right: CubicEnd, r: number): number {
  const h = right.x - left.x
  const t = (x - left.x) / h
  const u = 1 - t
  if (!(r < R_MAX)) return right.y * t + left.y * u
  const above =
    right.y * t * t * t +
    (r * right.y - h * right.slope) * t * t * u +
    (r * left.y + h * left.slope) * t * u * u +
    left.y * u * u * u
  return above / (1 + (r - 3) * t * u)
}

/** r for a second derivative at the left end. */
export function controlAtLeft(left: CubicEnd, right: CubicEnd, curvature: number): number {
  const h = right.x - left.x
  const chord = (right.y - left.y) / h
  return controlled(left, right, (0.5 * h * curvature + right.slope - left.slope) / (chord - left.slope))
}

/** r for a second derivative at the right end. */
export function controlAtRight(left: CubicEnd, right: CubicEnd, curvature: number): number {
  const h = right.x - left.x
  const chord = (right.y - left.y) / h
  return controlled(left, right, (0.5 * h * curvature + right.slope - left.slope) / (right.slope - chord))
}

/** At least what the shape of the data needs; a wanted r that is no number is the chord. */
function controlled({ x, y, slope: d0 }: CubicEnd, right: CubicEnd, wanted: number): number {
  const chord = (right.y - y) / (right.x - x)
  const d1 = right.slope
  const monotone = d0 * chord >= 0 && d1 * chord >= 0
  const bent = (d0 <= chord && chord <= d1) || (d0 >= chord && chord >= d1)
  let least = R_MIN
  if (monotone) least = Math.max(least, chord === 0 ? R_MAX : (d0 + d1) / chord)
  if (bent) {
    const straight = d1 === chord || d0 === chord
    least = Math.max(
      least,
      straight ? R_MAX : Math.max(Math.abs((d1 - d0) / (d1 - chord)), Math.abs((d1 - d0) / (chord - d0))),
    )
  } else if (monotone) least = R_MAX
  return Number.isNaN(wanted) ? R_MAX : Math.max(wanted, least)
}
