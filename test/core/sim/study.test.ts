import { describe, expect, test } from 'vitest'
import { DAY_MS, YEAR_MS } from '../../../src/core/base/instant.ts'
import { makeRandom } from '../../../src/core/base/random.ts'
import { runBacktest } from '../../../src/core/sim/backtest.ts'
import { measureRun } from '../../../src/core/sim/metrics.ts'
import { judgeStudy, toldValue } from '../../../src/core/sim/study.ts'
import { studyFolds } from '../../../src/core/sim/study-folds.ts'
import { summariseRun } from '../../../src/core/sim/study-periods.ts'
import { type Score, scoreAt, scoreColumn, summaryOf } from '../../../src/core/sim/study-score.ts'
import { studySearch } from '../../../src/core/sim/study-search.ts'
import { isJudged, type StudyReport } from '../../../src/core/sim/study-types.ts'
import { PARITY, soundBacktest, walk } from '../../wire/backtests.ts'
import { noisy, outcomeOf, runsOf, TERMS } from './studies.ts'

const judged = (terms: typeof TERMS, runs: ReturnType<typeof runsOf>): StudyReport => {
  const report = judgeStudy(terms, outcomeOf(noisy('base', { drift: 0, periods: terms.periods })), runs)
  if (!report.ok) throw new Error(report.error[0]!.message)
  return report.value
}

describe('what a study keeps of a run', () => {
  const files = {
    history: Object.fromEntries(
      ['AAA', 'BBB', 'CCC', 'DDD'].map((name) => [name, walk(name, name === 'CCC' ? 40 : 0, 150)]),
    ),
  }
  const record = () => {
    const ran = runBacktest(soundBacktest(PARITY, { history: { ...files.history, DDD: walk('DDD', 0, 102) } }).inputs)
    if (!ran.ok) throw new Error(ran.error[0]!.message)
    return ran.value
  }

  test('[STUDY-1] scores of daily periods are the metrics of the run', () => {
    const run = record()
    const { metrics } = measureRun(run)
    const kept = summariseRun(run, 1)
    if (!kept.ok) throw new Error('the run is sound')
    const { periods, figures } = kept.value
    const all = Uint32Array.from(periods.returns.keys())
    const of = (score: Score): number =>
      scoreAt(scoreColumn(periods, score), all, { summary: summaryOf(score), periodsPerYear: YEAR_MS / DAY_MS })
    expect(figures.sharpe).toBe(metrics.sharpe)
    expect(of({ kind: 'sharpe' })).toBeCloseTo(metrics.sharpe as number, 10)
    expect(Math.expm1(of({ kind: 'growth' }))).toBeCloseTo(metrics.annualReturn as number, 10)
    expect(of({ kind: 'cost' })).toBeCloseTo(-(metrics.cost as number), 12)
    const square = periods.active.reduce((total, each) => total + each * each, 0) / periods.active.length
    const [cost, error] = [metrics.cost as number, metrics.trackingError as number]
    expect(of({ kind: 'costAndRisk', aversion: 10 })).toBeCloseTo(-cost - 5 * 365 * square, 12)
    // The mean beyond the target is small beside its deviation, so this is the squared tracking error.
    expect(365 * square).toBeCloseTo(error * error, 4)
  })

  test('[STUDY-2] longer periods compound the rows, costs add up, and what a period does not fill is left out', () => {
    const run = record()
    const [days, weeks] = [summariseRun(run, 1), summariseRun(run, 7)]
    if (!days.ok || !weeks.ok) throw new Error('the run is sound')
    const [one, seven] = [days.value.periods, weeks.value.periods]
    expect(seven.returns).toHaveLength(Math.floor(one.returns.length / 7))
    for (const [k, each] of seven.returns.entries()) {
      const part = one.returns.subarray(7 * k, 7 * k + 7)
      expect(each).toBeCloseTo(part.reduce((product, x) => product * (1 + x), 1) - 1, 12)
      expect(seven.cost[k]).toBeCloseTo(
        one.cost.subarray(7 * k, 7 * k + 7).reduce((total, x) => total + x, 0),
        14,
      )
    }
  })

  test('[STUDY-26] a cell keeps three numbers a period and nothing of its rows', () => {
    const kept = summariseRun(record(), 7)
    if (!kept.ok) throw new Error('the run is sound')
    const { periods } = kept.value
    for (const column of Object.values(periods)) expect(column.buffer.byteLength).toBe(8 * column.length)
    expect(Object.keys(kept.value).sort()).toEqual(['figures', 'periods'])
  })
})

describe('judging a study', () => {
  test('[STUDY-3] an edge that is there is found in and out of sample, on its plateau, and is not called overfitting', () => {
    const report = judged(
      { ...TERMS, periods: 720 },
      runsOf({ ...TERMS, periods: 720 }, (u) => (u > 0.4 && u < 0.8 ? 3 : -1)),
    )
    const { walkForward, crossValidation, luck, advantage, plateau, winner, rows } = report
    const at = (cell: number): number => rows.find((each) => each.cell === cell)!.point[0]!
    for (const cell of [winner, ...(isJudged(plateau) ? [plateau.cell] : [])])
      expect(at(cell) > 0.4 && at(cell) < 0.8, String(cell)).toBe(true)
    expect(isJudged(walkForward) && (walkForward.score as number) > (walkForward.base as number) + 2).toBe(true)
    expect(isJudged(crossValidation) && crossValidation.low > 2).toBe(true)
    expect(isJudged(luck) && luck.overfitting).toBe(0)
    expect(isJudged(advantage) && advantage.percentile.low > 0).toBe(true)
    expect(isJudged(plateau) && plateau.effects[0]!.shareOfVariance! > 0.8).toBe(true)
    expect(report.warnings.filter((each) => each.includes('overfitting') || each.includes('no better'))).toEqual([])
  })

  test('[STUDY-4] among cells without merit the best looks good, and the judgement says that it is luck', () => {
    const report = judged(
      TERMS,
      runsOf(TERMS, () => 0),
    )
    expect(report.rows.find(({ cell }) => cell === report.winner)!.score as number).toBeGreaterThan(0.5)
    expect(isJudged(report.luck) && report.luck.deflated < 0.95).toBe(true)
    expect(report.warnings.join('\n')).toMatch(/may be luck/)
  })

  test('[STUDY-4] where what was good in one half is bad in the other, choosing is called overfitting', () => {
    const runs = runsOf(TERMS, () => 0).map((run) => {
      const returns = noisy(`even ${run.cell}`, { drift: 0, periods: TERMS.periods })
      const mean = returns.reduce((total, each) => total + each, 0) / returns.length
      return { ...run, outcome: { ok: true as const, value: outcomeOf(returns.map((each) => each - mean)) } }
    })
    const report = judged(TERMS, runs)
    expect(isJudged(report.luck) && report.luck.overfitting > 0.5).toBe(true)
    expect(report.warnings.join('\n')).toMatch(/Choosing like this is overfitting: in \d+ % of the splits/)
  })

  test.each([
    { kind: 'sharpe' },
    { kind: 'growth' },
    { kind: 'informationRatio' },
    { kind: 'trackingDifference' },
    { kind: 'cost' },
    { kind: 'costAndRisk', aversion: 5 },
  ] as const)('[STUDY-5] what %j says of a period hangs on no other period', (score) => {
    const { periods } = outcomeOf(noisy('x', { drift: 1, periods: 90 }))
    const cut = (column: Float64Array): Float64Array => column.slice(0, 60)
    const early = { returns: cut(periods.returns), active: cut(periods.active), cost: cut(periods.cost) }
    expect(scoreColumn(early, score)).toEqual(cut(scoreColumn(periods, score)))
  })

  test('[STUDY-5] what is chosen for a test does not depend on the test, nor on what comes after', () => {
    const runs = runsOf(TERMS, (u) => u)
    const folds = studyFolds(TERMS)
    if (!folds.ok) throw new Error('the folds are sound')
    const second = folds.value.walkForward[1]!.test[0]!
    const shaken = runs.map((run) => {
      if (!run.outcome.ok) return run
      const random = makeRandom(`future of ${run.cell}`)
      const returns = run.outcome.value.periods.returns.map((each, k) => (k < second ? each : 0.05 * random.normal()))
      return { ...run, outcome: { ok: true as const, value: outcomeOf(returns) } }
    })
    const steps = (report: StudyReport) => (isJudged(report.walkForward) ? report.walkForward.steps : [])
    const [before, after] = [steps(judged(TERMS, runs)), steps(judged(TERMS, shaken))]
    expect(after.slice(0, 2).map(({ cell, trained }) => [cell, trained])).toEqual(
      before.slice(0, 2).map(({ cell, trained }) => [cell, trained]),
    )
    expect(after.slice(2)).not.toEqual(before.slice(2))
  })

  test('[STUDY-6] where the score is a mean, trials are what a cell had beyond the book as it is', () => {
    const base = outcomeOf(noisy('base', { drift: 0, periods: TERMS.periods }))
    const runs = runsOf(TERMS, () => 0).map((run) => {
      const random = makeRandom(`cost of ${run.cell}`)
      // Cell 0 is the book itself, and no trial.
      const cost = base.periods.cost.map((each) => (run.cell === 0 ? each : each * (0.5 + random.uniform())))
      return { ...run, outcome: { ok: true as const, value: outcomeOf(base.periods.returns, { cost }) } }
    })
    const report = judgeStudy({ ...TERMS, score: { kind: 'cost' } }, base, runs)
    expect(report.ok && isJudged(report.value.luck) && report.value.luck.trials).toBe(15)
  })

  test('[STUDY-7] cells that could not be run are left out, told as worst, and listed', () => {
    const issue = { code: 'x.y', path: 'policy', message: 'must be, was not', hint: 'do' }
    const runs = runsOf(TERMS, (u) => u).map((run) =>
      run.cell === 15 ? { ...run, outcome: { ok: false as const, error: [issue] } } : run,
    )
    expect(toldValue(runs[15]!, TERMS)).toBe(Number.POSITIVE_INFINITY)
    const report = judged(TERMS, runs)
    expect(report.rows).toHaveLength(15)
    expect(report.refused).toEqual([{ cell: 15, texts: ['1', 'target'], issues: [issue] }])
  })

  test('[STUDY-8] a search that has seen the history is said to flatter, and a winner at an end of its range to lie there', () => {
    const terms = { ...TERMS, search: { kind: 'cmaEs', cells: 16 } } as const
    const { warnings } = judged(
      terms,
      runsOf(terms, (u) => 4 * u),
    )
    expect(warnings.join('\n')).toMatch(
      /end of the range of policy\.width[\s\S]*walk-forward and cross-validation flatter/,
    )
  })
})

test.each([
  [{ kind: 'grid', steps: { 'policy.width': 5 } }, 10],
  [{ kind: 'random', cells: 7 }, 7],
  [{ kind: 'latinHypercube', cells: 7 }, 7],
  [{ kind: 'cmaEs', cells: 40 }, 40],
  [{ kind: 'simplex', cells: 40 }, 40],
] as const)('[STUDY-9] %j asks for the same cells whenever it is told the same', (search, most) => {
  const asked = (): string[] => {
    const made = studySearch({ ...TERMS, search })
    if (!made.ok) throw new Error(made.error[0]!.message)
    expect(made.value.cells).toBe(most)
    const points: string[] = []
    let step = made.value.search.next()
    while (step.done !== true) {
      points.push(...step.value.map((point) => point.join(' ')))
      step = made.value.search.next(Float64Array.from(step.value, ([x, y]) => (x! - 0.3) ** 2 + y!))
    }
    return points
  }
  const points = asked()
  expect(points.length).toBeGreaterThan(0)
  expect(points.length).toBeLessThanOrEqual(most)
  expect(asked()).toEqual(points)
})
