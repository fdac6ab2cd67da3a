/**
 * Levels of a book too far from its best price for a window: two sorted columns, worst first, so that what leaves or enters
 * the window beside them is appended or taken off at the end. A level is found by bisection; one in the middle moves
 * what is better, and `moved` counts that, so that a window can grow once it would have paid.
 */

export interface FarLevels {
  count: number
  /** Ascending: the last one is the best. */
  key: Float64Array
  lots: Float64Array
  /** Levels moved by insertions and removals since a window last looked. */
  moved: number
}

export const makeFarLevels = (): FarLevels => ({
  count: 0,
  key: new Float64Array(64),
  lots: new Float64Array(64),
  moved: 0,
})

export const copyFarLevels = ({ count, key, lots, moved }: FarLevels): FarLevels => ({
  count,
  key: key.slice(),
  lots: lots.slice(),
  moved,
})

function reserveOne(far: FarLevels): void {
  if (far.count < far.key.length) return
  for (const column of ['key', 'lots'] as const) {
    const grown = new Float64Array(2 * far.count)
    grown.set(far[column])
    far[column] = grown
  }
}

/** Appends a level better than all others. */
export function pushFar(far: FarLevels, key: number, lots: number): void {
  reserveOne(far)
  far.key[far.count] = key
  far.lots[far.count++] = lots
}

/** Where the first level stands that is not worse than a key. */
function placeOf({ count, key: keys }: FarLevels, key: number): number {
  let [low, high] = [0, count]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (keys[middle]! < key) low = middle + 1
    else high = middle
  }
  return low
}

export function farLots(far: FarLevels, key: number): number {
  const place = placeOf(far, key)
  return place < far.count && far.key[place] === key ? far.lots[place]! : 0
}

/** Sets, or with 0 removes, a level. @returns its lots before */
export function setFar(far: FarLevels, key: number, lots: number): number {
  const place = placeOf(far, key)
  const found = place < far.count && far.key[place] === key
  const before = found ? far.lots[place]! : 0
  if (lots > 0) {
    if (!found) {
      reserveOne(far)
      shift(far, place, 1)
      far.key[place] = key
    }
    far.lots[place] = lots
  } else if (found) shift(far, place + 1, -1)
  return before
}

/** Moves the levels from a place on. */
function shift(far: FarLevels, from: number, by: 1 | -1): void {
  far.key.copyWithin(from + by, from, far.count)
  far.lots.copyWithin(from + by, from, far.count)
  far.moved += far.count - from + 1
  far.count += by
}
