/**
 * Plateau or peak: whether a good score is good because of where it is, or by itself. Of a table of points of the unit cube with
 * scores, greater is better: the neighbourhood of a point are the points within reach of it in every parameter and of its own
 * options, itself included; its worth is their mean less a stated number of their deviations. The robust choice has
 * the greatest worth, the peak the greatest score. Of each parameter: mean scores along it (its response), the rank
 * correlation (Spearman 1904), and the share of the variance of scores between the means of its response, adjusted for their
 * number (ε², Kelley 1935), which sees what is not monotone too.
 */
import { fail, type Issue, type Result, refuse, succeed } from '../base/result.ts'
import { rankCorrelation } from '../maths/ranks.ts'
import { checkSeries, outOfRange } from './check.ts'
import { type Parameter, type Space, valueAt } from './search/space.ts'

export interface SensitivityTerms {
  /** How far apart neighbours are at most, by name of parameter, in parts of its range; choices need none. */
  readonly reach: Readonly<Record<string, number>>
  /** Deviations taken off the mean of a neighbourhood, ≥ 0. */
  readonly caution: number
  /** Parts of a parameter that has more different values than that. */
  readonly parts: number
}

export interface Neighbourhood {
  /** Points of the table within reach, the point itself included. */
  readonly count: number
  readonly mean: number
  /** Divisor count − 1; null for a point without neighbours. */
  readonly deviation: number | null
}

export interface ResponsePart {
  /** The parameter in the middle of the points of this part. */
  readonly at: number | string
  readonly count: number
  readonly mean: number
  /** Divisor count − 1; null for one point. */
  readonly deviation: number | null
}

export interface ParameterEffect {
  readonly name: string
  readonly response: readonly ResponsePart[]
  /** Null for a choice, and where parameter or score does not vary. */
  readonly rankCorrelation: number | null
  /** From 0 to 1; null where scores do not vary, or each point is a part of its own. */
  readonly shareOfVariance: number | null
}

export interface Sensitivity {
  /** The first point with the greatest score. */
  readonly peak: number
  /** The first point with the greatest worth among those with at least two neighbours. */
  readonly robust: number
  /** The peak's advantage over the median score that its neighbourhood keeps: 1 a plateau, 0 or less a peak alone. */
  readonly kept: number | null
  readonly neighbourhoods: readonly Neighbourhood[]
  readonly effects: readonly ParameterEffect[]
}

/** Points a neighbourhood must have for its deviation to mean something. */
const COUNT_MIN = 3
/** Rounding of coordinates that are a reach apart. */
const SLACK = 1e-9

/** @param table points, one coordinate a parameter, and a score each. Codes: evidence.shape, evidence.too-short, evidence.number, evidence.range. */
export function assessSensitivity(
  space: Space,
  table: { readonly points: readonly Float64Array[]; readonly scores: Float64Array },
  terms: SensitivityTerms,
): Result<Sensitivity> {
  const issues = checkTable(space, table, terms)
  if (issues.length > 0) return fail(issues)
  const { points, scores } = table
  const neighbourhoods = points.map((point) =>
    describe(scores.filter((_, k) => isNear(space, { a: point, b: points[k]!, reach: terms.reach }))),
  )
  const eligible = neighbourhoods.flatMap(({ count }, k) => (count >= COUNT_MIN ? [k] : []))
  if (eligible.length === 0) return refuseLonely(Math.max(...neighbourhoods.map(({ count }) => count)))
  const worth = (k: number): number => neighbourhoods[k]!.mean - terms.caution * neighbourhoods[k]!.deviation!
  const peak = scores.reduce((first, score, k) => (score > scores[first]! ? k : first), 0)
  const median = scores.toSorted()[Math.floor((scores.length - 1) / 2)]!
  const ahead = scores[peak]! - median
  return succeed({
    peak,
    robust: eligible.reduce((first, k) => (worth(k) > worth(first) ? k : first)),
    kept: ahead === 0 ? null : (neighbourhoods[peak]!.mean - median) / ahead,
    neighbourhoods,
    effects: space.map((parameter, k) =>
      effectOf(parameter, { coordinates: Float64Array.from(points, (point) => point[k]!), scores, parts: terms.parts }),
    ),
  })
}

function isNear(
  space: Space,
  pair: { readonly a: Float64Array; readonly b: Float64Array; readonly reach: SensitivityTerms['reach'] },
): boolean {
  return space.every((parameter, k) => {
    const [a, b] = [pair.a[k]!, pair.b[k]!]
    if (parameter.kind === 'choice') return valueAt(parameter, a) === valueAt(parameter, b)
    return Math.abs(a - b) <= pair.reach[parameter.name]! + SLACK
  })
}

function describe(scores: Float64Array): Neighbourhood {
  const count = scores.length
  const mean = scores.reduce((total, each) => total + each, 0) / count
  const squares = scores.reduce((total, each) => total + (each - mean) ** 2, 0)
  return { count, mean, deviation: count < 2 ? null : Math.sqrt(squares / (count - 1)) }
}

function effectOf(
  parameter: Parameter,
  {
    coordinates,
    scores,
    parts,
  }: { readonly coordinates: Float64Array; readonly scores: Float64Array; readonly parts: number },
): ParameterEffect {
  const values = Array.from(coordinates, (u) => valueAt(parameter, u))
  const distinct = new Set(values).size
  // One part a value where there are few, else parts of equal width; both in order of the coordinate.
  const keyOf = (k: number): number =>
    distinct <= parts ? valueOrder(parameter, values[k]!) : Math.min(parts - 1, Math.floor(coordinates[k]! * parts))
  const members = new Map<number, number[]>()
  for (let k = 0; k < scores.length; k++) {
    const key = keyOf(k)
    const group = members.get(key)
    if (group === undefined) members.set(key, [k])
    else group.push(k)
  }
  const groups = [...members.entries()].sort(([a], [b]) => a - b).map(([, places]) => places)
  const response = groups.map((places) => {
    const middle = places.reduce((total, k) => total + coordinates[k]!, 0) / places.length
    const at = distinct <= parts ? values[places[0]!]! : valueAt(parameter, middle)
    return { at, ...describe(Float64Array.from(places, (k) => scores[k]!)) }
  })
  return {
    name: parameter.name,
    response,
    rankCorrelation: parameter.kind === 'choice' ? null : rankCorrelation(coordinates, scores),
    shareOfVariance: shareBetween(response, scores),
  }
}

const valueOrder = (parameter: Parameter, value: number | string): number =>
  parameter.kind === 'choice' ? parameter.options.indexOf(value as string) : (value as number)

/** ε² = 1 − (within/(n − g))/(total/(n − 1)), not below 0. */
function shareBetween(response: readonly ResponsePart[], scores: Float64Array): number | null {
  const [n, groups] = [scores.length, response.length]
  const total = (describe(scores).deviation ?? 0) ** 2
  if (total === 0 || groups === n) return null
  const within = response.reduce((sum, { deviation, count }) => sum + (deviation ?? 0) ** 2 * (count - 1), 0)
  return Math.max(0, 1 - within / (n - groups) / total)
}

function checkTable(
  space: Space,
  { points, scores }: { readonly points: readonly Float64Array[]; readonly scores: Float64Array },
  { reach, caution, parts }: SensitivityTerms,
): Issue[] {
  const misfit = points.findIndex((point) => point.length !== space.length || point.some((u) => !(u >= 0 && u <= 1)))
  const shape = (message: string): Issue[] => [
    { code: 'evidence.shape', path: 'points', message, hint: 'give one point of the unit cube for each score' },
  ]
  return [
    ...checkSeries('scores', scores, COUNT_MIN),
    ...(points.length === scores.length ? [] : shape(`there must be ${scores.length} points, was ${points.length}`)),
    ...(misfit < 0 ? [] : shape(`a point must have ${space.length} coordinates from 0 to 1, was not so at ${misfit}`)),
    ...outOfRange('sensitivity', {
      ...Object.fromEntries(
        space
          .filter(({ kind }) => kind !== 'choice')
          .map(({ name }) => [`the reach of ${name}`, [reach[name] ?? Number.NaN, 'nonNegative'] as const]),
      ),
      'the caution': [caution, 'nonNegative'],
      'the number of parts': [parts, 'count'],
    }),
  ]
}

const refuseLonely = (most: number): Result<never> =>
  refuse(
    'evidence.too-short',
    'points',
    `a neighbourhood must have at least ${COUNT_MIN} points, was ${most}`,
    'widen the reach, or try more points: a score without neighbours can be luck',
  )
