/** The choice of one trade at which a convex function of its weight is least. */
import { type Choice, choiceFrom, nextChoice } from './lattice-choices.ts'
import type { LatticeChoices } from './lattice-types.ts'

/** Doublings and halvings: more than float64 has bits. */
const ROUNDS = 120

/**
 * The choice with the least value, the one nearer to −∞ of equals. @param from where to begin; near the lowest is quickest
 */
export function lowestChoice(choices: LatticeChoices, value: (x: number) => number, from: number): Choice {
  const low: Choice = { weight: 0, lots: 0, point: -1 }
  const high: Choice = { weight: 0, lots: 0, point: -1 }
  if (!choiceFrom(choices, from, -1, low)) choiceFrom(choices, from, 1, low)
  if (!nextChoice(choices, low, 1, high)) Object.assign(high, low)
  // Outwards in doubling strides until the lowest lies between.
  stride(choices, value, { near: high, far: low, direction: -1 })
  stride(choices, value, { near: low, far: high, direction: 1 })
  return between(choices, value, low, high)
}

/** Moves `far` in a direction as long as the function falls there; `near` follows behind it. */
function stride(
  choices: LatticeChoices,
  value: (x: number) => number,
  { near, far, direction }: { near: Choice; far: Choice; direction: number },
): void {
  const beyond: Choice = { ...far }
  let step = Math.max(choices.step, Math.abs(near.weight - far.weight))
  for (let round = 0; round < ROUNDS; round++) {
    if (!nextChoice(choices, far, direction, beyond) || value(beyond.weight) >= value(far.weight)) return
    Object.assign(near, far)
    if (!choiceFrom(choices, far.weight + direction * step, -direction, beyond)) return
    if ((beyond.weight - far.weight) * direction <= 0) nextChoice(choices, far, direction, beyond)
    Object.assign(far, beyond)
    step *= 2
  }
}

/** Halves the way between two choices around the lowest. */
function between(choices: LatticeChoices, value: (x: number) => number, low: Choice, high: Choice): Choice {
  const middle: Choice = { ...low }
  const after: Choice = { ...low }
  for (let round = 0; round < ROUNDS; round++) {
    if (!nextChoice(choices, low, 1, after) || after.weight >= high.weight) break
    choiceFrom(choices, low.weight / 2 + high.weight / 2, -1, middle)
    if (middle.weight < low.weight) Object.assign(middle, low)
    if (!nextChoice(choices, middle, 1, after)) break
    if (value(after.weight) < value(middle.weight)) Object.assign(low, after)
    else Object.assign(high, middle)
  }
  return value(high.weight) < value(low.weight) ? high : low
}
