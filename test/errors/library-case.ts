/** A refusal that no command can reach, and the sound plan, the three coins of `test/core/sizing/book.ts`, it starts from. */
import type { Issue, Result } from '../../src/core/base/result.ts'
import { plan } from '../../src/core/sizing/plan.ts'
import type { PlanInputs } from '../../src/core/sizing/plan-types.ts'
import { goldenOne } from '../core/sizing/book.ts'

export interface LibraryCase {
  readonly refused: () => readonly Issue[]
  /** `path: message; hint` */
  readonly reads: string
}

export const issuesOf = (answer: Result<unknown>): readonly Issue[] => (answer.ok ? [] : answer.error)

export const sound = (): PlanInputs => goldenOne({ kind: 'full' })
export const planned = (change: Partial<PlanInputs>): readonly Issue[] => issuesOf(plan({ ...sound(), ...change }))
