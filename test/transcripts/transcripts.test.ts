/** Command lines as people type them, with the screens they get. UPDATE=1 rewrites what is printed. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { needsShared, parseTranscript, play, sharedIsHere, updating } from '../errors/transcript.ts'
import { filesUnder, ROOT } from '../repository/source.ts'

const FOLDER = join(ROOT, 'test/transcripts')
const transcripts = filesUnder('test/transcripts', ['.txt']).map(({ path, text }) => ({
  path,
  transcript: parseTranscript(text),
}))

describe('transcripts', () => {
  for (const { path, transcript } of transcripts) {
    // On the machine that decides, absent data is a failure; in a user's clone it is none.
    const skipped = needsShared(transcript) && !sharedIsHere() && process.env.CI === undefined
    test.skipIf(skipped)(
      `${transcript.title}${skipped ? ' (the reference data is not beside this checkout)' : ''}`,
      async () => {
        const actual = await play(transcript, FOLDER)
        if (updating()) writeFileSync(join(ROOT, path), actual)
        else expect(actual).toBe(readFileSync(join(ROOT, path), 'utf8'))
      },
    )
  }

  test('there are transcripts, and each has a title', () => {
    expect(transcripts.length).toBeGreaterThan(0)
    for (const { path, transcript } of transcripts) expect(transcript.title, path).not.toBe('')
  })
})
