import { expect, test, vi } from 'vitest'
import { parseTranscript, play } from '../errors/transcript.ts'
import { ROOT, readText } from './source.ts'

// A checkout need not be built: the names of the package stand for its sources.
vi.mock('equipoise', () => import('../../src/core/index.ts'))
vi.mock('equipoise/wire', () => import('../../src/wire/index.ts'))

test('[REPO-11] the library example runs, and the README shows it as it is', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  await import('../../examples/library.ts')
  const printed = log.mock.calls.map((words) => words.join(' '))
  log.mockRestore()
  expect(printed).toEqual([
    'buy 32.36 SOL',
    'SOL carries 7.1 of the 9.9 points of tracking error',
    'BTC hedges the others: it takes 0.3 points of tracking error away',
  ])
  const code = readText('examples/library.ts').split('\n').slice(1).join('\n').trim()
  expect(readText('README.md')).toContain(code)
})

test('[REPO-12] the README shows the first screen as it is printed', async () => {
  const played = await play(parseTranscript('$ equipoise demo\n'), ROOT)
  const screen = played.slice(played.indexOf('\n') + 1, played.lastIndexOf('>>> exit 0'))
  expect(screen).not.toBe('')
  expect(readText('README.md')).toContain(`\`\`\`text\n${screen}\`\`\``)
})

test('[REPO-13] the book of the README is planned as it stands', async () => {
  const book = /```yaml\n(.*?)```/s.exec(readText('README.md'))?.[1]
  const played = await play(parseTranscript(`--- book.yaml\n${book}$ equipoise plan\n`), ROOT)
  expect(played).toContain('buy 32.36 SOL for 5,177.60 USD')
  expect(played).toMatch(/>>> exit 0\n$/)
})
