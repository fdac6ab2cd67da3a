/**
 * The codes of refusals and findings, read from the sources as text. A code is `area.kebab`. It stands as the value of
 * `code:` or as the first argument of `refuse`, `issue`, `add` or `say`. Where a file composes `area.${code}`, the one-word
 * first arguments of those functions in that file are completed with it; what else is composed (`${name}.negative`)
 * is a pattern that documented codes must fill.
 */
import { type SourceFile, scan } from './source.ts'

export interface Codes {
  /** Code → files that use it. */
  readonly used: ReadonlyMap<string, readonly string[]>
  /** Composed codes. */
  readonly patterns: readonly RegExp[]
}

const WORD = '[a-z][a-z0-9]*(?:-[a-z0-9]+)*'
const CODE = new RegExp(`^${WORD}\\.${WORD}$`)
const TAIL = new RegExp(`^${WORD}$`)
const PREFIX = new RegExp(`^(${WORD})\\.\\$\\{\\w+\\}$`)
const COMPOSED = new RegExp(`^(?:${WORD}|\\$\\{\\w+\\})\\.(?:${WORD}|\\$\\{\\w+\\})$`)

/** Where a quote opens as the value of `code:`, also behind the conditions of a choice, or of a constant of codes. */
const VALUE = /\bcode(?:Of\w*)?\s*[:=](?!=)[^,;{}]*$/
const ARGUMENT = /\b(?:refuse|issue|add|say)\(\s*$/
/** `say(tally, severity, 'code'`: the code is not first. */
const LATER_ARGUMENT = /\bsay\([^(),]*,[^(),]*,\s*$/

const placesOf = ({ text }: SourceFile): { text: string; argument: boolean }[] => {
  const { code, literals } = scan(text)
  return literals.flatMap(({ at, text: literal }) => {
    const before = code.slice(Math.max(0, at - 240), at)
    const argument = ARGUMENT.test(before) || LATER_ARGUMENT.test(before)
    return argument || VALUE.test(before) ? [{ text: literal, argument }] : []
  })
}

export function codesOf(files: readonly SourceFile[]): Codes {
  const used = new Map<string, string[]>()
  const patterns = new Map<string, RegExp>()
  for (const file of files) {
    const places = placesOf(file)
    const note = (code: string): void => void used.set(code, [...(used.get(code) ?? []), file.path])
    const prefix = places.flatMap(({ text }) => PREFIX.exec(text)?.[1] ?? [])[0]
    for (const { text, argument } of places) {
      if (CODE.test(text)) note(text)
      else if (prefix !== undefined && argument && TAIL.test(text)) note(`${prefix}.${text}`)
      else if (COMPOSED.test(text) && !PREFIX.test(text))
        patterns.set(text, new RegExp(`^${text.replace('.', '\\.').replaceAll(/\$\{\w+\}/g, WORD)}$`))
    }
  }
  return { used, patterns: [...patterns.values()] }
}

/** Codes of the first column of the tables of docs/errors.md, in order. */
export const documentedIn = (document: string): string[] =>
  [...document.matchAll(/^\| `([^`]+)` \|[^|]+\|[^|]+\|$/gm)].map((match) => match[1]!)

/** One sentence for each difference between what is used, what is documented and what is reproduced. */
export function disagreements(
  { used, patterns }: Codes,
  lists: { readonly documented: readonly string[]; readonly reproduced: readonly string[] },
): string[] {
  const found: string[] = []
  for (const [name, list] of Object.entries(lists))
    for (const code of list.filter((each, index) => list.indexOf(each) !== index))
      found.push(`${code} must be ${name} once`)
  const documented = new Set(lists.documented)
  const reproduced = new Set(lists.reproduced)
  for (const [code, files] of used) if (!documented.has(code)) found.push(`${code} of ${files[0]} must be documented`)
  for (const pattern of patterns)
    if (!lists.documented.some((code) => pattern.test(code)))
      found.push(`a code like ${pattern.source} must be documented`)
  for (const code of documented) {
    if (!used.has(code) && !patterns.some((pattern) => pattern.test(code)))
      found.push(`${code} is documented but not used`)
    if (!reproduced.has(code)) found.push(`${code} must be reproduced`)
  }
  for (const code of reproduced) if (!documented.has(code)) found.push(`${code} is reproduced but not documented`)
  return found
}
