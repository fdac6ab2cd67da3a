/**
 * Limits among themselves and with the target: what can never be met is refused before anything is computed. A target beyond a
 * limit that only has a price is a wish that pays for itself. Exact, so that a target on its limit is inside it.
 */
import { formatDuration } from '../base/format.ts'
import {
  RATIO_ZERO,
  type Ratio,
  ratioAbsolute,
  ratioAdd,
  ratioCompare,
  ratioMultiply,
  ratioToNumber,
} from '../base/ratio.ts'
import type { Issue } from '../base/result.ts'
import type { Universe } from '../domain/universe.ts'
import type { Constraints, Limit, Mandate } from './mandate.ts'
import type { PlanInputs } from './plan-types.ts'

export function checkLimits(mandate: Mandate): Issue[] {
  const ranges = rangesOf(mandate)
  return [...ranges.flatMap(checkRange), ...checkTails(mandate), ...ranges.flatMap(checkTarget)]
}

const show = (fraction: Ratio): string => String(ratioToNumber(fraction))

/** One measure with its limits, where a book says them. */
interface Range {
  readonly path: string
  readonly min: Limit | null
  readonly max: Limit | null
  /** Whether it cannot be below 0, so that such a limit could never be met. */
  readonly amount: boolean
  /** What the target measures; null where it has no such measure. */
  readonly target: Ratio | null
  /** How a target outside is refused. */
  readonly refuse: 'gross' | 'net' | 'own' | 'shared'
}

function rangesOf({ constraints, target, universe }: Mandate): readonly Range[] {
  const { weight } = target
  const all = universe.underlyings.map((_, u) => u)
  const net = (of: readonly number[]): Ratio => of.reduce((sum, u) => ratioAdd(sum, weight[u]!), RATIO_ZERO)
  const gross = (of: readonly number[]): Ratio =>
    of.reduce((sum, u) => ratioAdd(sum, ratioAbsolute(weight[u]!)), RATIO_ZERO)
  const amount = (path: string, max: Limit | null, measured: Ratio | null = null): Range => ({
    path,
    min: null,
    max,
    amount: true,
    target: measured,
    refuse: path === 'limits.gross' ? 'gross' : 'shared',
  })
  const { participation } = constraints
  return [
    amount('limits.gross', constraints.grossMax, gross(all)),
    amount('limits.leverage', constraints.leverageMax, gross(all)),
    amount('limits.turnover', constraints.turnoverMax),
    ...all.map((u) => amount(`limits.turnoverOf.${universe.underlyings[u]!}`, constraints.turnoverOfMax[u]!)),
    ...universe.instruments.map(({ id }, j) => amount(`limits.turnoverOf.${id}`, constraints.tradedMax[j]!)),
    amount('limits.orderMax', constraints.orderMax),
    amount('limits.participation', participation?.share ?? null),
    amount('limits.participation.book', participation?.ofBook ?? null),
    amount('limits.depthShare', constraints.depthShareMax),
    amount('limits.volatility', constraints.volatilityMax),
    amount('limits.trackingError', constraints.trackingErrorMax),
    ...constraints.tails.map(({ measure, max }) => amount(`limits.${measure}`, max)),
    {
      path: 'limits.net',
      min: constraints.netMin,
      max: constraints.netMax,
      amount: false,
      target: net(all),
      refuse: 'net',
    },
    ...universe.underlyings.map(
      (name, u): Range => ({
        path: `limits.weight.${name}`,
        min: constraints.weightMin[u]!,
        max: constraints.weightMax[u]!,
        amount: false,
        target: weight[u]!,
        refuse: 'own',
      }),
    ),
    ...constraints.groups.flatMap(({ group: { name, members }, netMin, netMax, grossMax }): Range[] => [
      {
        path: `limits.groups.${name}`,
        min: netMin,
        max: netMax,
        amount: false,
        target: net(members),
        refuse: 'shared',
      },
      amount(`limits.groups.${name}.gross`, grossMax, gross(members)),
    ]),
    ...constraints.factors.map(
      ({ name, loading, min, max }): Range => ({
        path: `limits.factors.${name}`,
        min,
        max,
        amount: false,
        target: all.reduce((sum, u) => ratioAdd(sum, ratioMultiply(loading[u]!, weight[u]!)), RATIO_ZERO),
        refuse: 'shared',
      }),
    ),
  ]
}

function checkRange({ path, min, max, amount }: Range): Issue[] {
  const issues: Issue[] = []
  if (amount && max !== null && max.value.n < 0n)
    issues.push({
      code: 'limit.negative',
      path,
      message: `must be 0 or more, was ${show(max.value)}`,
      hint: 'leave it out for no limit',
    })
  if (min !== null && max !== null && ratioCompare(min.value, max.value) > 0)
    issues.push({
      code: 'limit.contradiction',
      path,
      message: `min must be at most max, was min ${show(min.value)} and max ${show(max.value)}`,
      hint: 'swap them or widen one',
    })
  for (const limit of [min, max])
    if (limit !== null && limit.price !== null && limit.price.n <= 0n)
      issues.push({
        code: 'limit.price',
        path,
        message: `the price of what is beyond must be above 0, was ${show(limit.price)}`,
        hint: 'write such as `price: 50bp`, what a whole unit beyond costs in equity, or leave the limit out',
      })
  return issues
}

/** Value at risk over scenarios is not convex: no program finds the nearest trades that meet it. */
function checkTails({ constraints: { tails } }: Mandate): Issue[] {
  return tails.flatMap(({ measure, method, confidence }, k): Issue[] => {
    const path = `limits.${measure}`
    const issues: Issue[] = []
    if (ratioCompare(confidence, { n: 1n, d: 2n }) <= 0 || ratioCompare(confidence, { n: 1n, d: 1n }) >= 0)
      issues.push({
        code: 'limit.confidence',
        path: `${path}.confidence`,
        message: `must be above 50 % and below 100 %, was ${show(confidence)}`,
        hint: 'write such as 99%, for the loss that 1 day in 100 exceeds',
      })
    if (measure === 'valueAtRisk' && method === 'historical')
      issues.push({
        code: 'limit.method',
        path: `${path}.method`,
        message: 'must be normal for value at risk, was historical',
        hint: 'past returns make it a measure that no optimum is found for; expectedShortfall with method historical is never less',
      })
    if (tails.findIndex((each) => each.measure === measure && each.method === method) !== k)
      issues.push({
        code: 'limit.twice',
        path,
        message: `must be there once for each method, was there twice for ${method}`,
        hint: 'keep the tighter one',
      })
    return issues
  })
}

/** Limits on what was lost in the past need that past, over their own horizon. */
export function checkScenarios({ mandate: { constraints }, risk }: Pick<PlanInputs, 'mandate' | 'risk'>): Issue[] {
  return constraints.tails.flatMap(({ measure, method, horizonMs }): Issue[] => {
    if (method === 'normal' || risk.scenarios?.horizonMs === horizonMs) return []
    const was = risk.scenarios === undefined ? 'without' : `with those over ${formatDuration(risk.scenarios.horizonMs)}`
    return [
      {
        code: 'limit.scenarios',
        path: `limits.${measure}`,
        message: `the forecast must carry past returns over ${formatDuration(horizonMs)}, was ${was}`,
        hint: 'estimate it from candles that reach back far enough, or use method normal',
      },
    ]
  })
}

/** The value of a limit that holds whatever it costs. */
const held = (limit: Limit | null): Ratio | null => (limit === null || limit.price !== null ? null : limit.value)

function checkTarget({ path, min, max, target, refuse }: Range): Issue[] {
  const [least, greatest] = [held(min), held(max)]
  if (target === null) return []
  const low = least !== null && ratioCompare(target, least) < 0
  if (!low && (greatest === null || ratioCompare(target, greatest) <= 0)) return []
  switch (refuse) {
    case 'gross':
      return [
        {
          code: 'target.gross',
          path: 'targets',
          message: `weights must sum to at most ${show(greatest!)} with gross limit ${show(greatest!)}, was ${show(target)}`,
          hint: 'lower a target or raise limits.gross',
        },
      ]
    case 'net':
      return [
        {
          code: 'target.net',
          path: 'targets',
          message: `the sum of weights must be inside the net limit, was ${show(target)}`,
          hint: 'change a target or limits.net',
        },
      ]
    case 'own':
    case 'shared': {
      const name = path.slice('limits.weight.'.length)
      return [
        {
          code: 'target.outside-limit',
          path: refuse === 'own' ? `targets.${name}` : 'targets',
          message: `must be ${low ? `at least ${show(least)}` : `at most ${show(greatest!)}`}, ${refuse === 'own' ? 'its own limit' : path}, was ${show(target)}`,
          hint: `change ${refuse === 'own' ? 'the' : 'a'} target or ${path}`,
        },
      ]
    }
  }
}

/** Where a book says a limit that cannot be tested without the price of an underlying; null where none depends on it. */
export function dependsOnPrice(constraints: Constraints, universe: Universe, u: number): string | null {
  const { groups, factors } = constraints
  const group = groups.find(({ group: { members } }) => members.includes(u))
  const factor = factors.find(({ loading }) => loading[u]!.n !== 0n)
  if (constraints.grossMax !== null) return 'limits.gross'
  if (constraints.leverageMax !== null) return 'limits.leverage'
  if (constraints.netMin !== null || constraints.netMax !== null) return 'limits.net'
  if (group !== undefined) return `limits.groups.${group.group.name}`
  if (factor !== undefined) return `limits.factors.${factor.name}`
  if (constraints.volatilityMax !== null) return 'limits.volatility'
  if (constraints.trackingErrorMax !== null) return 'limits.trackingError'
  if (constraints.tails.length > 0) return `limits.${constraints.tails[0]!.measure}`
  const own = constraints.weightMin[u] !== null || constraints.weightMax[u] !== null
  return own ? `limits.weight.${universe.underlyings[u]!}` : null
}
