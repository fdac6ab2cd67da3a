/** The ledger of accounts: exact events, the books they fold into, what the books say, and a hash chain over a journal. */
export { type Books, CAUSES, type CashBalance, type Cause } from './books.ts'
export { type ChainLink, chain, GENESIS, verifyChain } from './chain.ts'
export { foldEvents, foldLedger, type Ledger, ledgerEvents, openLedger } from './ledger.ts'
export type { Asset, Corrected, Fact, Filled, LedgerEvent } from './ledger-event.ts'
export type { Closed, Position } from './position.ts'
export { reconcile, type VenuePosition, type VenueSnapshot } from './reconcile.ts'
export {
  type BalanceLine,
  balanceLines,
  feesByCurrency,
  type OpenProfit,
  openProfits,
  type PositionLine,
  portfolioOf,
  positionLines,
} from './statement.ts'
