import { describe, expect, test } from 'vitest'
import { LIBRARY } from '../errors/library.ts'
import { codesOf, disagreements, documentedIn } from './codes.ts'
import { filesUnder, readText, withHoles } from './source.ts'

describe('codes of refusals', () => {
  test('[REPO-9] each code of the sources has one line in docs/errors.md and one reproducer, and none has them without', () => {
    const cases = filesUnder('test/errors/cases', ['.txt']).map(({ path }) => path.replace(/^.*\/|\.txt$/g, ''))
    const lists = {
      documented: documentedIn(readText('docs/errors.md')),
      reproduced: [...cases, ...Object.keys(LIBRARY)],
    }
    const codes = codesOf(filesUnder('src', ['.ts']))
    expect(codes.used.size).toBeGreaterThan(0)
    expect(disagreements(codes, lists)).toEqual([])
  })

  const read = (text: string): { used: string[]; patterns: string[] } => {
    const { used, patterns } = codesOf([{ path: 'src/a.ts', text: withHoles(text) }])
    return { used: [...used.keys()], patterns: patterns.map((each) => each.source) }
  }
  const NAME = '[a-z][a-z0-9]*(?:-[a-z0-9]+)*'

  test.each([
    ["refuse('a.b-c', 'targets.SOL', 'must be', 'do')", ['a.b-c'], []],
    ["issues.push({\n  code: 'a.b',\n  path: 'limits.gross' })", ['a.b'], []],
    ["report.add(\n  'a.b', path)", ['a.b'], []],
    ["const code = x === null ? 'a.b' : y ? 'a.c' : 'a.d'", ['a.b', 'a.c', 'a.d'], []],
    ["const issue = (code) => ({ code: `a.@{code}` })\nissue('b', 'path')\nissue('c')", ['a.b', 'a.c'], []],
    ["refuse(`@{name}.negative`, 'x')", [], [`^${NAME}\\.negative$`]],
    ["if (issue.code !== 'a.b') return 'c.d'", [], []],
    ["// code: 'a.b'\nopen('book.yaml')", [], []],
  ])('[REPO-9] what %j uses', (text, used, patterns) => {
    expect(read(text)).toEqual({ used, patterns })
  })

  test.each([
    [['a.b'], ['a.b'], []],
    [[], [], ['a.b of src/a.ts must be documented']],
    [['a.b'], [], ['a.b must be reproduced']],
    [['a.b'], ['a.b', 'a.b'], ['a.b must be reproduced once']],
    [['a.b', 'a.b'], ['a.b'], ['a.b must be documented once']],
    [['a.b', 'a.c'], ['a.b', 'a.c'], ['a.c is documented but not used']],
    [['a.b'], ['a.b', 'a.c'], ['a.c is reproduced but not documented']],
  ])('[REPO-9] documented %j and reproduced %j', (documented, reproduced, expected) => {
    expect(
      disagreements(codesOf([{ path: 'src/a.ts', text: "refuse('a.b', '')" }]), { documented, reproduced }),
    ).toEqual(expected)
  })

  test('[REPO-9] a composed code must have an instance', () => {
    const codes = codesOf([{ path: 'src/a.ts', text: withHoles("refuse(`@{name}.zero`, '')") }])
    expect(disagreements(codes, { documented: [], reproduced: [] })).toHaveLength(1)
    expect(disagreements(codes, { documented: ['lot.zero'], reproduced: ['lot.zero'] })).toEqual([])
  })
})
