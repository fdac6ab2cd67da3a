/**
 * What must not be in a pure world although it compiles: sources of time, chance, place and effects, and ways to reach
 * them unseen. Names of the browser and of Node are the compiler's to refuse, so a local `window` of bars is free to be
 * one. Comments and quoted texts do not count, except directives that pull in types or silence the compiler.
 */
import { importsOf, lineOf, type SourceFile, scan } from './source.ts'

const FORBIDDEN: readonly (readonly [RegExp, string])[] = [
  [/(?<![.\w$])Date\b/g, 'the clock: time is passed in'],
  [/(?<![.\w$])performance\b/g, 'the clock: time is passed in'],
  [/(?<![.\w$])Temporal\b/g, 'the clock: time is passed in'],
  [/\bMath\s*(?:\.\s*random\b|\?\.\s*random\b|\[)/g, 'chance: random draws come from a seed'],
  [/[{,]\s*random\b[^}]*\}\s*=\s*Math\b/g, 'chance: random draws come from a seed'],
  [/(?<![.\w$])crypto\b/g, 'chance: random draws come from a seed'],
  [/(?<![.\w$])Intl\b/g, 'the locale: the same bytes everywhere'],
  [/\.\s*toLocale\w*/g, 'the locale: the same bytes everywhere'],
  [/\.\s*localeCompare\b/g, 'the locale: the same bytes everywhere'],
  [/(?<![.\w$])globalThis\b/g, 'the global object'],
  [/(?<![.\w$])process\b(?!\s*[:?])/g, 'the machine'],
  [/(?<![.\w$])(?:setTimeout|setInterval|setImmediate|queueMicrotask|requestAnimationFrame)\b/g, 'a timer'],
  [/(?<![.\w$])console\b/g, 'output: a value is returned'],
  [/(?<![.\w$])(?:eval|Function)\s*\(/g, 'code made at run time'],
  [/(?<![.\w$])WeakRef\b|(?<![.\w$])FinalizationRegistry\b/g, 'garbage collection is not deterministic'],
  [/\bimport\s*\.\s*meta\b/g, 'the place of the file'],
]

const DIRECTIVE = /^\/\/\/\s*<(?:reference|amd)|^\/\/\s*@ts-(?:ignore|expect-error|nocheck)/

/** One sentence for each thing a pure file must not contain. @param packages names it may import */
export function impuritiesOf(file: SourceFile, packages: readonly string[] = []): readonly string[] {
  const { code, comments } = scan(file.text)
  const found: { line: number; what: string }[] = []
  for (const [pattern, why] of FORBIDDEN)
    for (const match of code.matchAll(pattern))
      found.push({ line: lineOf(file.text, match.index), what: `${match[0].trim()} (${why})` })
  for (const { at, text } of comments)
    if (DIRECTIVE.test(text)) found.push({ line: lineOf(file.text, at), what: `${text} (the compiler's guard)` })
  for (const { line, specifier } of importsOf(file.text)) {
    if (specifier === null) found.push({ line, what: 'a computed import' })
    else if (!specifier.startsWith('.') && !packages.includes(specifier))
      found.push({ line, what: `import ${specifier}` })
  }
  return found.sort((a, b) => a.line - b.line).map(({ line, what }) => `${file.path}:${line}: must not contain ${what}`)
}
