import { expect, test, vi } from 'vitest'
import { readText } from './source.ts'

// A checkout need not be built: the names of the package stand for its sources.
vi.mock('equipoise', () => import('../../src/core/index.ts'))
vi.mock('equipoise/wire', () => import('../../src/wire/index.ts'))

test('[REPO-11] the library example runs, and the README shows it as it is', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  await import('../../examples/library.ts')
  const printed = log.mock.calls.map((words) => words.join(' '))
  log.mockRestore()
  expect(printed).toEqual(['buy 32.36 SOL'])
  const code = readText('examples/library.ts').split('\n').slice(1).join('\n').trim()
  expect(readText('README.md')).toContain(code)
})
