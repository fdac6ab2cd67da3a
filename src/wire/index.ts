/** Book files, JSON Schema and lossless JSON of plans, for programs and browsers. Nothing here does IO. */
export { type Backtest, barsKey, finishBacktest, type Kept, type LoadedBacktest } from './backtest.ts'
export { type BacktestDraft, draftBacktest } from './backtest-needs.ts'
export {
  type Book,
  type BookDraft,
  draftBook,
  finishBook,
  type Loaded,
  NOTHING_LOADED,
  planInputs,
  policyMissing,
  readBook,
  withLines,
} from './book.ts'
export type { CandleNeed, LoadedCandles } from './book-candles.ts'
export type { ImportedCash, ImportedPosition } from './book-holdings.ts'
export type { Terms } from './book-mandate.ts'
export { bookJsonSchema } from './book-schema.ts'
export type { Sizing } from './book-sizing.ts'
export { decodeInputs, encodeInputs, inputsSchema } from './inputs-codec.ts'
export { decodeLedgerEvent, encodeLedgerEvent, ledgerEventSchema } from './ledger-codec.ts'
export { decodeMarginProfile, marginProfileSchema } from './margin-codec.ts'
export { decodePlan, encodePlan, planSchema } from './plan-codec.ts'
export { decodeRunReport, encodeRunReport, runReportSchema } from './run-codec.ts'
export { decodeJournalLine, encodeJournalLine, type JournalLine, journalSchema } from './session-codec.ts'
export type { JsonSchema } from './shape.ts'
export type { BookIssue } from './tree.ts'
