/** What a stress runs, of what the book says and the flags ask for. */
import { resolve } from 'node:path'
import type { Issue, Result } from '../../core/base/result.ts'
import { CRASHES, type Crash } from '../../core/sim/crash.ts'
import type { Backtest } from '../../wire/backtest.ts'
import type { Stress } from '../../wire/stress.ts'
import { readCrash } from '../files/crash.ts'
import type { Io } from './io.ts'
import type { StressTask } from './stress-runs.ts'

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

/** @returns the scenarios and paths, or what is wrong with the flags */
export function chooseStress(
  request: StressRequest,
  { scenarios, paths }: Stress,
  { inputs: { history } }: Backtest,
  io: Io,
): Result<Pick<StressTask, 'scenarios' | 'paths'>> {
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
