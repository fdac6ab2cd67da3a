/** How one trade or quote is to be sized: the book's `sizing` section, changed by what the command line says. */
import { YEAR_MS } from '../../core/base/instant.ts'
import { type Ratio, ratioOf, ratioToNumber, reduce } from '../../core/base/ratio.ts'
import { fail, type Issue, type Result, succeed } from '../../core/base/result.ts'
import { instrumentIndex } from '../../core/domain/universe.ts'
import { targetOf } from '../../core/sizing/aim.ts'
import { computeCurvature } from '../../core/sizing/curvature.ts'
import type { Curve } from '../../core/sizing/curves.ts'
import type { PlanInputs } from '../../core/sizing/plan-types.ts'
import { cheapestCosts } from '../../core/sizing/prepare.ts'
import type { Base, Edge, Gauge } from '../../core/sizing/trade-types.ts'
import { value } from '../../core/sizing/value.ts'
import { type Book, planInputs } from '../../wire/book.ts'
import { type Parsed, readBase, readDuration, readFraction, readNumber } from '../../wire/scalar.ts'

/** Options as typed; every one may be absent. */
export interface SizingFlags {
  readonly base?: string
  readonly curve?: string
  readonly unit?: string
  readonly width?: string
  readonly edge?: string
  readonly decay?: string
  readonly carry?: string
}

export interface SizingRequest {
  readonly inputs: PlanInputs
  readonly curve: Curve
  readonly gauge: Gauge
  readonly base: Base | null
  readonly edge: Edge | null
  readonly multipleMax: number | null
}

/** @returns the request for one instrument, or everything that is missing or wrong in flags and book. */
export function readSizing(book: Book, instrument: string, flags: SizingFlags): Result<SizingRequest> {
  const issues: Issue[] = []
  // The policy is not read: a proposal is sized by its own curve.
  const inputs = planInputs(book, book.policy ?? { kind: 'full' })
  const curve = flags.curve === undefined ? (book.sizing?.curve ?? null) : readCurve(flags.curve, issues)
  if (curve === null && flags.curve === undefined)
    issues.push(missing('curve', 'sizing: { curve: linear, unit: weight, width: 10% }'))
  const gauge = readGauge(book, inputs, { instrument, flags, issues })
  const base =
    flags.base === undefined
      ? (book.sizing?.base.get(instrument) ?? null)
      : read('--base', readBase(flags.base), issues)
  const edge = readEdge(flags, issues)
  if (issues.length > 0 || curve === null || gauge === null) return fail(issues)
  return succeed({ inputs, curve, gauge, base, edge, multipleMax: book.sizing?.multipleMax ?? null })
}

const missing = (key: string, example: string): Issue => ({
  code: `sizing.${key}`,
  path: 'sizing',
  message: `${key} must be given, was missing`,
  hint: `write \`${example}\` into the book, or give --${key}`,
})

function read<T>(path: string, parsed: Parsed<T>, issues: Issue[]): T | null {
  if (parsed.ok) return parsed.value
  issues.push({ ...parsed.error, path })
  return null
}

const STEEP = ['exponential', 'logistic', 'power', 'inverse'] as const
const isSteep = (word: string | undefined): word is (typeof STEEP)[number] => STEEP.some((each) => each === word)

/** "linear", "optimal", "power", "power 2" */
function readCurve(words: string, issues: Issue[]): Curve | null {
  const [kind, steepness, ...rest] = words.trim().split(/\s+/)
  if ((kind === 'linear' || kind === 'optimal') && steepness === undefined) return { kind }
  if (isSteep(kind) && rest.length === 0) {
    if (steepness === undefined) return { kind }
    const parsed = read('--curve', readNumber(steepness, 'steepness', 'positive'), issues)
    return parsed === null ? null : { kind, steepness: ratioToNumber(ratioOf(parsed)) }
  }
  issues.push({
    code: 'sizing.curve',
    path: '--curve',
    message: `must be linear, optimal, or exponential, logistic, power or inverse with an optional steepness, was ${JSON.stringify(words)}`,
    hint: 'write such as --curve linear or --curve "power 2"',
  })
  return null
}

interface Asked {
  readonly instrument: string
  readonly flags: SizingFlags
  readonly issues: Issue[]
}

function readGauge(book: Book, inputs: PlanInputs, { instrument, flags, issues }: Asked): Gauge | null {
  const unit = flags.unit ?? book.sizing?.unit
  switch (unit) {
    case undefined:
      issues.push(missing('unit', 'sizing: { curve: linear, unit: weight, width: 10% }'))
      return null
    case 'risk':
      return readRiskGauge(book, inputs, issues)
    case 'weight':
    case 'volatility': {
      const width = readWidth(book, { instrument, flags, issues })
      return width === null ? null : { unit, width }
    }
    default:
      issues.push({
        code: 'sizing.unit',
        path: '--unit',
        message: `must be risk, weight or volatility, was ${JSON.stringify(unit)}`,
        hint: 'risk counts how holdings move together',
      })
      return null
  }
}

/** Half-width for the instrument's underlying: the flag, else the book's. */
function readWidth(book: Book, { instrument, flags, issues }: Asked): Ratio | null {
  if (flags.width !== undefined) {
    const width = read('--width', readFraction(flags.width, 'width', 'nonNegative'), issues)
    return width === null ? null : reduce(ratioOf(width))
  }
  const { universe } = book.terms
  const j = instrumentIndex(universe, instrument)
  // An instrument the book does not have is refused by the sizing itself, with the list of those it has.
  const width = book.sizing?.width?.[j < 0 ? 0 : universe.underlyingOf[j]!]
  if (width === undefined) issues.push(missing('width', 'sizing: { curve: linear, unit: weight, width: 10% }'))
  return width ?? null
}

/** The curvature of the whole book's future cost, from its aversion and the time between decisions. */
function readRiskGauge(book: Book, inputs: PlanInputs, issues: Issue[]): Gauge | null {
  const { aversion = null, intervalMs = null } = book.sizing ?? {}
  if (aversion === null || intervalMs === null) {
    issues.push({
      code: 'sizing.aversion',
      path: 'sizing',
      message: 'aversion and interval must be given with unit risk, was missing',
      hint: 'write `sizing: { curve: optimal, unit: risk, aversion: 10, interval: 1h }`',
    })
    return null
  }
  const held = value(inputs)
  if (!held.ok) {
    issues.push(...held.error)
    return null
  }
  const curvature = computeCurvature({
    n: inputs.mandate.universe.underlyings.length,
    covariance: inputs.risk.covariance,
    target: targetOf(inputs.mandate),
    cost: cheapestCosts(inputs.mandate, held.value.costs),
    aversion,
    interval: intervalMs / YEAR_MS,
  })
  if (curvature.ok) return { unit: 'risk', curvature: curvature.value }
  issues.push(...curvature.error)
  return null
}

/** α, its decay as 1 ÷ the time in which it falls by the factor e, and what holding the instrument costs. */
function readEdge(flags: SizingFlags, issues: Issue[]): Edge | null {
  if (flags.edge === undefined) {
    for (const key of ['decay', 'carry'] as const)
      if (flags[key] !== undefined)
        issues.push({
          code: 'sizing.edge',
          path: `--${key}`,
          message: `must come with --edge, was alone`,
          hint: 'give the expected excess return a year, such as --edge 30%',
        })
    return null
  }
  const annual = read('--edge', readFraction(flags.edge, 'edge', 'any'), issues)
  const decayMs = flags.decay === undefined ? null : read('--decay', readDuration(flags.decay), issues)
  const carry = flags.carry === undefined ? null : read('--carry', readFraction(flags.carry, 'carry', 'any'), issues)
  return {
    annual: annual === null ? 0 : ratioToNumber(ratioOf(annual)),
    decay: decayMs === null ? 0 : YEAR_MS / decayMs,
    carry: carry === null ? 0 : ratioToNumber(ratioOf(carry)),
  }
}
