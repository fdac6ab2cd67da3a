import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { impuritiesOf } from './purity.ts'
import { filesUnder, ROOT, scan, withHoles } from './source.ts'

describe('purity', () => {
  test('[REPO-4] src/core knows no clock, chance, locale, global object, timer, output or package', () => {
    const files = filesUnder('src/core', ['.ts'])
    expect(files.length).toBeGreaterThan(0)
    expect(files.flatMap((file) => impuritiesOf(file))).toEqual([])
  })

  test('[REPO-5] src/wire does no IO and imports core, zod and yaml alone', () => {
    const files = filesUnder('src/wire', ['.ts'])
    expect(files.flatMap((file) => impuritiesOf(file, ['zod', 'zod/mini', 'yaml']))).toEqual([])
  })

  test('[REPO-6] src/shell/main.ts alone reads the process: arguments, environment, folder, terminal', () => {
    const readers = filesUnder('src/shell', ['.ts'])
      .filter(({ text }) => /(?<![.\w$])process\b(?!\s*\.\s*pid\b)/.test(scan(text).code))
      .map(({ path }) => path)
    expect(readers).toEqual(['src/shell/main.ts'])
  })

  test.each([
    'const now = Date.now()',
    'const now = new Date()',
    'const now = performance.now()',
    'const x = Math.random()',
    'const x = Math . random ()',
    "const x = Math['random']()",
    'const { random } = Math',
    'crypto.getRandomValues(bytes)',
    'new Intl.NumberFormat()',
    'x.toLocaleString()',
    'x.toLocaleUpperCase()',
    'a.localeCompare(b)',
    'globalThis.x = 1',
    'process.env.HOME',
    'setTimeout(f, 1)',
    "console.log('x')",
    "eval('1')",
    "new Function('return this')()",
    'import.meta.url',
    "import 'node:fs'",
    "import { z } from 'zod'",
    "export * from 'decimal.js'",
    "const fs = await import('node:fs')",
    "const fs = require('fs')",
    'const x = await import(name)',
    '/// <reference types="node" />',
    '// @ts-ignore\nconst x = 1',
    'const text = `@{Date.now()}`',
  ])('[REPO-4] %j is refused', (text) => {
    expect(impuritiesOf({ path: 'a.ts', text: withHoles(text) })).not.toEqual([])
  })

  test.each([
    '// Date.now() is passed in\n/* Math.random, process.env, import "zod" */',
    "const text = 'Date.now() and Math.random() in console'",
    'const text = `Intl @{x} setTimeout`',
    'interface A { readonly window: number; process: string }',
    'const x = Math.sqrt(2)',
    'const asOf: Instant = inputs.performance',
    'const dated = history.fetch(1)',
    "import { a } from '../base/decimal.ts'",
  ])('[REPO-4] %j is accepted', (text) => {
    expect(impuritiesOf({ path: 'a.ts', text: withHoles(text) })).toEqual([])
  })
})

describe('the compiler guards core', () => {
  const IMPURE: Readonly<Record<string, string>> = {
    'node-import.ts': "import 'node:fs'\nexport const a = 1\n",
    'node-names.ts': "import { readFileSync } from 'node:fs'\nexport const a = readFileSync\n",
    'node-bare.ts': "import { readFileSync } from 'fs'\nexport const a = readFileSync\n",
    'node-dynamic.ts': "export const a = await import('node:fs')\n",
    'document.ts': 'export const a = document.title\n',
    'window.ts': 'export const a = window\n',
    'process.ts': 'export const a = process.env\n',
    'buffer.ts': "export const a = Buffer.from('a')\n",
    'console.ts': "console.log('a')\nexport const a = 1\n",
    'timer.ts': 'export const a = setTimeout(() => 1, 1)\n',
    'fetch.ts': "export const a = fetch('a')\n",
  }
  const PURE = 'pure.ts'
  // Two folders below the root like src/core, so that `extends` and the package look-up are those of core.
  const build = join(ROOT, 'build')
  let folder = ''
  let output = ''

  beforeAll(async () => {
    mkdirSync(build, { recursive: true })
    folder = mkdtempSync(join(build, 'core-'))
    cpSync(join(ROOT, 'src/core/tsconfig.json'), join(folder, 'tsconfig.json'))
    for (const [name, text] of Object.entries(IMPURE)) writeFileSync(join(folder, name), text)
    writeFileSync(join(folder, PURE), 'export const a = Math.sqrt(2)\n')
    const out = join(folder, 'out')
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
    output = await new Promise((resolve) => {
      execFile(process.execPath, [tsc, '-p', folder, '--outDir', out, '--pretty', 'false'], (_, stdout, stderr) =>
        resolve(stdout + stderr),
      )
    })
  }, 60_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test.each(Object.keys(IMPURE))('[REPO-7] %s does not compile under the settings of core', (name) => {
    expect(output).toMatch(new RegExp(`(^|/)${name.replace('.', '\\.')}\\(\\d+,\\d+\\): error TS`, 'm'))
  })

  test('[REPO-7] a pure file compiles under the same settings', () => {
    expect(output).not.toContain(PURE)
  })
})
