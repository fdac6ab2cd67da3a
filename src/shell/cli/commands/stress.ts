/**
 * `stress`: the book's backtest where other things happen: scenarios of the book, crashes that happened, laid over its history
 * from where it begins, and histories drawn again in blocks; under its policy and those it compares with, over the same.
 */
import { basename, resolve } from 'node:path'
import type { Issue, Result } from '../../../core/base/result.ts'
import type { RiskModel } from '../../../core/domain/market.ts'
import { runBacktest } from '../../../core/sim/backtest.ts'
import { CRASHES, type Crash } from '../../../core/sim/crash.ts'
import { closedAt, type History } from '../../../core/sim/history.ts'
import { redrawHistory } from '../../../core/sim/redraw.ts'
import type { RunRecord } from '../../../core/sim/run-record.ts'
import { applyScenario, type Scenario } from '../../../core/sim/scenario.ts'
import { assessPaths, outcomeOf, type PathsOutcome, type StressOutcome } from '../../../core/sim/stress.ts'
import { type Backtest, finishBacktest } from '../../../wire/backtest.ts'
import { sortIssues, withLines } from '../../../wire/book.ts'
import { type PathsTerms, readStress, type Stress } from '../../../wire/stress.ts'
import { policiesOf, type StressBook, stressRun } from '../../../wire/stress-run.ts'
import { readBacktest } from '../../files/backtest.ts'
import { readCrash } from '../../files/crash.ts'
import { bookPath, type Outcome, refuse } from '../book-access.ts'
import { EXIT, type ExitCode, type Io } from '../io.ts'
import { asCalled, printIssues } from '../issues.ts'
import { jsonText } from '../output.ts'
import { policyLabel } from '../policy-label.ts'
import { makeProgress, type Progress } from '../progress.ts'

export interface StressRequest {
  readonly book: string | undefined
  /** Names of scenarios of the book; none: all. */
  readonly scenarios: readonly string[]
  readonly crash: string | undefined
  /** `BTC=FILE`, and `SOL=BTC`, as typed. */
  readonly data: readonly string[]
  readonly stands: readonly string[]
  /** How many, as typed, instead of the book's own. */
  readonly paths: string | undefined
  readonly json: boolean
}

export interface ScenarioResult {
  readonly name: string
  /** Per policy. */
  readonly outcomes: readonly StressOutcome[]
}
export interface StressReport {
  readonly policies: readonly string[]
  /** The history as it was first. */
  readonly scenarios: readonly ScenarioResult[]
  readonly paths: {
    readonly count: number
    /** Falls that are counted. */
    readonly depths: readonly number[]
    readonly ruin: number
    readonly confidence: number
    readonly outcomes: readonly PathsOutcome[]
  } | null
}

/** Shown of distributions. */
const QUANTILES = [0.05, 0.5, 0.95]
const DEPTHS = [0.25, 0.5]

interface Opened {
  readonly book: StressBook
  readonly base: Backtest
  readonly scenarios: readonly Scenario[]
  readonly paths: PathsTerms | null
  readonly file: string
  readonly title: string
}

export async function stress(request: StressRequest, io: Io): Promise<ExitCode> {
  const progress = makeProgress(io)
  const opened = open(request, progress, io)
  progress.clear()
  if (!opened.ok) return opened.code
  const { base, file, title } = opened.value
  const report = runAll(opened.value, progress)
  progress.clear()
  if (!report.ok) return refuse(withLines(base, report.error), file, io).code
  if (request.json) io.stdout(await jsonText(report.value))
  else {
    const { stressScreen } = await import('../stress-screen.ts')
    const { history, from } = base.inputs
    const about = { title, numeraire: history.universe.numeraire, asOf: closedAt(history, from) }
    io.stdout(`${stressScreen(report.value, about, io).join('\n')}\n`)
  }
  return EXIT.answered
}

function open(request: StressRequest, progress: Progress, io: Io): Outcome<Opened & { readonly base: Backtest }> {
  const named = bookPath(request.book, io)
  if (!named.ok) return named
  const { file, path } = named.value
  const read = readBacktest(path, {
    from: null,
    to: null,
    now: io.now(),
    onFile: (share, name) => progress.update(share, `reading ${name}`),
  })
  progress.clear()
  if (!read.ok) return refuse(asCalled(read.error, path, file), file, io)
  const book = read.value
  const asked = readStress(book.draft.book)
  const base = finishBacktest(book.draft, book.loaded)
  const issues = sortIssues([...(asked.ok ? [] : asked.error), ...(base.ok ? [] : base.error)])
  if (!asked.ok || !base.ok) return refuse(asCalled(issues, path, file), file, io)
  const chosen = choose(request, asked.value, base.value, io)
  if (!chosen.ok) {
    printIssues(chosen.error, null, io)
    return { ok: false, code: EXIT.wrongUse }
  }
  return {
    ok: true,
    value: { book, base: base.value, ...chosen.value, file, title: base.value.name ?? basename(file) },
  }
}

/** What is run, of what the book says and the flags ask for. */
function choose(
  request: StressRequest,
  { scenarios, paths }: Stress,
  { inputs: { history } }: Backtest,
  io: Io,
): Result<Pick<Opened, 'scenarios' | 'paths'>> {
  const issues: Issue[] = []
  const flag = (path: string, message: string, hint: string): void =>
    void issues.push({ code: 'stress.flag', path, message, hint })
  for (const name of request.scenarios)
    if (!scenarios.some((each) => each.name === name))
      flag('--scenario', `must name a scenario of the book, was ${name}`, listOf(scenarios.map((each) => each.name)))
  const kept =
    request.scenarios.length === 0 ? scenarios : scenarios.filter(({ name }) => request.scenarios.includes(name))
  const crash = request.crash === undefined ? null : crashNamed(request.crash, flag)
  const count = request.paths === undefined ? (paths?.count ?? 0) : Number(request.paths)
  if (request.paths !== undefined && !(Number.isInteger(count) && count >= 0))
    flag('--paths', `must be a whole number, was ${request.paths}`, '0 leaves them out')
  if (request.paths !== undefined && count > 0 && paths === null)
    flag('--paths', 'the book must say how histories are drawn again, was without `stress.paths`', 'write the section')
  const files = pairs('--data', request.data, flag, (path) => resolve(io.cwd, path))
  const stands = pairs('--as', request.stands, flag, (name) => name)
  const happened =
    crash === null
      ? null
      : readCrash(
          crash,
          { files, stands },
          { underlyings: history.universe.underlyings, intervalMs: history.intervalMs },
        )
  if (happened?.ok === false) issues.push(...happened.error)
  const asked = [...kept, ...(happened?.ok === true ? [happened.value] : [])]
  if (issues.length === 0 && asked.length === 0 && count === 0)
    flag(
      'stress',
      'the book must say what might happen, was without `stress`',
      'write scenarios or paths, or name a --crash',
    )
  if (issues.length > 0) return { ok: false, error: issues }
  return { ok: true, value: { scenarios: asked, paths: paths === null || count === 0 ? null : { ...paths, count } } }
}

const listOf = (names: readonly string[]): string => (names.length === 0 ? 'it has none' : `it has ${names.join(', ')}`)

function crashNamed(name: string, flag: (path: string, message: string, hint: string) => void): Crash | null {
  const crash = CRASHES.find((each) => each.name === name)
  if (crash === undefined)
    flag(
      '--crash',
      `must be a crash that is listed, was ${name}`,
      `name one of ${CRASHES.map((each) => each.name).join(', ')}`,
    )
  return crash ?? null
}

/** `NAME=VALUE` each. */
function pairs(
  path: string,
  texts: readonly string[],
  flag: (path: string, message: string, hint: string) => void,
  read: (text: string) => string,
): ReadonlyMap<string, string> {
  return new Map(
    texts.flatMap((text): (readonly [string, string])[] => {
      const at = text.indexOf('=')
      if (at > 0 && at < text.length - 1) return [[text.slice(0, at), read(text.slice(at + 1))]]
      flag(path, `must be NAME=VALUE, was ${text}`, 'such as BTC=btc.csv')
      return []
    }),
  )
}

function runAll({ book, base, scenarios, paths }: Opened, progress: Progress): Result<StressReport> {
  const { history, from } = base.inputs
  const policies = policiesOf(book)
  const draw = paths === null ? null : redrawHistory(history, from, schemeOf(paths, history))
  if (draw?.ok === false) return draw
  const total = (1 + scenarios.length + (paths?.count ?? 0)) * policies.length
  let done = 0
  /** The records of all policies over one history. */
  const over = (other: History, what: string): Result<readonly RunRecord[]> => {
    const forecasts = new Map<string, RiskModel>()
    const records: RunRecord[] = []
    for (const policy of policies) {
      progress.update(done++ / total, what)
      const inputs = stressRun(book, policy, { history: other, forecasts })
      if (!inputs.ok) return inputs
      const record = runBacktest(inputs.value.inputs)
      if (!record.ok) return record
      records.push(record.value)
    }
    return { ok: true, value: records }
  }
  const results: ScenarioResult[] = []
  let labels: readonly string[] = []
  for (const scenario of [null, ...scenarios]) {
    const other = scenario === null ? { ok: true as const, value: history } : applyScenario(history, from, scenario)
    if (!other.ok) return placed(other.error, scenario!.name)
    const records = over(other.value, scenario?.name ?? 'the history as it was')
    if (!records.ok) return records
    labels = records.value.map(({ mandate }) => policyLabel(mandate.policy))
    results.push({ name: scenario?.name ?? 'as it was', outcomes: records.value.map(outcomeOf) })
  }
  if (paths === null || draw === null) return { ok: true, value: { policies: labels, scenarios: results, paths: null } }
  const equity: Float64Array[][] = policies.map(() => [])
  for (let k = 0; k < paths.count; k++) {
    const records = over(draw.value(k), `path ${k + 1} of ${paths.count}`)
    if (!records.ok) return records
    for (const [p, record] of records.value.entries()) equity[p]!.push(record.equity)
  }
  const { count, ruin, confidence } = paths
  const outcomes = assessPaths(equity, { quantiles: QUANTILES, depths: DEPTHS, ruin, confidence })
  return outcomes.ok
    ? {
        ok: true,
        value: {
          policies: labels,
          scenarios: results,
          paths: { count, depths: DEPTHS, ruin, confidence, outcomes: outcomes.value },
        },
      }
    : outcomes
}

const schemeOf = ({ blockMs, seed }: PathsTerms, { intervalMs }: History) => ({
  scheme: { kind: 'stationary', length: Math.max(1, blockMs / intervalMs) } as const,
  seed,
})

/** Issues of a scenario, at its place in the book. */
const placed = (issues: readonly Issue[], name: string): Result<never> => ({
  ok: false,
  error: issues.map((issue) => ({ ...issue, path: `stress.scenarios.${name}.${issue.path.replace(/^events\./, '')}` })),
})
