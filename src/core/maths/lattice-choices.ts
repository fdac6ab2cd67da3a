/** Walking the choices of one trade: the next one in a direction, and the one at or before a weight. */
import { assert } from '../base/result.ts'
import type { LatticeChoices } from './lattice-types.ts'

/** One choice of one trade: a point by index, or whole lots where that is −1. */
export interface Choice {
  weight: number
  lots: number
  point: number
}

/** A weight this much of a lot from a whole one is on it. */
const NEAR = 1e-9

export const weightOf = ({ origin, step, points }: LatticeChoices, lots: number, point: number): number =>
  point >= 0 ? points[point]! : origin + step * lots

/** No trade. */
export function nothing({ points }: LatticeChoices): Choice {
  const point = points.indexOf(0)
  assert(point >= 0, 'nothing is a choice of every trade')
  return { weight: 0, lots: 0, point }
}

/** The nearest choice strictly beyond `from` in a direction (±1), into `out`. @returns whether there is one */
export function nextChoice(choices: LatticeChoices, from: Choice, direction: number, out: Choice): boolean {
  const lots = from.point < 0 ? from.lots + direction : lotsBeyond(choices, from.weight, direction)
  return pick(choices, { weight: from.weight, lots, direction, strict: true }, out)
}

/** The nearest choice at `weight` or beyond it in a direction, into `out`. @returns whether there is one */
export function choiceFrom(choices: LatticeChoices, weight: number, direction: number, out: Choice): boolean {
  const count = (weight - choices.origin) / choices.step
  const nearest = Math.round(count)
  const near = Math.abs(count - nearest) <= NEAR * Math.max(1, Math.abs(count))
  const lots = near ? nearest : direction > 0 ? Math.ceil(count) : Math.floor(count)
  return pick(choices, { weight, lots, direction, strict: false }, out)
}

function lotsBeyond({ origin, step }: LatticeChoices, weight: number, direction: number): number {
  const count = (weight - origin) / step
  const nearest = Math.round(count)
  if (Math.abs(count - nearest) <= NEAR * Math.max(1, Math.abs(count))) return nearest + direction
  return direction > 0 ? Math.ceil(count) : Math.floor(count)
}

/** The nearer of the first whole lots from `lots` on and the first point. */
function pick(
  choices: LatticeChoices,
  from: { weight: number; lots: number; direction: number; strict: boolean },
  out: Choice,
): boolean {
  const { weight, direction, strict } = from
  const { ranges, points, origin, step } = choices
  let found = false
  for (let k = 0; k < ranges.length; k++) {
    const range = ranges[direction > 0 ? k : ranges.length - 1 - k]!
    if (direction > 0 ? range.to < from.lots : range.from > from.lots) continue
    out.lots = direction > 0 ? Math.max(range.from, from.lots) : Math.min(range.to, from.lots)
    out.weight = origin + step * out.lots
    out.point = -1
    found = true
    break
  }
  for (let k = 0; k < points.length; k++) {
    const index = direction > 0 ? k : points.length - 1 - k
    const way = (points[index]! - weight) * direction
    if (strict ? way <= 0 : way < 0) continue
    if (found && way > (out.weight - weight) * direction) break
    out.lots = 0
    out.weight = points[index]!
    out.point = index
    return true
  }
  return found
}
