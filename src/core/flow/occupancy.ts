/**
 * Which slots of a window hold something, as bits in three levels: a bit of a word stands for a slot, a bit of a group for
 * a word that is not 0, a bit of the top for such a group. The next occupied slot below another is found in a few word
 * operations however sparse the window is, so that the best price after a removal costs the same beside a wall of
 * orders and across a desert (the van Emde Boas idea with a fan-out of 32).
 */
import { assert } from '../base/result.ts'

export interface Occupancy {
  readonly words: Int32Array
  readonly groups: Int32Array
  readonly tops: Int32Array
}

/** Slots that one group covers: sizes are multiples of it. */
const GROUP = 1024
const TOP = 32 * GROUP

/** All slots free. @param size a multiple of 1024 */
export function makeOccupancy(size: number): Occupancy {
  assert(size > 0 && size % GROUP === 0, `size must be a multiple of ${GROUP}, was ${size}`)
  // One word more on each level, so that the search below `size` itself reads no further than the columns.
  return {
    words: new Int32Array(size / 32 + 1),
    groups: new Int32Array(size / GROUP + 1),
    tops: new Int32Array(Math.ceil(size / TOP) + 1),
  }
}

export const copyOccupancy = ({ words, groups, tops }: Occupancy): Occupancy => ({
  words: words.slice(),
  groups: groups.slice(),
  tops: tops.slice(),
})

export function occupy({ words, groups, tops }: Occupancy, slot: number): void {
  words[slot >>> 5]! |= 1 << (slot & 31)
  groups[slot >>> 10]! |= 1 << ((slot >>> 5) & 31)
  tops[slot >>> 15]! |= 1 << ((slot >>> 10) & 31)
}

export function vacate({ words, groups, tops }: Occupancy, slot: number): void {
  const word = words[slot >>> 5]! & ~(1 << (slot & 31))
  words[slot >>> 5] = word
  if (word !== 0) return
  const group = groups[slot >>> 10]! & ~(1 << ((slot >>> 5) & 31))
  groups[slot >>> 10] = group
  if (group === 0) tops[slot >>> 15]! &= ~(1 << ((slot >>> 10) & 31))
}

const highestBit = (word: number): number => 31 - Math.clz32(word)
const lowestBit = (word: number): number => 31 - Math.clz32(word & -word)
const below = (word: number, bit: number): number => word & ((1 << bit) - 1)

/** The highest occupied slot below another, which may be the size; −1 where there is none. */
export function occupiedBelow({ words, groups, tops }: Occupancy, slot: number): number {
  let word = slot >>> 5
  const inWord = below(words[word]!, slot & 31)
  if (inWord !== 0) return (word << 5) | highestBit(inWord)
  let group = word >>> 5
  const inGroup = below(groups[group]!, word & 31)
  if (inGroup === 0) {
    let top = group >>> 5
    let inTop = below(tops[top]!, group & 31)
    while (inTop === 0 && top > 0) inTop = tops[--top]!
    if (inTop === 0) return -1
    group = (top << 5) | highestBit(inTop)
    word = (group << 5) | highestBit(groups[group]!)
  } else word = (group << 5) | highestBit(inGroup)
  return (word << 5) | highestBit(words[word]!)
}

/** The lowest occupied slot; −1 where all are free. */
export function lowestOccupied({ words, groups, tops }: Occupancy): number {
  const top = tops.findIndex((each) => each !== 0)
  if (top < 0) return -1
  const group = (top << 5) | lowestBit(tops[top]!)
  const word = (group << 5) | lowestBit(groups[group]!)
  return (word << 5) | lowestBit(words[word]!)
}
