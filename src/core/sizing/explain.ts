/**
 * Reasons as sentences, and a plan's stages as lines. An explanation is what the stages kept, rendered: nothing is
 * computed here but the words, so it cannot disagree with the plan.
 */
import { absolute, type Decimal, toText } from '../base/decimal.ts'
import { formatAmount, formatBp, formatDuration } from '../base/format.ts'
import { assertNever } from '../base/result.ts'
import { guardedSentence, guardSummary, unguardedSentence } from './explain-guard.ts'
import {
  breachSentence,
  limitPhrase,
  limitSentence,
  priceClause,
  relaxationSentence,
  staySentence,
} from './explain-limits.ts'
import { percent } from './explain-percent.ts'
import type { Unit } from './mandate.ts'
import type { Blame, Leg, Reason, SizePlan } from './plan-types.ts'

/** Whom a reason is about. */
export interface Names {
  /** Underlying or instrument the reason is attached to; "the book" for a reason of the whole plan. */
  readonly subject: string
  readonly numeraire: string
}

/** The stage of `plan()` that gives a reason; `book` is about the whole. */
export type Stage = 'wanted' | 'limited' | 'rounded' | 'book'

export function stageOf(reason: Reason): Stage {
  switch (reason.kind) {
    case 'atTarget':
    case 'insideBand':
    case 'outsideBand':
    case 'toTarget':
    case 'part':
    case 'underCap':
    case 'cheapestToCap':
    case 'notNeededForCap':
    case 'worthItsCost':
    case 'notWorthItsCost':
    case 'tilted':
    case 'guarded':
    case 'unguarded':
      return 'wanted'
    case 'bound':
    case 'backInside':
    case 'movedWithOthers':
    case 'instrument':
    case 'staleMark':
      return 'limited'
    case 'fullClose':
    case 'lot':
    case 'belowMinimum':
    case 'remainderUnsellable':
    case 'limitAfterRounding':
    case 'roundedTogether':
      return 'rounded'
    case 'mostRisk':
    case 'hedges':
    case 'raisesTrackingError':
    case 'aboveCap':
    case 'outsideLimit':
    case 'target':
    case 'forecast':
    case 'feesWithImpact':
    case 'replaces':
    case 'nothingToDo':
      return 'book'
    default:
      return assertNever(reason)
  }
}

const signed = (fraction: number): string => percent(fraction, true)
/** Points of tracking error, without the sign for percent: the sentence says "points". */
const points = (fraction: number): string => percent(fraction).replace(' %', '')
const quantity = (amount: Decimal): string => toText(amount)

/** One sentence without a full stop, beginning in lower case unless with a name. */
export function sentence(reason: Reason, names: Names): string {
  switch (reason.kind) {
    case 'atTarget':
      return `${names.subject} is at its target`
    case 'insideBand':
      return `${deviation(reason, names)} inside the band of ${widthOf(reason)}, so it is left alone`
    case 'outsideBand': {
      const to = reason.to === 'edge' ? 'back to its edge' : 'to the target'
      return `${deviation(reason, names)} outside the band of ${widthOf(reason)}: trade ${to}`
    }
    case 'toTarget':
      return 'trade the whole deviation, to the target'
    case 'part':
      return `trade ${percent(reason.rate)} of the deviation`
    case 'underCap':
      return `tracking error ${percent(reason.trackingError)} is under the cap of ${percent(reason.cap)}: nothing has to be traded`
    case 'cheapestToCap':
      return `part of the cheapest trades that bring tracking error back to ${percent(reason.cap)}`
    case 'notNeededForCap':
      return `left alone: the cheapest way back to ${percent(reason.cap)} tracking error does without it`
    case 'bound':
      return `${limitSentence({ ...reason, name: reason.name === names.subject ? null : reason.name })}: ${change(reason)}${priceClause(reason)}`
    case 'backInside':
      return `${breachSentence({ ...reason, name: reason.name === names.subject ? null : reason.name })}: ${change(reason)}${priceClause(reason)}`
    case 'outsideLimit':
      return staySentence(reason)
    case 'movedWithOthers':
      return `resized with the other trades, so that the book as a whole keeps its limits: ${change(reason)}`
    case 'worthItsCost':
      return `the first unit is worth ${formatBp(reason.gain, 1)} until drift would undo it and costs ${formatBp(reason.cost, 1)}: trade until it no longer pays`
    case 'notWorthItsCost':
      return `left alone: a trade is worth ${formatBp(reason.gain, 1)} at most and costs ${formatBp(reason.cost, 1)}`
    case 'tilted':
      return tiltSentence(reason)
    case 'guarded':
      return guardedSentence(reason)
    case 'unguarded':
      return unguardedSentence(reason)
    case 'instrument':
      return instrumentSentence(reason)
    case 'fullClose':
      return 'closed in full: exactly what is held, whatever the lot'
    case 'lot':
      return `rounded to lots of ${quantity(reason.lot)}${leftoverClause(Math.abs(reason.leftover))}`
    case 'belowMinimum':
      return `left out: the order would be ${amount(reason.was, reason.currency)}, under the least ${reason.of} of ${amount(reason.minimum, reason.currency)}`
    case 'remainderUnsellable':
      return `traded less, because the ${quantity(reason.remainder)} left over would be too small to be sold later`
    case 'limitAfterRounding':
      return `rounded further in, so that ${limitPhrase({ limit: reason.limit, name: null })} holds`
    case 'roundedTogether':
      return `rounded to lots of ${quantity(reason.lot)} with the other trades, which leaves least in all: ${quantity(reason.quantity)} instead of ${quantity(reason.alone)}`
    case 'mostRisk':
      return `${reason.underlying} carries ${points(reason.part)} of the ${points(reason.trackingError)} points of tracking error`
    case 'hedges':
      return `${reason.underlying} hedges the others: it takes ${points(Math.abs(reason.part))} points of tracking error away`
    case 'raisesTrackingError':
      return `this raises tracking error from ${percent(reason.before)} to ${percent(reason.after)}: ${blameSentence(reason.blame)}`
    case 'aboveCap':
      return `tracking error stays at ${percent(reason.after)}, above the cap of ${percent(reason.cap)}: limits or lots hold the trades back`
    case 'staleMark':
      return `the mark of ${reason.instrument} is ${formatDuration(reason.ageMs)} old, older than the book allows: it is frozen`
    case 'target':
    case 'forecast':
      return reason.note.replace(/\.$/, '')
    case 'feesWithImpact':
      return 'order fees and impact together: the bands can be a fifth off the best ones'
    case 'replaces':
      return `replaces the open order ${reason.order}`
    case 'nothingToDo':
      return 'nothing has to be traded'
    default:
      return assertNever(reason)
  }
}

/** What rounding left is worth a word from a basis point on. */
const leftoverClause = (leftover: number): string =>
  leftover < 0.0001 ? '' : `, which leaves ${percent(leftover)} of equity untraded`

const amount = (value: Decimal, currency: string | null): string =>
  currency === null ? quantity(value) : `${formatAmount(value, 2)} ${currency}`

const change = ({ wanted, allowed }: { readonly wanted: number; readonly allowed: number }): string =>
  `${amountOf(allowed)} instead of ${amountOf(wanted)}`
const amountOf = (traded: number): string => (traded === 0 ? 'nothing' : signed(traded))

interface InUnit {
  readonly unit: Unit
  readonly imbalance: number
  readonly width: number
}

function deviation({ unit, imbalance }: InUnit, { subject }: Names): string {
  const direction = imbalance < 0 ? 'too little' : 'too much'
  const size = Math.abs(imbalance)
  switch (unit) {
    case 'weight':
      return `${subject} is ${percent(size)} ${direction}, which is`
    case 'relative':
      return `${subject} is ${percent(size)} of its target ${direction}, which is`
    case 'volatility':
      return `${subject} is ${points(size)} points of volatility ${direction}, which is`
    case 'risk':
      return `tracking error ${percent(size)} is`
    default:
      return assertNever(unit)
  }
}

const widthOf = ({ unit, width }: InUnit): string =>
  unit === 'volatility' ? `${points(width)} points` : percent(width)

function tiltSentence({ target, aim, rate, atBand }: Extract<Reason, { kind: 'tilted' }>): string {
  const why =
    rate === 0 ? 'as a hedge of the other tilts' : `for ${signed(rate)} a year, expected return less what holding costs`
  return `aims at ${percent(aim)} instead of ${percent(target)} ${why}${atBand ? ', as far as its band' : ''}`
}

function instrumentSentence({ instrument, cost, instead }: Extract<Reason, { kind: 'instrument' }>): string {
  const chosen = `traded in ${instrument} at ${formatBp(cost, 1)}`
  return instead.length === 0 ? chosen : `${chosen}, no dearer than ${instead.join(', ')}`
}

function blameSentence(blame: Blame): string {
  switch (blame.kind) {
    case 'limit':
      return `${limitPhrase({ limit: blame.limit, name: null })} holds back the trades that would lower it`
    case 'backInside':
      return `the book has to come back to ${limitPhrase({ limit: blame.limit, name: null })}`
    case 'rounding':
      return 'the lot grid or a least order holds back the trades that would lower it'
    case 'policy':
      return blame.unit === null || blame.unit === 'risk'
        ? `the policy (${blame.policy}) is to blame`
        : `the ${blame.unit} band is to blame, for it judges each holding alone and sells what hedges the rest`
    default:
      return assertNever(blame)
  }
}

/** One line of the waterfall: what a stage made of a size and why. */
export interface StageLine {
  readonly stage: 'wanted' | 'limited' | 'rounded'
  /** Traded weight after the stage, + buys. */
  readonly trade: number
  readonly because: readonly string[]
}

/** What happened to one underlying from wanted to final size, and in which instruments. */
export interface Waterfall {
  readonly underlying: string
  readonly held: number
  readonly target: number
  /** The target, and what tilts it. */
  readonly aim: number
  readonly stages: readonly StageLine[]
  readonly after: number
  readonly legs: readonly { readonly leg: Leg; readonly because: readonly string[] }[]
}

/** The stages of a plan, an entry per underlying in the order of its lines. Each reason is said once, where it belongs. */
export function explainLines(plan: SizePlan): Waterfall[] {
  return plan.lines.map((line) => {
    const say = (reasons: readonly Reason[], subject: string): string[] =>
      reasons.map((reason) => sentence(reason, { subject, numeraire: plan.numeraire }))
    const at = (stage: Stage, reasons: readonly Reason[]): Reason[] => reasons.filter((each) => stageOf(each) === stage)
    const legs = plan.legs.filter((leg) => leg.underlying === line.underlying)
    const ofLegs = new Set(legs.flatMap((leg) => leg.because))
    const rounded = at('rounded', line.because).filter((reason) => !ofLegs.has(reason))
    return {
      underlying: line.underlying,
      held: line.held,
      target: line.target,
      aim: line.aim,
      stages: [
        { stage: 'wanted', trade: line.wanted, because: say(at('wanted', line.because), line.underlying) },
        { stage: 'limited', trade: line.allowed, because: say(at('limited', line.because), line.underlying) },
        { stage: 'rounded', trade: line.traded, because: say(rounded, line.underlying) },
      ],
      after: line.after,
      legs: legs.map((leg) => {
        const own = leg.because.filter((reason) => reason.kind === 'instrument' || stageOf(reason) === 'rounded')
        return { leg, because: say(own, leg.instrument) }
      }),
    }
  })
}

/** Why the plan as a whole is what it is, a sentence each; what carries the risk and what hedges it share the first. */
export function explainBook(plan: SizePlan): string[] {
  const names = { subject: 'the book', numeraire: plan.numeraire }
  const sentences: string[] = []
  const hedges = plan.because.flatMap((reason) => (reason.kind === 'hedges' ? [reason.underlying] : []))
  for (const reason of plan.because) {
    if (reason.kind === 'mostRisk') {
      const tail = hedges.length === 0 ? '' : `; ${hedgeClause(plan, hedges)}`
      const { underlying, part, trackingError } = reason
      sentences.push(`${underlying} carries ${points(part)} of the ${points(trackingError)} points${tail}`)
    } else if (reason.kind !== 'hedges' || !plan.because.some(({ kind }) => kind === 'mostRisk')) {
      sentences.push(sentence(reason, names))
    }
  }
  const guard = guardSummary(plan)
  return guard === null ? sentences : sentences.toSpliced(1, 0, guard)
}

/** What would have to give for all limits to be met together; null where they can be. */
export function explainRelaxations({ relaxations }: SizePlan): string | null {
  if (relaxations.length === 0) return null
  const sentences = relaxations.map(relaxationSentence)
  const last = sentences.pop()!
  return sentences.length === 0 ? last : `${sentences.join(', ')} and ${last}`
}

/** More hedges than these are counted. */
const HEDGES_NAMED = 3

/** "the BTC surplus hedges it", "the BTC surplus and the ETH shortfall hedge it", "12 others hedge it" */
function hedgeClause(plan: SizePlan, hedges: readonly string[]): string {
  if (hedges.length > HEDGES_NAMED) return `${hedges.length} others hedge it`
  const named = hedges.map((underlying) => {
    const line = plan.lines.find((each) => each.underlying === underlying)
    return `the ${underlying} ${line !== undefined && line.held < line.target ? 'shortfall' : 'surplus'}`
  })
  const last = named.at(-1)!
  return named.length === 1 ? `${last} hedges it` : `${named.slice(0, -1).join(', ')} and ${last} hedge it`
}

/** "buy 32.36 SOL for 5,177.60 USD, costing 3.11": the plan in one breath. */
export function summariseTrades(plan: SizePlan): string {
  const [first, ...rest] = plan.legs
  if (first === undefined) return 'nothing to trade'
  const cost = `costing ${formatAmount(plan.cost.total, 2)}`
  if (rest.length > 0)
    return `${plan.legs.length} trades worth ${formatAmount(plan.traded, 2)} ${plan.numeraire}, ${cost}`
  const size = quantity(absolute(first.quantity))
  return `${first.side} ${size} ${first.instrument} for ${formatAmount(first.notional, 2)} ${plan.numeraire}, ${cost}`
}
