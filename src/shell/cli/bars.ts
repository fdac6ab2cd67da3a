/**
 * Bars of imbalance from a common zero: `####|` is too little, `|########` too much. Where a band is known its edges are
 * drawn as brackets: `[  |####]####`.
 */

/**
 * One bar per value, all equally wide.
 * @param width cells for the longest pair of sides, ≥ 4, the zero not counted
 * @param bands half-widths in the unit of the values; null = no band is drawn
 */
export function drawBars(
  values: readonly number[],
  { width, bands }: { readonly width: number; readonly bands: readonly number[] | null },
): string[] {
  const reach = (side: 1 | -1): number =>
    values.reduce((most, value, index) => Math.max(most, side * value, bands?.[index] ?? 0), 0)
  const total = reach(-1) + reach(1)
  const cells = (size: number): number => (total === 0 ? 0 : Math.round((Math.abs(size) / total) * width))
  // A bracket takes the cell after the last one inside the band.
  const bracket = bands === null ? 0 : 1
  const left = cells(reach(-1)) + bracket
  const right = cells(reach(1)) + bracket
  return values.map((value, index) => {
    const band = bands === null ? null : cells(bands[index]!)
    const below = side(value < 0 ? cells(value) : 0, { room: left, band, edge: '[' })
    const above = side(value > 0 ? cells(value) : 0, { room: right, band, edge: ']' })
    return `${[...below].reverse().join('')}|${above}`
  })
}

/** Cells from the zero outwards. */
function side(length: number, { room, band, edge }: { room: number; band: number | null; edge: string }): string {
  let cells = ''
  let drawn = 0
  for (let cell = 0; cell < room; cell++) {
    if (cell === band) cells += edge
    else cells += drawn++ < length ? '#' : ' '
  }
  return cells
}
