/** Judging a study: overfitting of all its trials, an interval, a reality check, and what a search itself costs beside its evaluations. */
import { makeRandom } from '../src/core/base/random.ts'
import type { Result } from '../src/core/base/result.ts'
import { bootstrapInterval, statisticOf } from '../src/core/evidence/bootstrap.ts'
import { backtestOverfitting } from '../src/core/evidence/overfitting.ts'
import { checkReality } from '../src/core/evidence/reality-check.ts'
import { runSearch } from '../src/core/evidence/search/ask-tell.ts'
import { evolutionSearch } from '../src/core/evidence/search/evolution.ts'
import { measure, report, section } from './measure.ts'

/** A bench that times refusals would look fast. */
function answered<T>(result: Result<T, unknown>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}

const meanOf = (values: Float64Array): number => values.reduce((total, each) => total + each, 0) / values.length
const sphere = (point: Float64Array): number => point.reduce((total, u) => total + (u - 0.4) ** 2, 0)

export function benchEvidence(): void {
  section('evidence, three years of days')
  const random = makeRandom('bench')
  const trials = Array.from({ length: 200 }, () => Float64Array.from({ length: 1095 }, random.normal))
  const few = { warm: 1, runs: 5 }
  report(
    'overfitting, 200 trials, 12,870 splits',
    measure(() => answered(backtestOverfitting(trials, { blocks: 16, measure: 'sharpe' })), few),
  )
  const scheme = { kind: 'stationary', length: 10 } as const
  report(
    'interval of a mean, 1,000 draws',
    measure(
      (seed) =>
        answered(
          bootstrapInterval(1095, statisticOf(trials[0]!, meanOf), { scheme, draws: 1000, seed, confidence: 0.95 }),
        ),
      few,
    ),
  )
  report(
    'reality check, 200 rules, 1,000 draws',
    measure((seed) => answered(checkReality(trials, { blockLength: 10, draws: 1000, seed })), few),
  )
  for (const n of [5, 20]) {
    const terms = { start: new Float64Array(n).fill(0.5), step: 0.3, evaluationsMax: 4000, restartsMax: 0 }
    const timing = measure(
      (seed) => runSearch(answered(evolutionSearch({ ...terms, seed, tolerance: 1e-300, goal: null })), sphere),
      few,
    )
    report(`CMA-ES of ${n} parameters, 4,000 evaluations`, timing)
  }
}
