/** Running a study: threads, the order of completion, breaking off and going on. */
import { copyFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { makeRandom } from '../../../src/core/base/random.ts'
import { judgeStudy } from '../../../src/core/sim/study.ts'
import type { CellRun } from '../../../src/core/sim/study-types.ts'
import { type OpenedStudy, openStudy } from '../../../src/shell/files/study.ts'
import { openStudyResults } from '../../../src/shell/files/study-results.ts'
import { type CellQueue, openThreads } from '../../../src/shell/workers/cell-queue.ts'
import { runStudy } from '../../../src/shell/workers/study-run.ts'
import { runCell } from '../../../src/wire/study-cell.ts'
import { ROOT } from '../../repository/source.ts'
import { emptyFolder } from '../cli/terminal.ts'

const BOOK = readFileSync(join(ROOT, 'test/errors/study.yaml'), 'utf8')
const GRID = BOOK
const EVOLVED = BOOK.replace('search: { kind: grid }', 'search: { kind: cmaEs, cells: 18 }').replace(', steps: 3', '')

function opened(text: string): OpenedStudy {
  const folder = emptyFolder()
  writeFileSync(join(folder, 'book.yaml'), text)
  copyFileSync(join(ROOT, 'test/errors/BTC.csv'), join(folder, 'BTC.csv'))
  const now = Date.UTC(2026, 2, 2)
  const read = openStudy(join(folder, 'book.yaml'), { from: null, to: null, now, onFile: () => {} })
  if (!read.ok) throw new Error(read.error[0]!.message)
  return read.value
}

/** Runs in this thread and completes in an order of its own; many at once where the study lets it. */
function shuffled({ study }: OpenedStudy, seed: string): CellQueue & { readonly most: () => number } {
  const random = makeRandom(seed)
  let [under, most] = [0, 0]
  return {
    width: 4,
    submit: async (texts) => {
      most = Math.max(most, ++under)
      await setTimeout(10 * random.uniform())
      under--
      return runCell(study.task, texts, null)
    },
    close: async () => {},
    most: () => most,
  }
}

async function run(
  asked: OpenedStudy,
  path: string,
  queue: CellQueue,
  stopAt = Number.POSITIVE_INFINITY,
): Promise<readonly CellRun[] | null> {
  const results = openStudyResults(path, asked.hashes)
  if (!results.ok) throw new Error(results.error[0]!.message)
  const stop = new AbortController()
  try {
    return await runStudy(asked.study, {
      queue,
      results: results.value,
      watch: { signal: stop.signal, onCell: (done) => (done >= stopAt ? stop.abort() : undefined) },
    })
  } finally {
    results.value.close()
    await queue.close()
  }
}

const bytes = (path: string): string => readFileSync(path, 'utf8')

describe('running a study', () => {
  test('[STUDY-15] one thread, two threads and this thread give the same cells and the same bytes', async () => {
    const asked = opened(GRID)
    const folder = emptyFolder()
    const path = (name: string): string => join(folder, name)
    const here = await run(asked, path('here'), shuffled(asked, 'here'))
    expect(here).toHaveLength(6)
    for (const threads of [1, 2])
      expect(await run(asked, path(`${threads}`), openThreads(asked.study.task, threads))).toEqual(here)
    expect([bytes(path('1')), bytes(path('2'))]).toEqual([bytes(path('here')), bytes(path('here'))])
  })

  test.each([
    ['a grid', GRID],
    ['CMA-ES', EVOLVED],
  ])('[STUDY-16] %s is the same study whatever order its cells are completed in', async (_, text) => {
    const asked = opened(text)
    const folder = emptyFolder()
    const queues = ['a', 'b', 'c'].map((seed) => shuffled(asked, seed))
    const runs = []
    for (const [k, queue] of queues.entries()) runs.push(await run(asked, join(folder, `${k}`), queue))
    expect(queues.every((queue) => queue.most() > 1)).toBe(true)
    expect(runs[1]).toEqual(runs[0])
    expect(runs[2]).toEqual(runs[0])
    expect(bytes(join(folder, '1'))).toBe(bytes(join(folder, '0')))
  })

  test.each([
    ['a grid', GRID],
    ['CMA-ES', EVOLVED],
  ])('[STUDY-17] %s that is broken off and gone on with, twice, is what one go gives', async (_, text) => {
    const asked = opened(text)
    const folder = emptyFolder()
    const [whole, parts] = [join(folder, 'whole'), join(folder, 'parts')]
    const inOneGo = await run(asked, whole, shuffled(asked, 'whole'))
    for (const stopAt of [2, 4]) expect(await run(asked, parts, shuffled(asked, `${stopAt}`), stopAt)).toBeNull()
    expect(bytes(whole).startsWith(bytes(parts))).toBe(true)
    expect(bytes(parts).split('\n').length).toBeGreaterThan(3)
    expect(await run(asked, parts, shuffled(asked, 'rest'))).toEqual(inOneGo)
    expect(bytes(parts)).toBe(bytes(whole))
  })

  test('[STUDY-18] a last line without its end is dropped, what was cut off is run again, and nothing is run twice', async () => {
    const asked = opened(GRID)
    const folder = emptyFolder()
    const [whole, cut] = [join(folder, 'whole'), join(folder, 'cut')]
    const inOneGo = await run(asked, whole, shuffled(asked, 'whole'))
    const text = bytes(whole)
    const ends = [...text.matchAll(/\n/g)].map(({ index }) => index)
    for (const length of [10, ends[0]! + 1, ends[2]! + 30, text.length - 1]) {
      copyFileSync(whole, cut)
      truncateSync(cut, length)
      let submitted = 0
      const queue = shuffled(asked, 'rest')
      const counted: CellQueue = {
        ...queue,
        submit: (texts) => {
          submitted++
          return queue.submit(texts)
        },
      }
      expect(await run(asked, cut, counted)).toEqual(inOneGo)
      expect(bytes(cut)).toBe(text)
      expect(submitted).toBe(6 - Math.max(0, ends.filter((end) => end < length).length - 1))
    }
  })

  test('[STUDY-19] the history lies in memory that threads share, and is not copied for them', () => {
    const { history } = opened(GRID).study.task
    for (const column of [history.time, history.open, history.high, history.low, history.close, history.volume])
      expect(column.buffer).toBeInstanceOf(SharedArrayBuffer)
  })

  test('[STUDY-20] comments, layout and how cells are judged change no hash; data and what cells hang on do', () => {
    const { hashes } = opened(GRID)
    expect(opened(`# a note\n${GRID}`).hashes).toEqual(hashes)
    expect(opened(GRID.replace('fee: 5bp, spread: 2bp', 'fee: 5bp, spread: 3bp')).hashes.book).not.toBe(hashes.book)
    for (const [old, other] of [
      ['blocks: 4', 'blocks: 2'],
      ['draws: 1000', 'draws: 2000'],
      ['reach: 50%', 'reach: 40%'],
      ['score: { kind: cost }', 'score: { kind: sharpe }'],
    ] as const)
      expect(opened(GRID.replace(old, other)).hashes, other).toEqual(hashes)
    // A search that is told the scores goes elsewhere by another one.
    const told = opened(EVOLVED).hashes.book
    expect(opened(EVOLVED.replace('score: { kind: cost }', 'score: { kind: sharpe }')).hashes.book).not.toBe(told)
    const shorter = opened(GRID.replace('to: 2026-03-01', 'to: 2026-02-28'))
    expect(shorter.hashes.data).not.toBe(hashes.data)
    expect(shorter.hashes.code).toBe(hashes.code)
  })

  test('[STUDY-15] the judgement is of the cells alone: equal cells, equal bytes', async () => {
    const asked = opened(GRID)
    const folder = emptyFolder()
    const base = runCell(asked.study.task, [], null)
    if (!base.ok) throw new Error('the book is sound')
    const reports = []
    for (const seed of ['a', 'b'])
      reports.push(
        JSON.stringify(
          judgeStudy(asked.study.terms, base.value, (await run(asked, join(folder, seed), shuffled(asked, seed)))!),
        ),
      )
    expect(reports[0]).toBe(reports[1])
    expect(reports[0]).toContain('"ok":true')
  })
})
