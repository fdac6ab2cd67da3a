/**
 * A column as the points of a line. Where there are more rows than a picture shows, each stretch of rows keeps its first, least,
 * greatest and last value, so that no peak is lost and equal columns give equal bytes.
 */

export interface Point {
  readonly row: number
  readonly value: number
}

/** @param stretches that a long column is divided into. @returns runs of points without a hole; NaN is a hole */
export function pointsOf(column: Float64Array, stretches: number): Point[][] {
  const runs: Point[][] = []
  let run: Point[] = []
  const size = Math.max(1, Math.ceil(column.length / stretches))
  for (let from = 0; from < column.length; from += size) {
    for (const row of chosenRows(column, from, Math.min(column.length, from + size))) {
      if (Number.isNaN(column[row]!)) {
        if (run.length > 0) runs.push(run)
        run = []
      } else run.push({ row, value: column[row]! })
    }
  }
  if (run.length > 0) runs.push(run)
  return runs
}

function chosenRows(column: Float64Array, from: number, to: number): number[] {
  if (to - from <= 4) return Array.from({ length: to - from }, (_, k) => from + k)
  let [least, greatest, hole] = [-1, -1, -1]
  for (let row = from; row < to; row++) {
    if (Number.isNaN(column[row]!)) hole = row
    else {
      if (least < 0 || column[row]! < column[least]!) least = row
      if (greatest < 0 || column[row]! > column[greatest]!) greatest = row
    }
  }
  const rows = [from, least, greatest, hole, to - 1].filter((row) => row >= 0)
  return [...new Set(rows)].sort((a, b) => a - b)
}

/** Ends of what is finite in some columns; null where nothing is. */
export function rangeOf(columns: readonly Float64Array[]): { readonly low: number; readonly high: number } | null {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const column of columns)
    for (const each of column)
      if (Number.isFinite(each)) {
        low = Math.min(low, each)
        high = Math.max(high, each)
      }
  return high >= low ? { low, high } : null
}
