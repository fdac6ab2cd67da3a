/**
 * Points to try that do not depend on what was found before, each by its index, so that a study can go on from any of them:
 * a grid in mixed radix (Knuth, The Art of Computer Programming 2, §4.1; the last parameter turns fastest), independent
 * uniform draws, and a Latin hypercube (McKay, Beckman and Conover, Technometrics 21, 1979), in which each of n points has one
 * of n equal parts of every axis for itself.
 */
import { makeRandom } from '../../base/random.ts'
import { assert, fail, type Issue, type Result, refuse, succeed } from '../../base/result.ts'
import { outOfRange } from '../check.ts'
import { cardinalityOf, checkSpace, type Parameter, type ParameterValues, type Space } from './space.ts'

export interface ParameterGrid {
  readonly count: number
  /** @param index from 0 to count − 1 */
  readonly at: (index: number) => ParameterValues
}

const COUNT_MAX = Number.MAX_SAFE_INTEGER

/**
 * @param steps values of each parameter, by name, ends included; one step is the middle. A choice has all its options and needs
 * none. Codes: evidence.parameter.
 */
export function makeGrid(space: Space, steps: Readonly<Record<string, number>>): Result<ParameterGrid> {
  const issues = [...checkSpace(space), ...space.flatMap((parameter) => checkSteps(parameter, steps[parameter.name]))]
  if (issues.length > 0) return fail(issues)
  const axes = space.map((parameter) => axisOf(parameter, steps[parameter.name] ?? 0))
  const count = axes.reduce((product, axis) => product * axis.length, 1)
  if (count > COUNT_MAX)
    return refuse(
      'evidence.parameter',
      'parameters',
      `the grid must have at most ${COUNT_MAX} points, was ${count}`,
      'take fewer steps',
    )
  const at = (index: number): ParameterValues => {
    assert(Number.isSafeInteger(index) && index >= 0 && index < count, `index must be below ${count}, was ${index}`)
    let rest = index
    const values: [string, number | string][] = []
    for (let k = axes.length - 1; k >= 0; k--) {
      const axis = axes[k]!
      values.unshift([space[k]!.name, axis[rest % axis.length]!])
      rest = Math.floor(rest / axis.length)
    }
    return Object.fromEntries(values)
  }
  return succeed({ count, at })
}

function checkSteps(parameter: Parameter, steps: number | undefined): Issue[] {
  if (parameter.kind === 'choice') return []
  const most = Math.min(1_000_000, cardinalityOf(parameter))
  if (steps !== undefined && Number.isInteger(steps) && steps >= 1 && steps <= most) return []
  return [
    {
      code: 'evidence.parameter',
      path: `steps.${parameter.name}`,
      message: `the number of steps must be whole, from 1 to ${most}, was ${steps ?? 'none'}`,
      hint: 'say how many values of this parameter to try',
    },
  ]
}

function axisOf(parameter: Parameter, steps: number): readonly (number | string)[] {
  if (parameter.kind === 'choice') return parameter.options
  const { kind, from, to } = parameter
  return Array.from({ length: steps }, (_, i) => {
    const u = steps === 1 ? 0.5 : i / (steps - 1)
    if (u === 0 || u === 1) return u === 0 ? from : to
    if (kind === 'log') return from * (to / from) ** u
    return kind === 'integer' ? Math.round(from + u * (to - from)) : from + u * (to - from)
  })
}

/** Point `index` of a random search of the unit cube; does not depend on the points before it. */
export function randomPoint(
  dimension: number,
  { seed, index }: { readonly seed: number | string; readonly index: number },
): Float64Array {
  const random = makeRandom(`${typeof seed}:${seed}#${index}`)
  return Float64Array.from({ length: dimension }, random.uniform)
}

/** `count` points of the unit cube. Codes: evidence.range. */
export function latinHypercube(
  dimension: number,
  { count, seed }: { readonly count: number; readonly seed: number | string },
): Result<readonly Float64Array[]> {
  const issues = outOfRange('design', {
    'the number of parameters': [dimension, 'count'],
    'the number of points': [count, 'count'],
  })
  if (issues.length > 0) return fail(issues)
  const random = makeRandom(seed)
  const points = Array.from({ length: count }, () => new Float64Array(dimension))
  const parts = Uint32Array.from({ length: count }, (_, i) => i)
  for (let k = 0; k < dimension; k++) {
    // Fisher and Yates.
    for (let i = count - 1; i > 0; i--) {
      const j = random.integer(i + 1)
      const part = parts[i]!
      parts[i] = parts[j]!
      parts[j] = part
    }
    for (const [i, point] of points.entries()) point[k] = (parts[i]! + random.uniform()) / count
  }
  return succeed(points)
}
