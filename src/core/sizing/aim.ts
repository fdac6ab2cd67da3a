/** Stage 2: where the book wants to be, in weights. Without an expected return the aim is the target itself. */
import { ratioToNumber } from '../base/ratio.ts'
import type { Mandate } from './mandate.ts'

/** Target weight per underlying. */
export const aimAt = (mandate: Mandate): Float64Array => {
  const { weight } = mandate.target
  const aim = new Float64Array(weight.length)
  for (let u = 0; u < aim.length; u++) aim[u] = ratioToNumber(weight[u]!)
  return aim
}
