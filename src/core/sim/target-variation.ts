/**
 * The same run told other targets: what a result looks like where the target was wrong, late or of other names. Gross is kept, so
 * that a variation says something of the weights and nothing of how much was at risk.
 *
 * - noise: w_i·e^{s·z_i}, z_i standard normal per name for the whole run, scaled back to Σ|w|;
 * - delay: the target of a time before, as of the next event of the schedule;
 * - permutation: every name with the weight of the next one on a ring of drawn order, so that none keeps its own;
 * - equal: every name the same, with its own sign.
 */

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
import { assert, assertNever, type Result, succeed } from '../base/result.ts'
import type { Mandated, OutlookChanged } from '../session/session-event.ts'
import type { BacktestInputs } from './backtest-types.ts'

export type Variation =
  | { readonly kind: 'noise'; readonly size: number; readonly seed: string }
  | { readonly kind: 'delay'; readonly delayMs: number }
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
    const weights =
      variation.kind === 'delay' ? toldBefore(told, event.at - variation.delayMs) : vary(latest, variation)
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

const weightsOf = ({ mandate: { universe, target } }: Mandated): Weights =>
  new Map(universe.underlyings.map((name, u) => [name, target.weight[u]!]))

/** What was known by a moment, or the first where nothing was. */
const toldBefore = (told: readonly { readonly at: Instant; readonly weights: Weights }[], at: Instant): Weights =>
  (told.findLast((each) => each.at <= at) ?? told[0]!).weights

function vary(weights: Weights, variation: Exclude<Variation, { kind: 'delay' }>): Weights {
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
  const grossOf = (values: readonly number[]): number => values.reduce((sum, each) => sum + Math.abs(each), 0)
  const scale = grossOf(noisy.map(({ exact }) => exact)) / grossOf(noisy.map(({ value }) => value))
  return new Map(noisy.map(({ name, value }) => [name, roundedWeight(value * scale)]))
}

/** Weights are written with so many places, like those that people write. */
const PLACES = 9
const roundedWeight = (weight: number): Ratio => ratioOfText(weight.toFixed(PLACES))!
