/**
 * Parameters of a study: each the path of a scalar of the book with its range, in the unit that the range is written in. A
 * cell's book is the tree of this book with other texts in those places, read by the ordinary reader, so every mistake has its
 * line. Values between the ends have four digits, and are what the reader is given.
 */
import { decimalOfNumber, toText } from '../core/base/decimal.ts'
import { type ParameterValues, type Space, valuesAt } from '../core/evidence/search/space.ts'
import { guess, type Report } from './book-names.ts'
import type { DraftOf } from './shape.ts'
import type { studyShape } from './study-shape.ts'
import { type Path, shown, type Tree } from './tree.ts'
import { nodeAt, placeOf } from './tree-scalar.ts'

export type StudySection = DraftOf<typeof studyShape>
type ParameterDraft = NonNullable<NonNullable<StudySection['parameters']>[string]>

/** Sections whose scalars decide what a book does; who it may hold and the run itself are the same in every cell. */
const VARIED = ['targets', 'policy', 'limits', 'costs', 'market']
/** What all cells of a study share. */
const SHARED = /^market\.(interval|markAgeMax|prices|candles|books|pools)\b/

export interface StudyParameters {
  readonly space: Space
  /** Of a grid, by name. */
  readonly steps: Readonly<Record<string, number>>
  /** In the order of the space. */
  readonly places: readonly Path[]
  readonly units: readonly Unit[]
}
/** What stands behind a number, and the ends as they were written. */
interface Unit {
  readonly suffix: string
  readonly ends: ReadonlyMap<number, string>
}

export function readParameters(
  section: StudySection,
  { source, report, stepped }: { readonly source: Tree; readonly report: Report; readonly stepped: boolean },
): StudyParameters {
  const read = Object.entries(section.parameters ?? {})
    .filter((entry): entry is [string, ParameterDraft] => entry[1] !== undefined)
    .flatMap(([name, text]) => {
      const place = readPlace(name, source, report)
      const range = readRange(name, text, report)
      const steps = readSteps(name, text, { report, stepped })
      return place === null || range === null ? [] : [{ name, place, steps, ...range }]
    })
  return {
    space: read.map(({ parameter }) => parameter),
    steps: Object.fromEntries(read.flatMap(({ name, steps }) => (steps === null ? [] : [[name, steps]]))),
    places: read.map(({ place }) => place),
    units: read.map(({ unit }) => unit),
  }
}

/** The texts of a point, in the order of the space. */
export function textsAt({ space, units }: StudyParameters, point: Float64Array): string[] {
  const values: ParameterValues = valuesAt(space, point)
  return space.map(({ name }, k) => {
    const value = values[name]!
    return typeof value === 'string' ? value : textOf(value, units[k]!)
  })
}

function textOf(value: number, { suffix, ends }: Unit): string {
  return ends.get(value) ?? `${toText(decimalOfNumber(Number(value.toPrecision(4))))}${suffix}`
}

function readPlace(name: string, source: Tree, report: Report): Path | null {
  const refuse = (must: string, hint: string): null => {
    report.add('study.parameter', ['study', 'parameters', name], `${must}, was ${name}`, hint)
    return null
  }
  const root = /^[^.[]*/.exec(name)![0]
  if (!VARIED.includes(root) || SHARED.test(name))
    return refuse(
      `a parameter must be a scalar of ${VARIED.join(', ')} that is not about the data`,
      guess(root, VARIED, 'vary what the book decides by; data and instruments are the same in every cell'),
    )
  const place = placeOf(source, name)
  if (place === null || nodeAt(source, place).kind !== 'scalar')
    return refuse(
      'a parameter must be the path of one value that stands in this book',
      'write the value in the book first, and its path with dots, such as policy.trackingError',
    )
  return place
}

const KINDS = ['linear', 'log', 'integer', 'among'] as const
const WRITTEN = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?) *(%|bps?|ms|s|m|h|d|w|y)?$/i

function readRange(
  name: string,
  text: ParameterDraft,
  report: Report,
): { readonly parameter: Space[number]; readonly unit: Unit } | null {
  const refuse = (message: string, hint: string): null => {
    report.add('study.range', ['study', 'parameters', name], message, hint)
    return null
  }
  const given = KINDS.filter((kind) => kind in text)
  const [kind] = given
  if (kind === undefined || given.length > 1)
    return refuse(
      `must have one of ${KINDS.join(', ')}, was ${given.join(' and ') || 'none'}`,
      'write such as { log: [0.5%, 5%], steps: 6 }, or { among: [edge, target] }',
    )
  const texts = (text[kind] ?? []).filter((each) => each !== undefined)
  if (kind === 'among')
    return { parameter: { kind: 'choice', name, options: texts }, unit: { suffix: '', ends: new Map() } }
  const found = texts.map((each) => WRITTEN.exec(each))
  const suffixes = new Set(found.map((each) => each?.[2] ?? ''))
  if (texts.length !== 2 || found.includes(null) || suffixes.size !== 1)
    return refuse(
      `a range must be [from, to], two numbers in one unit, was [${texts.map(shown).join(', ')}]`,
      'write both ends alike, such as [0.5%, 5%] or [10d, 90d]; for words use `among`',
    )
  const [from, to] = found.map((each) => Number(each![1])) as [number, number]
  return {
    parameter: { kind, name, from, to },
    unit: { suffix: [...suffixes][0]!, ends: new Map([from, to].map((end, k) => [end, texts[k]!])) },
  }
}

function readSteps(
  name: string,
  text: ParameterDraft,
  { report, stepped }: { readonly report: Report; readonly stepped: boolean },
): number | null {
  const path = ['study', 'parameters', name, 'steps']
  if (text.steps === undefined) return null
  if (stepped && !('among' in text)) return Number(text.steps)
  report.add(
    'study.steps',
    path,
    `must be of a range in a grid, was of ${stepped ? 'stated values, which are all tried' : 'a search without steps'}`,
    'remove it',
  )
  return null
}
