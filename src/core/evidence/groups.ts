/** Periods in order, cut into contiguous groups whose sizes differ by at most one; the first ones are the larger. */

/** Where each group begins, and after the last its end: groups + 1 places. */
export function groupBounds(count: number, groups: number): Uint32Array {
  const [size, larger] = [Math.floor(count / groups), count % groups]
  return Uint32Array.from({ length: groups + 1 }, (_, g) => g * size + Math.min(g, larger))
}
