/** Refusals of a study that no file can bring about by itself: a cell that was ruined, and a study of which nothing ran. */
import { judgeStudy } from '../../src/core/sim/study.ts'
import { summariseRun } from '../../src/core/sim/study-periods.ts'
import { exampleRun } from '../core/sim/example-run.ts'
import { noisy, outcomeOf, runsOf, TERMS } from '../core/sim/studies.ts'
import { issuesOf, type LibraryCase } from './library-case.ts'

const issue = { code: 'x.y', path: 'policy', message: 'width must be above 0, was 0', hint: 'widen it' }

export const STUDY_LIBRARY: Readonly<Record<string, LibraryCase>> = {
  'study.ruined': {
    refused: () => {
      const record = exampleRun()
      const equity = record.equity.map((each, t) => (t === 2 ? -5 : each))
      return issuesOf(summariseRun({ ...record, equity }, 1))
    },
    reads:
      'cell: equity must stay above 0, was -5 in row 2 of the run; narrow the range of what made the book so large, or limit its leverage',
  },
  'study.no-cells': {
    refused: () => {
      const runs = runsOf(TERMS, () => 0).map((run) => ({ ...run, outcome: { ok: false as const, error: [issue] } }))
      return issuesOf(judgeStudy(TERMS, outcomeOf(noisy('base', { drift: 0, periods: TERMS.periods })), runs))
    },
    reads:
      'study: at least one cell must run, was none; the first says: width must be above 0, was 0; correct the ranges of the parameters',
  },
}
