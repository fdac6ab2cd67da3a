/**
 * The same run told other targets: what a result looks like where the target was wrong, late or of other names. Gross is kept, so
 * that a variation says something of the weights and nothing of how much was at risk.
 *
 * - noise: w_i·e^{s·z_i}, z_i standard normal per name for the whole run, scaled back to Σ|w|;
 * - delay: the target of a time before, as of the next event of the schedule;
 * - estimate: as somebody would have it who estimated expected returns from so many years and took the target to be the best
 *   there is at a Sharpe ratio: w + L⁻ᵀz/(γ√T), Σ = LL', γ = Sharpe ÷ √(w'Σw), scaled back to Σ|w|. It is (γΣ)⁻¹ of the error of a
 *   mean, whose covariance is Σ/T (Best and Grauer 1991 on how far that carries; Chopra and Ziemba 1993);
 * - permutation: every name with the weight of the next one on a ring of drawn order, so that none keeps its own;
 * - equal: every name the same, with its own sign.
 */

import { formatInstantShort } from '../base/format.ts'
import { hashOf } from '../base/hash.ts'
import type { Instant } from '../base/instant.ts'
import { makeRandom } from '../base/random.ts'
import {
  RATIO_ZERO,
  type Ratio,
  ratioAbsolute,
  ratioAdd,
  ratioCompare,
  ratioDivide,
  ratioNegate,
  ratioOfText,
  ratioSign,
  ratioToNumber,
} from '../base/ratio.ts'
import { assert, assertNever, type Result, refuse, succeed } from '../base/result.ts'
import { factorise, solveTransposed } from '../maths/cholesky.ts'
import { quadraticForm } from '../maths/matrix.ts'
import type { Mandated, OutlookChanged } from '../session/session-event.ts'
import type { BacktestInputs } from './backtest-types.ts'

export type Variation =
  | { readonly kind: 'noise'; readonly size: number; readonly seed: string }
  | { readonly kind: 'delay'; readonly delayMs: number }
  | { readonly kind: 'estimate'; readonly years: number; readonly sharpe: number; readonly seed: string }
  | { readonly kind: 'permutation'; readonly seed: string }
  | { readonly kind: 'equal' }

/** Weights by name, in the order of the names; what is not in it is 0. */
type Weights = ReadonlyMap<string, Ratio>

export function varyTargets(inputs: BacktestInputs, variation: Variation): BacktestInputs {
  const { schedule } = inputs
  return { ...inputs, schedule: { [Symbol.iterator]: () => variedSchedule(schedule, variation) } }
}

type Scheduled = Result<Mandated | OutlookChanged>

/** Pulled as time passes, like what it varies. */
function* variedSchedule(schedule: Iterable<Scheduled>, variation: Variation): Generator<Scheduled, void, undefined> {
  const told: { readonly at: Instant; readonly weights: Weights }[] = []
  let mandated: Mandated | null = null
  let standing: readonly Ratio[] = []
  for (const scheduled of schedule) {
    if (!scheduled.ok) {
      yield scheduled
      return
    }
    const event = scheduled.value
    if (event.kind === 'mandated') {
      mandated = event
      told.push({ at: event.at, weights: weightsOf(event) })
    }
    assert(mandated !== null, 'a schedule begins with a mandate')
    const latest = told.at(-1)!.weights
    const weights = variedWeights(variation, { told, latest, mandated, at: event.at })
    if (weights === null) {
      yield refuseCovariance(mandated.at)
      return
    }
    const { mandate, hash } = mandated
    const weight = mandate.universe.underlyings.map((name) => weights.get(name) ?? RATIO_ZERO)
    const same = weight.every((each, u) => standing[u] !== undefined && ratioCompare(each, standing[u]) === 0)
    if (event.kind === 'outlook' && same) {
      yield scheduled
      continue
    }
    standing = weight
    const target = { ...mandate.target, weight }
    yield succeed({
      ...event,
      kind: 'mandated',
      mandate: { ...mandate, target },
      hash: hashOf({ varied: hash, weight }),
    })
  }
}

interface Known {
  readonly told: readonly { readonly at: Instant; readonly weights: Weights }[]
  readonly latest: Weights
  readonly mandated: Mandated
  readonly at: Instant
}

/** null where a forecast is no covariance that a target can be the best of. */
function variedWeights(variation: Variation, { told, latest, mandated, at }: Known): Weights | null {
  switch (variation.kind) {
    case 'delay':
      return toldBefore(told, at - variation.delayMs)
    case 'estimate':
      return estimated(latest, mandated, variation)
    default:
      return vary(latest, variation)
  }
}

const refuseCovariance = (at: Instant): Result<never> =>
  refuse(
    'target-risk.covariance',
    'targetRisk',
    `the forecast at ${formatInstantShort(at)} must be positive definite over the names of the target, was not`,
    'leave out names that move as one, or the variation `estimate`',
  )

const weightsOf = ({ mandate: { universe, target } }: Mandated): Weights =>
  new Map(universe.underlyings.map((name, u) => [name, target.weight[u]!]))

/** What was known by a moment, or the first where nothing was. */
const toldBefore = (told: readonly { readonly at: Instant; readonly weights: Weights }[], at: Instant): Weights =>
  (told.findLast((each) => each.at <= at) ?? told[0]!).weights

function vary(weights: Weights, variation: Exclude<Variation, { kind: 'delay' | 'estimate' }>): Weights {
  const wanted = [...weights].filter(([, weight]) => weight.n !== 0n)
  switch (variation.kind) {
    case 'noise':
      return withNoise(wanted, variation)
    case 'permutation': {
      const ring = wanted
        .map(([name, weight]) => ({ name, weight, key: makeRandom(`${variation.seed} ${name}`).uniform() }))
        .sort((a, b) => a.key - b.key)
      return new Map(ring.map(({ name }, k) => [name, ring[(k + 1) % ring.length]!.weight]))
    }
    case 'equal': {
      const gross = wanted.reduce((sum, [, weight]) => ratioAdd(sum, ratioAbsolute(weight)), RATIO_ZERO)
      const each = wanted.length === 0 ? RATIO_ZERO : ratioDivide(gross, { n: BigInt(wanted.length), d: 1n })
      return new Map(wanted.map(([name, weight]) => [name, ratioSign(weight) < 0 ? ratioNegate(each) : each]))
    }
    default:
      return assertNever(variation)
  }
}

function withNoise(
  wanted: readonly (readonly [string, Ratio])[],
  { size, seed }: { readonly size: number; readonly seed: string },
): Weights {
  const noisy = wanted.map(([name, weight]) => {
    const exact = ratioToNumber(weight)
    return { name, exact, value: exact * Math.exp(size * makeRandom(`${seed} ${name}`).normal()) }
  })
  const scale = grossOf(noisy.map(({ exact }) => exact)) / grossOf(noisy.map(({ value }) => value))
  return new Map(noisy.map(({ name, value }) => [name, roundedWeight(value * scale)]))
}

/** The names in the order of the mandate's universe, whose forecast is that of the moment. */
function estimated(
  weights: Weights,
  { mandate: { universe }, outlook }: Mandated,
  { years, sharpe, seed }: { readonly years: number; readonly sharpe: number; readonly seed: string },
): Weights | null {
  const names = universe.underlyings.filter((name) => (weights.get(name) ?? RATIO_ZERO).n !== 0n)
  const n = names.length
  const place = names.map((name) => universe.underlyings.indexOf(name))
  const all = universe.underlyings.length
  const covariance = Float64Array.from(
    { length: n * n },
    (_, k) => outlook.risk.covariance[place[Math.floor(k / n)]! * all + place[k % n]!]!,
  )
  const factor = factorise(covariance, n)
  if (factor === null) return null
  const exact = Float64Array.from(names, (name) => ratioToNumber(weights.get(name)!))
  const volatility = Math.sqrt(quadraticForm(exact, covariance, n))
  const drawn = Float64Array.from(names, (name) => makeRandom(`${seed} ${name}`).normal())
  const error = solveTransposed(factor, drawn, n)
  const values = exact.map((weight, u) => weight + (error[u]! * volatility) / (sharpe * Math.sqrt(years)))
  const scale = grossOf(exact) / grossOf(values)
  return new Map(names.map((name, u) => [name, roundedWeight(values[u]! * scale)]))
}

const grossOf = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, each) => sum + Math.abs(each), 0)

/** Weights are written with so many places, like those that people write. */
const PLACES = 9
const roundedWeight = (weight: number): Ratio => ratioOfText(weight.toFixed(PLACES))!
