/**
 * One side of an order book: lots per tick in a contiguous window around the best price, and the few levels far behind it
 * in sorted columns. A side is kept by `key`, which rises towards the best: the tick of a bid, minus the tick of an ask. The best
 * level is always inside the window and everything outside is worse than all of it. A level inside is read and set in
 * constant time; when the best leaves, the window is put around it again, which costs what there is in it; where work behind
 * the window adds up to more than a larger one costs, it doubles. An update allocates nothing but in that growth.
 */
import { copyFarLevels, type FarLevels, farLots, makeFarLevels, pushFar, setFar } from './far-levels.ts'
import {
  copyOccupancy,
  lowestOccupied,
  makeOccupancy,
  type Occupancy,
  occupiedBelow,
  occupy,
  vacate,
} from './occupancy.ts'

export interface BookSide {
  /** Levels with lots, all of them. */
  count: number
  /** Key of slot 0. */
  base: number
  /** Slot of the best level; −1 where the side is empty. */
  best: number
  /** Per slot; 0 where there is no level. */
  lots: Float64Array
  occupancy: Occupancy
  readonly far: FarLevels
}

const SLOTS = 2 ** 10
/** 512 kB a side: half a percent of a price of 60,000 in ticks of .01, ten times that of most books. */
const SLOTS_MAX = 2 ** 16

/** Slots in front of and behind a best that the window was just put around. */
const behind = (slots: number): number => 0.75 * slots

export const makeSide = (): BookSide => ({
  count: 0,
  base: 0,
  best: -1,
  lots: new Float64Array(SLOTS),
  occupancy: makeOccupancy(SLOTS),
  far: makeFarLevels(),
})

export const copySide = (side: BookSide): BookSide => ({
  ...side,
  lots: side.lots.slice(),
  occupancy: copyOccupancy(side.occupancy),
  far: copyFarLevels(side.far),
})

export function clearSide(side: BookSide): void {
  for (let slot = side.best; slot >= 0; slot = occupiedBelow(side.occupancy, slot)) empty(side, slot)
  side.best = -1
  side.count = 0
  side.far.count = 0
}

function empty(side: BookSide, slot: number): void {
  side.lots[slot] = 0
  vacate(side.occupancy, slot)
}

/** Puts the window around a key, the best there is or will be. */
export function centre(side: BookSide, key: number, slots = side.lots.length): void {
  const { far } = side
  // All levels in order of key: those in the window are better than those that are far.
  for (let slot = lowestOccupied(side.occupancy); slot >= 0; slot = lowestOccupied(side.occupancy)) {
    pushFar(far, side.base + slot, side.lots[slot]!)
    empty(side, slot)
  }
  if (slots !== side.lots.length) {
    side.lots = new Float64Array(slots)
    side.occupancy = makeOccupancy(slots)
  }
  side.base = key - behind(slots)
  side.best = far.count > 0 ? far.key[far.count - 1]! - side.base : -1
  while (far.count > 0 && far.key[far.count - 1]! >= side.base) {
    const slot = far.key[--far.count]! - side.base
    side.lots[slot] = far.lots[far.count]!
    occupy(side.occupancy, slot)
  }
}

/** Sets, or with 0 removes, a level. @param lots whole, ≥ 0 @returns its lots before */
export function setLevel(side: BookSide, key: number, lots: number): number {
  const slot = key - side.base
  if (!(slot >= 0 && slot < side.lots.length)) return setOutside(side, key, lots)
  const before = side.lots[slot]!
  if (before === lots) return before
  side.lots[slot] = lots
  if (before === 0) {
    side.count++
    occupy(side.occupancy, slot)
    if (slot > side.best) side.best = slot
  } else if (lots === 0) {
    side.count--
    vacate(side.occupancy, slot)
    if (slot === side.best) lowerBest(side)
  }
  return before
}

/** After the best level has gone. */
function lowerBest(side: BookSide): void {
  const { far } = side
  side.best = occupiedBelow(side.occupancy, side.best)
  if (side.best < 0 && far.count > 0) centre(side, far.key[far.count - 1]!)
}

function setOutside(side: BookSide, key: number, lots: number): number {
  const { far } = side
  const slots = side.lots.length
  if (side.best < 0 || key > side.base) {
    if (lots === 0) return 0
    centre(side, key)
    return setLevel(side, key, lots)
  }
  const best = side.base + side.best
  // The window is put lower only after the best has come down by a quarter of it, or each step down would move everything.
  const sunk = side.best < slots / 2 && best - key <= behind(slots)
  const worthGrowing = far.moved > slots && slots < SLOTS_MAX && best - key <= behind(SLOTS_MAX)
  if (lots > 0 && (sunk || worthGrowing)) {
    far.moved = 0
    centre(side, best, worthGrowing ? 2 * slots : slots)
    if (key >= side.base) return setLevel(side, key, lots)
  }
  const before = setFar(far, key, lots)
  side.count += (lots > 0 ? 1 : 0) - (before > 0 ? 1 : 0)
  return before
}

export function lotsAt(side: BookSide, key: number): number {
  const slot = key - side.base
  if (slot >= 0 && slot < side.lots.length) return side.lots[slot]!
  return slot < 0 ? farLots(side.far, key) : 0
}

/** Key of the worst level of a side that has one. */
export const worstKey = ({ far, base, occupancy }: BookSide): number =>
  far.count > 0 ? far.key[0]! : base + lowestOccupied(occupancy)

/** A place on the way from the best level to the worst: far levels by their place, then the slots of the window. */
export const END = -1
export const bestPlace = ({ best, far }: BookSide): number => (best < 0 ? END : far.count + best)
export function nextPlace({ far, occupancy }: BookSide, place: number): number {
  if (place < far.count) return place - 1
  const slot = occupiedBelow(occupancy, place - far.count)
  return slot < 0 ? far.count - 1 : far.count + slot
}
export const keyAtPlace = ({ far, base }: BookSide, place: number): number =>
  place < far.count ? far.key[place]! : base + place - far.count
export const lotsAtPlace = ({ far, lots }: BookSide, place: number): number =>
  place < far.count ? far.lots[place]! : lots[place - far.count]!
