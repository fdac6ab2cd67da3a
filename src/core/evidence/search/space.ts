/**
 * Parameters as data, and the unit cube that searches walk in: coordinate k from 0 to 1 is parameter k from one end to the
 * other. linear: from + u(to − from). log: from·(to/from)^u. integer: each whole number from `from` to `to` has an equal
 * part of [0, 1]. choice: likewise each option.
 */
import { assert, assertNever, type Issue } from '../../base/result.ts'
import { outOfRange } from '../check.ts'

export type Parameter =
  | { readonly kind: 'linear' | 'log' | 'integer'; readonly name: string; readonly from: number; readonly to: number }
  | { readonly kind: 'choice'; readonly name: string; readonly options: readonly string[] }

export type Space = readonly Parameter[]

/** By name of parameter. */
export type ParameterValues = Readonly<Record<string, number | string>>

/** Everything that is wrong with a space. Codes: evidence.parameter. */
export function checkSpace(space: Space): Issue[] {
  const say = (path: string, message: string, hint: string): Issue => ({
    code: 'evidence.parameter',
    path,
    message,
    hint,
  })
  const issues =
    space.length > 0 ? [] : [say('parameters', 'there must be a parameter, was none', 'name what to search')]
  for (const [k, parameter] of space.entries()) {
    const path = `parameters.${parameter.name}`
    if (space.findIndex(({ name }) => name === parameter.name) < k)
      issues.push(say(path, `names must be different, was ${parameter.name} twice`, 'give each parameter its own name'))
    const wrong = rangeMistake(parameter)
    if (wrong !== null) issues.push(say(path, wrong, 'correct the range: nothing is guessed in its place'))
  }
  return issues
}

function rangeMistake(parameter: Parameter): string | null {
  if (parameter.kind === 'choice') {
    const { options } = parameter
    return options.length > 0 && new Set(options).size === options.length
      ? null
      : `options must be different and at least one, were ${options.join(', ') || 'none'}`
  }
  const { kind, from, to } = parameter
  if (!(Number.isFinite(from) && Number.isFinite(to - from) && from < to))
    return `from must be below to, was ${from} to ${to}`
  if (kind === 'log' && !(from > 0)) return `from must be above 0 on a logarithmic scale, was ${from}`
  if (kind === 'integer' && !(Number.isSafeInteger(from) && Number.isSafeInteger(to)))
    return `from and to must be whole numbers, were ${from} and ${to}`
  return null
}

/** How many different values: Infinity for linear and log. */
export function cardinalityOf(parameter: Parameter): number {
  if (parameter.kind === 'choice') return parameter.options.length
  return parameter.kind === 'integer' ? parameter.to - parameter.from + 1 : Number.POSITIVE_INFINITY
}

/** @param unit a point of the cube, one coordinate a parameter of a sound space */
export function valuesAt(space: Space, unit: Float64Array): ParameterValues {
  assert(unit.length === space.length, `a point must have ${space.length} coordinates, had ${unit.length}`)
  return Object.fromEntries(space.map((parameter, k) => [parameter.name, valueAt(parameter, unit[k]!)]))
}

/** @param u from 0 to 1 */
export function valueAt(parameter: Parameter, u: number): number | string {
  assert(u >= 0 && u <= 1, `a coordinate must be from 0 to 1, was ${u}`)
  switch (parameter.kind) {
    case 'linear':
      // From both ends, so that 0 and 1 give them exactly.
      return u < 0.5
        ? parameter.from + u * (parameter.to - parameter.from)
        : parameter.to - (1 - u) * (parameter.to - parameter.from)
    case 'log': {
      const value = u < 0.5 ? parameter.from * ratioOf(parameter) ** u : parameter.to / ratioOf(parameter) ** (1 - u)
      return Math.min(parameter.to, Math.max(parameter.from, value))
    }
    case 'integer':
      return Math.min(parameter.to, parameter.from + Math.floor(u * cardinalityOf(parameter)))
    case 'choice':
      return parameter.options[Math.min(parameter.options.length - 1, Math.floor(u * parameter.options.length))]!
    default:
      return assertNever(parameter)
  }
}

const ratioOf = ({ from, to }: { readonly from: number; readonly to: number }): number => to / from

/** The point of values, whole numbers and options in the middle of their part. Codes: evidence.parameter. */
export function unitOf(
  space: Space,
  values: ParameterValues,
): { readonly unit: Float64Array; readonly issues: Issue[] } {
  const issues: Issue[] = []
  const unit = Float64Array.from(space, (parameter) => {
    const found = coordinateOf(parameter, values[parameter.name])
    if (found !== null) return found
    issues.push({
      code: 'evidence.parameter',
      path: `parameters.${parameter.name}`,
      message: `the value must be ${parameter.kind === 'choice' ? `one of ${parameter.options.join(', ')}` : `from ${parameter.from} to ${parameter.to}`}, was ${values[parameter.name] ?? 'none'}`,
      hint: 'start and judge inside the space',
    })
    return 0
  })
  return { unit, issues }
}

function coordinateOf(parameter: Parameter, value: number | string | undefined): number | null {
  if (parameter.kind === 'choice') {
    const place = parameter.options.indexOf(String(value))
    return place < 0 || typeof value !== 'string' ? null : (place + 0.5) / parameter.options.length
  }
  const { kind, from, to } = parameter
  if (typeof value !== 'number' || !(value >= from && value <= to)) return null
  switch (kind) {
    case 'linear':
      return (value - from) / (to - from)
    case 'log':
      return Math.min(1, Math.max(0, Math.log(value / from) / Math.log(to / from)))
    case 'integer':
      return Number.isInteger(value) ? (value - from + 0.5) / cardinalityOf(parameter) : null
    default:
      return assertNever(kind)
  }
}

/** Mirrored into [0, 1]: …, −u, u, 2 − u, 2 + u, … are the same place, so a function of it has no edge. */
export function fold(u: number): number {
  const turned = u - 2 * Math.floor(u / 2)
  return turned <= 1 ? turned : 2 - turned
}

/** Codes: evidence.range. */
export const checkStart = (start: Float64Array): Issue[] =>
  start.length === 0
    ? outOfRange('search', { 'the number of parameters': [0, 'count'] })
    : outOfRange(
        'search',
        Object.fromEntries(Array.from(start, (u, k) => [`coordinate ${k} of the start`, [u, 'share']])),
      )
