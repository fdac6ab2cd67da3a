/** Decisions of a run that were refused. */
import type { ReportedDecision } from '../../core/sim/run-report.ts'

/** Plans say themselves which limits they could not meet. */
const INFEASIBLE = { code: 'infeasible', message: 'no trades meet all limits; the plan says which give way' }

/** Refused decisions by what was wrong, the most frequent first. */
export function refusals(
  decisions: readonly ReportedDecision[],
): { readonly code: string; readonly count: number; readonly first: ReportedDecision; readonly message: string }[] {
  const found = new Map<string, { count: number; first: ReportedDecision; message: string }>()
  for (const decision of decisions)
    for (const { code, message } of decision.status === 'infeasible' ? [INFEASIBLE] : decision.issues) {
      const known = found.get(code)
      if (known === undefined) found.set(code, { count: 1, first: decision, message })
      else known.count++
    }
  return [...found]
    .map(([code, each]) => ({ code, ...each }))
    .sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1))
}
