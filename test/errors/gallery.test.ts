/** The gallery of refusals: for each code one book or command that gets it, with all that is printed then. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { filesUnder, ROOT } from '../repository/source.ts'
import { LIBRARY } from './library.ts'
import { parseTranscript, play, splitCommand, updating } from './transcript.ts'

const seen = new Set<string>()

// Codes are not printed, so the two doors they leave through are watched.
vi.mock('../../src/shell/cli/issues.ts', async (original) => {
  const real = await original<typeof import('../../src/shell/cli/issues.ts')>()
  const printIssues: typeof real.printIssues = (issues, ...rest) => {
    for (const { code } of issues) seen.add(code)
    real.printIssues(issues, ...rest)
  }
  return { ...real, printIssues }
})
vi.mock('../../src/shell/files/candle-findings.ts', async (original) => {
  const real = await original<typeof import('../../src/shell/files/candle-findings.ts')>()
  const inspectCandles: typeof real.inspectCandles = (...given) => {
    const findings = real.inspectCandles(...given)
    for (const { code } of findings) seen.add(code)
    return findings
  }
  return { ...real, inspectCandles }
})

const FOLDER = join(ROOT, 'test/errors/cases')
const cases = filesUnder('test/errors/cases', ['.txt']).map(({ path }) => path.slice(path.lastIndexOf('/') + 1))

describe('the gallery of refusals', () => {
  beforeEach(() => seen.clear())

  test.each(cases)('[REPO-10] %s gets its code and prints what it says', async (name) => {
    const path = join(FOLDER, name)
    const text = readFileSync(path, 'utf8')
    const actual = await play(parseTranscript(text), join(ROOT, 'test/errors'))
    expect([...seen]).toContain(name.replace(/\.txt$/, ''))
    if (updating()) writeFileSync(path, actual)
    else expect(actual).toBe(text)
  })

  test.each(Object.entries(LIBRARY))(
    '[REPO-10] %s, which only a caller of the library can get',
    (code, { refused, reads }) => {
      const issues = refused()
      expect(issues.map((each) => each.code)).toContain(code)
      const issue = issues.find((each) => each.code === code)!
      expect(`${issue.path}: ${issue.message}; ${issue.hint}`).toBe(reads)
    },
  )
})

describe('transcripts', () => {
  test.each([
    ["equipoise plan --policy 'band weight 10% edge'", ['plan', '--policy', 'band weight 10% edge']],
    ['equipoise size SOL buy --base "5%"', ['size', 'SOL', 'buy', '--base', '5%']],
  ])('%s is split as a shell would', (command, words) => {
    expect(splitCommand(command)).toEqual(words)
  })

  test('what was expected does not matter for what is printed', async () => {
    const text = '# a title\n$ equipoise --version\nnot this\n>>> exit 3\n'
    const version = (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version
    expect(await play(parseTranscript(text), FOLDER)).toBe(`# a title\n$ equipoise --version\n${version}\n>>> exit 0\n`)
  })

  test.each([
    ['no command', '# a title\n', 'must have a command'],
    ['another program', '$ rm x\n', 'must start with equipoise'],
    ['an unknown kind of file', '--- a magic\n$ equipoise\n', 'like, hex, gzip, times or sparse'],
    [
      'a change that does not fit',
      '--- a.yaml like sound.yaml\nno such text => x\n$ equipoise\n',
      'must have "no such text" once',
    ],
  ])('a transcript with %s is refused', async (_, text, message) => {
    await expect(async () => play(parseTranscript(text), join(ROOT, 'test/errors'))).rejects.toThrow(message)
  })
})
