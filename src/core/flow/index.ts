/** Order books from venues' feeds, what they offer, and where a resting order stands in one. */
export { depthTo, liquidityOf, type Taken, take } from './book-depth.ts'
export { type BookGrid, type BookLevels, levelsOf, lotsOf, priceOf, sizeOf, ticksOf, tradedValue } from './book-grid.ts'
export type { LevelChanges } from './level-changes.ts'
export {
  applyDelta,
  applySnapshot,
  type BookDelta,
  type BookOutcome,
  type BookSideName,
  type BookSnapshot,
  type BookStatus,
  type BookTerms,
  bestAsk,
  bestBid,
  copyOrderBook,
  hashOfBook,
  isSameBook,
  levelsOn,
  lotsAtTick,
  type OrderBook,
  openOrderBook,
} from './order-book.ts'
export {
  type CancelModel,
  joinQueue,
  onLevelChange,
  onTrade,
  type Print,
  type QueuedOrder,
  type QueueStep,
} from './queue-position.ts'
