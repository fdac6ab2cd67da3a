/**
 * Folds the exported history of an account into a ledger and prints what foots and what does not.
 *
 *   node tools/fold-account.ts FOLDER     a BitMEX account as its owner exports it
 *
 * The files it reads: `fold-account/statement.ts`. The hash printed last is that of the whole chain of events: the same
 * statement gives the same one.
 */
import { chain, GENESIS } from '../src/core/ledger/chain.ts'
import { ledgerEvents } from '../src/core/ledger/ledger.ts'
import { foldAccount } from './fold-account/fold.ts'
import { reportAccount } from './fold-account/report.ts'
import { readAccount } from './fold-account/statement.ts'

const folder = process.argv[2]
if (folder === undefined) {
  console.error('tools/fold-account.ts: a folder must be given, was none: node tools/fold-account.ts FOLDER')
  process.exitCode = 2
} else {
  try {
    const statement = readAccount(folder)
    const folded = foldAccount(statement)
    console.log(reportAccount(statement, folded).join('\n'))
    const events = ledgerEvents(folded.ledger)
    console.log(`Chain of ${events.length} events: ${events.reduce(chain, GENESIS)}`)
  } catch (error) {
    console.error(`tools/fold-account.ts: ${(error as Error).message}`)
    process.exitCode = 3
  }
}
