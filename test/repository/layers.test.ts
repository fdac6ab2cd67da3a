import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readLayerTable, violationsOf, type World } from './layers.ts'
import { filesUnder, ROOT, readText } from './source.ts'

const dependencies = new Set(
  Object.keys((JSON.parse(readText('package.json')) as { dependencies: Record<string, string> }).dependencies),
)
const table = readLayerTable(readText('ARCHITECTURE.md'))

describe('layers', () => {
  test('[REPO-2] no import climbs the layer table of ARCHITECTURE.md', () => {
    const files = filesUnder('src', ['.ts', '.tsx'])
    expect(files.length).toBeGreaterThan(0)
    expect(files.flatMap((file) => violationsOf(file, table, dependencies))).toEqual([])
  })

  test('[REPO-3] the layer table names every world and folder there is, and no other', () => {
    const worlds = readdirSync(join(ROOT, 'src')).map((name) => `src/${name}`)
    expect(table.map((world) => world.path).sort()).toEqual(worlds.sort())
    for (const world of table.filter(({ order }) => order.length > 0)) {
      const entries = readdirSync(join(ROOT, world.path), { withFileTypes: true })
      const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
      const listed = world.order.filter((name) => !name.endsWith('.ts'))
      expect(listed.toSorted(), world.path).toEqual(folders.toSorted())
      for (const name of world.order) expect(existsSync(join(ROOT, world.path, name)), name).toBe(true)
    }
  })

  const small: readonly World[] = readLayerTable(
    [
      '# Some document',
      '| world | may import | packages | folders, bottom first |',
      '|---|---|---|---|',
      '| `src/core` | — | — | `base` → `sizing` |',
      '| `src/wire` | `src/core` | `zod` | — |',
      '| `src/shell` | `src/core`, `src/wire` | `dependencies`, `node` | `cli` → `main.ts` |',
      '',
      '| another | table |',
    ].join('\n'),
  )
  const violations = (path: string, text: string): readonly string[] =>
    violationsOf({ path, text }, small, new Set(['zod', 'yaml']))

  test.each([
    ['src/core/base/a.ts', "import { b } from '../sizing/b.ts'", 'below it, by base'],
    ['src/core/base/a.ts', "export * from '../sizing/b.ts'", 'below it, by base'],
    ['src/core/base/a.ts', "const b = await import('../sizing/b.ts')", 'below it, by base'],
    ['src/core/base/a.ts', "import type { B } from '../index.ts'", 'below it, by base'],
    ['src/core/base/a.ts', "import { b } from '../../wire/b.ts'", 'must not be imported by src/core'],
    ['src/core/base/a.ts', "import { z } from 'zod'", 'not a package of its row'],
    ['src/core/base/a.ts', "import 'node:fs'", 'no Node there'],
    ['src/core/base/a.ts', "import fs from 'fs'", 'must be a run-time dependency'],
    ['src/core/base/a.ts', 'const b = await import(name)', 'must name what it imports'],
    ['src/core/maths/a.ts', '', 'folder maths must be in the row'],
    ['src/wire/a.ts', "import { b } from '../shell/cli/b.ts'", 'must not be imported by src/wire'],
    ['src/wire/a.ts', "import { parse } from 'yaml'", 'not a package of its row'],
    ['src/shell/cli/a.ts', "import { b } from '../main.ts'", 'below it, by cli'],
    ['src/shell/main.ts', "import fc from 'fast-check'", 'must be a run-time dependency'],
    ['src/shell/main.ts', "import json from '../../package.json'", 'must stay inside the worlds'],
    ['src/other/a.ts', '', 'must be in a world'],
  ])('[REPO-2] %s with %j is refused', (path, text, sentence) => {
    expect(violations(path, text)).toHaveLength(1)
    expect(violations(path, text)[0]).toContain(sentence)
  })

  test.each([
    ['src/core/sizing/a.ts', "import { b } from '../base/b.ts'\nimport { c } from './c.ts'"],
    ['src/core/index.ts', "export * from './sizing/b.ts'"],
    [
      'src/wire/a.ts',
      "import { z } from 'zod/mini'\nimport { b } from '../core/base/b.ts'\nimport { c } from './c.ts'",
    ],
    ['src/shell/cli/a.ts', "import 'node:fs'\nimport { parse } from 'yaml'\nimport { b } from '../../wire/b.ts'"],
    ['src/shell/main.ts', "import { b } from './cli/b.ts'"],
  ])('[REPO-2] %s with %j is accepted', (path, text) => {
    expect(violations(path, text)).toEqual([])
  })

  test('[REPO-2] a document without the table is refused', () => {
    expect(() => readLayerTable('# Architecture')).toThrow('layer table')
  })
})
