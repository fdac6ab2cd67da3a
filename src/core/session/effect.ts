/** What a session wants done. Whoever drives it journals them first, then does them in their order. */
import type { Instant } from '../base/instant.ts'
import type { Issue } from '../base/result.ts'
import type { SizePlan } from '../sizing/plan-types.ts'
import type { Intent } from './order.ts'
import type { Mode } from './session-event.ts'

/** What the reader of a journal should see. */
export type Published =
  | { readonly kind: 'plan'; readonly plan: SizePlan }
  /** No plan, and why. */
  | { readonly kind: 'refused'; readonly issues: readonly Issue[] }
  | { readonly kind: 'mode'; readonly mode: Mode; readonly because: string }
  /** Something contradicts what is known; the session is halted where that touches money. */
  | { readonly kind: 'alarm'; readonly issues: readonly Issue[] }

export type Effect =
  | { readonly kind: 'submit'; readonly intent: Intent }
  | { readonly kind: 'cancel'; readonly id: string; readonly instrument: string }
  /** Ask what became of an order. */
  | { readonly kind: 'query'; readonly id: string; readonly instrument: string }
  | { readonly kind: 'wake'; readonly at: Instant }
  | { readonly kind: 'publish'; readonly published: Published }
