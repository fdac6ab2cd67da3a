/** `plan`: what the whole book should trade now; `--compare` asks every policy. */

import { toText } from '../../../core/base/decimal.ts'
import { assertNever } from '../../../core/base/result.ts'
import { type Flip, findFlips, findPriceFlips, type PriceFlip } from '../../../core/sizing/flip.ts'
import { guardOf, ruleOf } from '../../../core/sizing/guard.ts'
import type { Policy } from '../../../core/sizing/mandate.ts'
import { plan as planBook } from '../../../core/sizing/plan.ts'
import type { SizePlan } from '../../../core/sizing/plan-types.ts'
import { planInputs } from '../../../wire/book.ts'
import { type OpenBook, openBook, planOpen } from '../book-access.ts'
import { type Alternative, comparisonCsv, comparisonTable } from '../comparison.ts'
import { EXIT, type ExitCode, type Io } from '../io.ts'
import { printIssues } from '../issues.ts'
import { csvText, type Output } from '../output.ts'
import { headerLines, planScreen } from '../plan-screen.ts'
import { readPolicy } from '../policy-words.ts'

/** What the book's own policy is called in a comparison. */
export const OWN = "this book's"

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
  if (request.compare) {
    const mark = request.policy === undefined ? OWN : 'asked for'
    return await printComparison(
      alternativesOf(opened.value, planned.value, mark),
      { own: planned.value, title, output: request.output },
      io,
    )
  }
  const { form, explain } = request.output
  if (form === 'json') io.stdout(await planJson(planned.value, explain ? flipsOf(opened.value, planned.value) : null))
  else if (form === 'csv') io.stdout(planCsv(planned.value))
  else {
    const flips = explain ? flipsOf(opened.value, planned.value) : []
    const sheet = { columns: io.columns, color: io.color, explain, flips }
    io.stdout(`${planScreen(planned.value, title, sheet).join('\n')}\n`)
  }
  return exitOf(planned.value)
}

/** Trades that leave limits broken are no answer. */
const exitOf = ({ status }: SizePlan): ExitCode => (status === 'infeasible' ? EXIT.noAnswer : EXIT.answered)

/** Price moves of up to a half are what a book may have to live through. */
const REACH = 0.5

/** What would change a plan of the book. */
const flipsOf = ({ book }: OpenBook, planned: SizePlan): Flip[] =>
  findFlips(planInputs(book, planned.policy), planned, REACH)

/** The prices alone. */
export const priceFlipsOf = ({ book }: OpenBook, planned: SizePlan): PriceFlip[] =>
  findPriceFlips(planInputs(book, planned.policy), planned, REACH)

/** The plan; with `--explain` an object of it and of what would change it. */
async function planJson(answer: SizePlan, flips: readonly Flip[] | null): Promise<string> {
  const { encodePlan } = await import('../../../wire/plan-codec.ts')
  const { canonicalText } = await import('../../../wire/canonical-text.ts')
  const encoded = encodePlan(answer)
  return flips === null ? `${encoded}\n` : `{"flips":${canonicalText(flips)},"plan":${encoded}}\n`
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
  'impact',
  'orderFee',
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
      toText(leg.cost.impact),
      toText(leg.cost.fixed),
      toText(leg.cost.total),
      toText(leg.held),
      toText(leg.after),
      leg.wanted,
      leg.allowed,
      leg.traded,
    ]),
  )

/**
 * The book's `compare` list, or rules with the numbers of the policy in question; then that policy. Each is planned for
 * real; one that is the policy in question is not said twice.
 * @param mark what the policy in question is called, such as "this book's"
 */
export function alternativesOf({ book }: OpenBook, own: SizePlan, mark: string): Alternative[] {
  const others = book.compare.length > 0 ? book.compare : relativesOf(own.policy)
  const planned = others.map((policy) => ({ policy, mark: null, answer: planBook(planInputs(book, policy)) }))
  const different = planned.filter(({ answer }) => !answer.ok || answer.value.inputs.mandate !== own.inputs.mandate)
  return [...different, { policy: own.policy, mark, answer: { ok: true, value: own } }]
}

/** Rules that share the numbers of a policy, so that none has to be invented; and `full`, which has none. */
function relativesOf(policy: Policy): Policy[] {
  return guardOf(policy) === undefined ? ruleRelatives(policy) : [ruleOf(policy), ...ruleRelatives(ruleOf(policy))]
}

function ruleRelatives(policy: Policy): Policy[] {
  const full: Policy = { kind: 'full' }
  switch (policy.kind) {
    case 'full':
      return []
    case 'proportional':
      return [full]
    case 'costAware':
      return policy.knob.kind === 'trackingError'
        ? [{ kind: 'riskCap', trackingErrorMax: policy.knob.trackingError }, full]
        : [full]
    case 'riskCap':
      return [{ kind: 'band', unit: 'risk', width: policy.trackingErrorMax, to: 'edge' }, full]
    case 'band': {
      const otherEnd: Policy = { ...policy, to: policy.to === 'edge' ? 'target' : 'edge' }
      return policy.unit === 'risk'
        ? [{ kind: 'riskCap', trackingErrorMax: policy.width }, otherEnd, full]
        : [otherEnd, full]
    }
    default:
      return assertNever(policy)
  }
}

async function printComparison(
  alternatives: readonly Alternative[],
  { own, title, output }: { readonly own: SizePlan; readonly title: string; readonly output: Output },
  io: Io,
): Promise<ExitCode> {
  if (output.form === 'json') {
    const { encodePlan } = await import('../../../wire/plan-codec.ts')
    const answers = alternatives.map(({ answer }) =>
      answer.ok ? encodePlan(answer.value) : JSON.stringify({ issues: answer.error }),
    )
    io.stdout(`[${answers.join(',\n')}]\n`)
  } else if (output.form === 'csv') io.stdout(comparisonCsv(own, alternatives))
  else io.stdout(`${[...headerLines(own, title, io), '', ...comparisonTable(own, alternatives, io)].join('\n')}\n`)
  return exitOf(own)
}
