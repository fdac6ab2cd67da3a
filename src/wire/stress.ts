/** The `stress` section as core's values: scenarios, and how histories are drawn again. */
import { toNumber } from '../core/base/decimal.ts'
import type { Result } from '../core/base/result.ts'
import { byId } from '../core/domain/universe.ts'
import type { Scenario, ScenarioEvent } from '../core/sim/scenario.ts'
import type { BookDraft } from './book.ts'
import { sortIssues } from './book.ts'
import { makeReport } from './book-names.ts'
import type { Draft } from './book-shape.ts'
import { accepted, readDelay, readDuration, readFraction, readNumber } from './scalar.ts'
import type { BookIssue } from './tree.ts'

export interface PathsTerms {
  readonly count: number
  readonly blockMs: number
  readonly seed: string
  readonly ruin: number
  readonly confidence: number
}

export interface Stress {
  /** In order of name. */
  readonly scenarios: readonly Scenario[]
  readonly paths: PathsTerms | null
}

/** More paths than this are a study of its own. */
const PATHS_MAX = 100_000

type Section = NonNullable<Draft['stress']>
type EventText = NonNullable<NonNullable<NonNullable<Section['scenarios']>[string]>[number]>

/** @returns what the section says, nothing where there is none, or its mistakes by line */
export function readStress(book: BookDraft): Result<Stress, readonly BookIssue[]> {
  const report = makeReport(book.source, book.issues)
  const section = book.draft.stress
  if (section === undefined) return { ok: true, value: { scenarios: [], paths: null } }
  const scenarios = Object.entries(section.scenarios ?? {})
    .sort(([a], [b]) => byId(a, b))
    .map(
      ([name, events]): Scenario => ({
        name,
        events: (events ?? []).flatMap((event) => (event?.kind === undefined ? [] : [readEvent(event)])),
      }),
    )
  const { paths } = section
  const count = paths?.count === undefined ? 0 : toNumber(accepted(readNumber(paths.count, 'count', 'positive')))
  const part = (text: string | undefined): number =>
    text === undefined ? 0 : toNumber(accepted(readFraction(text, 'part', 'any')))
  const must = (holds: boolean, key: 'count' | 'ruin' | 'confidence', what: string, hint: string): void => {
    if (!holds) report.add('stress.range', ['stress', 'paths', key], `must be ${what}, was ${paths?.[key]}`, hint)
  }
  if (paths !== undefined) {
    must(
      Number.isInteger(count) && count <= PATHS_MAX,
      'count',
      `a whole number of at most ${PATHS_MAX}`,
      'write such as 200',
    )
    must(part(paths.ruin) < 1, 'ruin', 'below 100%', 'write such as 50%')
    must(part(paths.confidence) < 1, 'confidence', 'below 100%', 'write such as 95%')
  }
  if (report.issues.length > 0) return { ok: false, error: sortIssues(report.issues) }
  return {
    ok: true,
    value: {
      scenarios,
      paths:
        paths === undefined
          ? null
          : {
              count,
              blockMs: accepted(readDuration(paths.block!)),
              seed: paths.seed!,
              ruin: part(paths.ruin),
              confidence: part(paths.confidence),
            },
    },
  }
}

function readEvent(event: EventText): ScenarioEvent {
  const atMs = accepted(readDelay(event.at!))
  const of = event.of === undefined ? null : event.of.flatMap((each) => (each === undefined ? [] : [each]))
  const fractionOf = (text: string | undefined): number => toNumber(accepted(readFraction(text!, 'change', 'any')))
  const numberOf = (text: string | undefined): number => toNumber(accepted(readNumber(text!, 'factor', 'nonNegative')))
  const spanOf = ({ over }: { readonly over?: string | undefined }) => ({
    of,
    atMs,
    overMs: accepted(readDuration(over!)),
  })
  switch (event.kind) {
    case 'move':
      return { kind: event.kind, ...spanOf(event), change: fractionOf(event.change) }
    case 'volatility':
    case 'volume':
      return { kind: event.kind, ...spanOf(event), factor: numberOf(event.factor) }
    case 'funding':
      return { kind: event.kind, ...spanOf(event), rate: fractionOf(event.rate) }
    case 'together':
    case 'halt':
      return { kind: event.kind, ...spanOf(event) }
    case 'delisting':
      return { kind: event.kind, of: of ?? [], atMs, change: fractionOf(event.change) }
    default:
      throw new Error('invariant: an event without a kind was cut off by its shape')
  }
}
