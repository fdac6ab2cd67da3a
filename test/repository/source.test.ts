import { stripTypeScriptTypes } from 'node:module'
import { describe, expect, test } from 'vitest'
import { filesUnder, importsOf, scan, withHoles } from './source.ts'

const specifiers = (source: string): (string | null)[] => importsOf(withHoles(source)).map((each) => each.specifier)

describe('the scanner of the guards', () => {
  test.each([
    ["import './a.ts'", ['./a.ts']],
    ["import a from './a.ts'", ['./a.ts']],
    ['import * as a from "./a.ts"', ['./a.ts']],
    ["import type { A } from './a.ts'", ['./a.ts']],
    ["import {\n  a, // from './no.ts'\n  b,\n} from './a.ts'", ['./a.ts']],
    ["import a, { b } from './a.ts'\nimport c from './c.ts'", ['./a.ts', './c.ts']],
    ["export * from './a.ts'", ['./a.ts']],
    ["export * as a from './a.ts'", ['./a.ts']],
    ["export { a } from './a.ts'", ['./a.ts']],
    ["export type { A } from './a.ts'", ['./a.ts']],
    ["const a = await import('./a.ts')", ['./a.ts']],
    ['const a = await import(`./a.ts`)', ['./a.ts']],
    ["const a = await import( /* why */ './a.ts')", ['./a.ts']],
    ["type A = import('./a.ts').A", ['./a.ts']],
    ['const a = await import(name)', [null]],
    ['const a = await import(`./@{name}.ts`)', [null]],
    ["const a = require('./a.cjs')", ['./a.cjs']],
    ["new Worker(new URL('./w.ts', import.meta.url))", ['./w.ts']],
    ["new URL('../data.json', import.meta.url)", []],
    ["// import a from './a.ts'\n/* import './b.ts' */", []],
    ['const text = "import a from \'./a.ts\'"', []],
    ["const text = `import '@{'./a.ts'}'`", []],
    ["export const a = 'from'\nexport const b = { from: 'x' }", []],
    ["export default 'text'", []],
    ["export function f(from = 'x') { return 'y' }", []],
    ['const r = /import("x")/; const q = a / b / c', []],
  ])('[REPO-1] what %j loads', (source, expected) => {
    expect(specifiers(source)).toEqual(expected)
  })

  test('code is kept, comments and quoted texts are blanked, nested templates too', () => {
    const source = withHoles("a /* b */ + 'c' + `d@{e + `f@{g}`}h` // i\n+ /j'k/.test(l) / m")
    const { code, comments, literals } = scan(source)
    expect(code.replace(/\s+/g, ' ')).toBe(withHoles("a + ' ' + ` @{e + ` @{g}`} ` + / /.test(l) / m"))
    expect(code.length).toBe(source.length)
    expect(comments.map((each) => each.text)).toEqual(['/* b */', '// i'])
    expect(literals.map((each) => each.text)).toEqual(['c', 'd@{e + `f@{g}`}h', 'f@{g}'].map(withHoles))
  })

  test('every source of this repository scans to code that balances its brackets', () => {
    // A quote or a regular expression read wrongly swallows brackets; Node's own parser says that the file is sound.
    for (const { path, text } of filesUnder('src', ['.ts'])) {
      expect(() => stripTypeScriptTypes(text), path).not.toThrow()
      const { code } = scan(text)
      for (const [open, close] of ['()', '[]', '{}'].map((pair) => pair.split('')) as [string, string][])
        expect(code.split(open).length, `${path} ${open}${close}`).toBe(code.split(close).length)
    }
  })
})
