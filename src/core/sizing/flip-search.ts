/** Where an answer changes along one number: brackets that grow until it does, then halving. */

/** Relative width at which halving stops: the answer is the plan's until a ten-thousandth before the point given. */
const TOLERANCE = 5e-5
const HALVINGS_MAX = 40

/** Whether the answer at a value differs from the one there is; null once no more may be asked. */
export type Differs = (value: number) => boolean | null

/** The nearest point found to differ, given one that does not and one that does; null where asking had to end. */
export function bisect(differs: Differs, same: number, other: number): number | null {
  let [near, far] = [same, other]
  for (let halving = 0; halving < HALVINGS_MAX; halving++) {
    if (Math.abs(far - near) <= TOLERANCE * Math.abs(far)) break
    const middle = (near + far) / 2
    const answer = differs(middle)
    if (answer === null) return null
    if (answer) far = middle
    else near = middle
  }
  return far
}

/**
 * The nearest point found to differ, walking from `same` in steps that grow by `growth`, as far as `end`.
 * @param step signed, the first step
 */
export function walk(
  differs: Differs,
  {
    same,
    step,
    end,
    growth,
  }: { readonly same: number; readonly step: number; readonly end: number; readonly growth: number },
): number | null {
  const side = Math.sign(step)
  let near = same
  for (let size = step; ; size *= growth) {
    const reached = side * (same + size) >= side * end
    const at = reached ? end : same + size
    const answer = differs(at)
    if (answer === null) return null
    if (answer) return bisect(differs, near, at)
    if (reached) return null
    near = at
  }
}
