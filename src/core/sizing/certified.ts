/**
 * Convex programs of sizing, solved and certified. An answer that its own certificate does not carry is no answer: it is
 * refused by name, and nothing is traded on it.
 */
import { type Result, refuse, succeed } from '../base/result.ts'
import { type CostProgramSolver, makeCostProgram } from '../maths/cost-program.ts'
import type { CostOptimum, CostProgram, CostStart } from '../maths/cost-program-types.ts'

/** Residuals of an optimum that is one: the solver certifies 1e-9, the rest is float64 on badly scaled books. */
const RESIDUAL_MAX = 1e-6

interface Kept {
  readonly n: number
  readonly rowsMax: number
  readonly solver: CostProgramSolver
}

/** The working memory of the solver, kept as long as what it works for. It carries nothing from plan to plan. */
const solvers = new WeakMap<object, Kept>()

function solverFor(keeper: object, { n, rows }: CostProgram): CostProgramSolver {
  const kept = solvers.get(keeper)
  if (kept !== undefined && kept.n === n && kept.rowsMax >= rows.length) return kept.solver
  const solver = makeCostProgram(n, rows.length)
  solvers.set(keeper, { n, rowsMax: rows.length, solver })
  return solver
}

/**
 * @param keeper whose programs these are (a curvature, a universe): its memory is used again, so the answer lasts until the
 * next program of the same keeper
 * @param path where in a book the question stands
 * @param start where the search begins; the optimum is the same from everywhere
 */
export function solveCertified(
  keeper: object,
  program: CostProgram,
  path: string,
  start?: CostStart,
): Result<CostOptimum> {
  const answer = solverFor(keeper, program).solve(program, start)
  const { primalResidual, dualResidual, gap } = answer.certificate
  const residual = Math.max(primalResidual, dualResidual, gap)
  if (answer.status !== 'infeasible' && residual <= RESIDUAL_MAX) return succeed(answer)
  return refuse(
    'optimum.uncertified',
    path,
    `the optimum must be certified to ${RESIDUAL_MAX}, was ${answer.status === 'infeasible' ? 'infeasible' : residual}`,
    'look for costs, limits or volatilities that differ by many orders of magnitude; nothing is traded on an answer in doubt',
  )
}
