/** `plan`: what the whole book should trade now; `--compare` asks every policy. */

import { toText } from '../../../core/base/decimal.ts'
import type { Policy } from '../../../core/sizing/mandate.ts'
import { plan as planBook } from '../../../core/sizing/plan.ts'
import type { SizePlan } from '../../../core/sizing/plan-types.ts'
import { planInputs } from '../../../wire/book.ts'
import { type OpenBook, openBook, planOpen } from '../book-access.ts'
import { type Alternative, comparisonTable } from '../comparison.ts'
import { EXIT, type ExitCode, type Io } from '../io.ts'
import { printIssues } from '../issues.ts'
import { csvText, type Output } from '../output.ts'
import { headerLines, planScreen } from '../plan-screen.ts'
import { readPolicy } from '../policy-words.ts'

export interface PlanRequest {
  readonly book: string | undefined
  readonly output: Output
  readonly compare: boolean
  /** Words instead of the book's own policy. */
  readonly policy: string | undefined
}

export async function plan(request: PlanRequest, io: Io): Promise<ExitCode> {
  const opened = openBook(request.book, io)
  if (!opened.ok) return opened.code
  const { book, title } = opened.value
  let policy = book.policy
  if (request.policy !== undefined) {
    const read = await readPolicy(request.policy, book.terms.universe.underlyings.length)
    if (!read.ok) {
      printIssues(read.error, null, io)
      return EXIT.wrongUse
    }
    policy = read.value
  }
  const planned = planOpen(opened.value, policy, io)
  if (!planned.ok) return planned.code
  if (request.compare) return await printComparison(planned.value, { opened: opened.value, output: request.output }, io)
  const { form, explain } = request.output
  if (form === 'json') io.stdout(await planJson(planned.value))
  else if (form === 'csv') io.stdout(planCsv(planned.value))
  else io.stdout(`${planScreen(planned.value, title, { columns: io.columns, color: io.color, explain }).join('\n')}\n`)
  return EXIT.answered
}

async function planJson(answer: SizePlan): Promise<string> {
  const { encodePlan } = await import('../../../wire/plan-codec.ts')
  return `${encodePlan(answer)}\n`
}

const CSV_HEADING = [
  'instrument',
  'underlying',
  'side',
  'quantity',
  'price',
  'notional',
  'fee',
  'spread',
  'cost',
  'held',
  'after',
  'wantedWeight',
  'allowedWeight',
  'tradedWeight',
]

/** A row per leg; amounts are exact, weights are fractions. */
const planCsv = (answer: SizePlan): string =>
  csvText(
    CSV_HEADING,
    answer.legs.map((leg) => [
      leg.instrument,
      leg.underlying,
      leg.side,
      toText(leg.quantity),
      toText(leg.price),
      toText(leg.notional),
      toText(leg.cost.fee),
      toText(leg.cost.spread),
      toText(leg.cost.total),
      toText(leg.held),
      toText(leg.after),
      leg.wanted,
      leg.allowed,
      leg.traded,
    ]),
  )

/** The book's `compare` list and then its own policy, each planned for real. */
export function alternativesOf({ book }: OpenBook, own: SizePlan): Alternative[] {
  const others = book.compare.length > 0 ? book.compare : USUAL
  const plannedOthers = others.map(
    (policy): Alternative => ({ policy, own: false, answer: planBook(planInputs(book, policy)) }),
  )
  return [...plannedOthers, { policy: own.policy, own: true, answer: { ok: true, value: own } }]
}

/** What every book can be compared with where it names nothing: it has no number that could be wrong. */
const USUAL: readonly Policy[] = [{ kind: 'full' }]

async function printComparison(
  own: SizePlan,
  { opened, output }: { readonly opened: OpenBook; readonly output: Output },
  io: Io,
): Promise<ExitCode> {
  const alternatives = alternativesOf(opened, own)
  if (output.form === 'json') {
    const { encodePlan } = await import('../../../wire/plan-codec.ts')
    const answers = alternatives.map(({ answer }) =>
      answer.ok ? encodePlan(answer.value) : JSON.stringify({ issues: answer.error }),
    )
    io.stdout(`[${answers.join(',\n')}]\n`)
  } else {
    io.stdout(`${[...headerLines(own, opened.title, io), '', ...comparisonTable(own, alternatives, io)].join('\n')}\n`)
  }
  return EXIT.answered
}
