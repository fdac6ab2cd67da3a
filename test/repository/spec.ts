/** The rules of SPEC.md and the tests that name them, read as text. */
import { lineOf, readText, type SourceFile, scan } from './source.ts'

export interface Mention {
  readonly id: string
  /** `path:line` */
  readonly place: string
}

const ID = '[A-Z][A-Z0-9]*-\\d+[a-z]?'

/** Ids of the lines `- **[ID]** sentence.` */
export const rulesOf = ({ path, text }: SourceFile): Mention[] =>
  [...text.matchAll(new RegExp(`^- \\*\\*\\[(${ID})\\]\\*\\* \\S`, 'gm'))].map((match) => ({
    id: match[1]!,
    place: `${path}:${lineOf(text, match.index)}`,
  }))

const NAMES = new RegExp(`^(?:\\[(?:${ID})\\] ?)+`)
const idsOf = (name: string): string[] =>
  [...(NAMES.exec(name)?.[0] ?? '').matchAll(new RegExp(ID, 'g'))].map((match) => match[0])

/** Ids at the start of a quoted text of a test file, or of the title (`# [ID] …`) of a transcript. */
export function namedBy({ path, text }: SourceFile): Mention[] {
  if (path.endsWith('.txt')) {
    const title = /^# (.*)/.exec(text)?.[1] ?? ''
    return idsOf(title).map((id) => ({ id, place: `${path}:1` }))
  }
  return scan(text).literals.flatMap(({ at, text: literal }) =>
    idsOf(literal).map((id) => ({ id, place: `${path}:${lineOf(text, at)}` })),
  )
}

/** One sentence for each rule without a test, test without a rule, and rule that appears twice. */
export function mismatches(rules: readonly Mention[], named: readonly Mention[]): string[] {
  const ruled = new Map<string, string>()
  const found: string[] = []
  for (const { id, place } of rules) {
    const first = ruled.get(id)
    if (first === undefined) ruled.set(id, place)
    else found.push(`${place}: rule ${id} must appear once, was already at ${first}`)
  }
  const tested = new Set(named.map(({ id }) => id))
  for (const [id, place] of ruled)
    if (!tested.has(id)) found.push(`${place}: rule ${id} must have a test whose name starts with [${id}]`)
  const unknown = new Set<string>()
  for (const { id, place } of named) {
    if (!ruled.has(id) && !unknown.has(id)) found.push(`${place}: [${id}] must be a rule of SPEC.md`)
    unknown.add(id)
  }
  return found
}

/** The rules. */
export const specFile = (): SourceFile => ({ path: 'SPEC.md', text: readText('SPEC.md') })
