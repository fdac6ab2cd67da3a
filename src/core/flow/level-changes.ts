/**
 * What one delta did to a book, as columns that are used again: side, tick, lots before and after, in the order of the delta.
 * It is how a delta is taken back, and what indicators of order flow, queue positions and mirrors of a book read. A level
 * named twice is here twice; one whose size stays is not. Levels that fell out of a feed's depth are here too, at the end.
 */

export interface LevelChanges {
  count: number
  /** 0 bid, 1 ask. */
  side: Uint8Array
  tick: Float64Array
  before: Float64Array
  after: Float64Array
}

const columns = (size: number): Omit<LevelChanges, 'count'> => ({
  side: new Uint8Array(size),
  tick: new Float64Array(size),
  before: new Float64Array(size),
  after: new Float64Array(size),
})

export const makeChanges = (): LevelChanges => ({ count: 0, ...columns(64) })

export const copyChanges = ({ count, side, tick, before, after }: LevelChanges): LevelChanges => ({
  count,
  side: side.slice(),
  tick: tick.slice(),
  before: before.slice(),
  after: after.slice(),
})

/** Makes room for more of them. */
export function reserveChanges(changes: LevelChanges, more: number): void {
  const needed = changes.count + more
  if (needed <= changes.tick.length) return
  const grown = columns(Math.max(needed, 2 * changes.tick.length))
  grown.side.set(changes.side)
  grown.tick.set(changes.tick)
  grown.before.set(changes.before)
  grown.after.set(changes.after)
  Object.assign(changes, grown)
}
