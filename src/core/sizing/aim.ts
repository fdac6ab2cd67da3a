/** Stage 2: where the book wants to be, in weights. Without an expected return the aim is the target itself. */
import { ratioToNumber } from '../base/ratio.ts'
import type { Mandate } from './mandate.ts'

/** Target weight per underlying. */
export const aimAt = (mandate: Mandate): Float64Array => Float64Array.from(mandate.target.weight, ratioToNumber)
