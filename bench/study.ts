/** A study of a thousand books over two months of days, on one thread and on two: threads and reading included, judgement apart. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { judgeStudy } from '../src/core/sim/study.ts'
import { type OpenedStudy, openStudy } from '../src/shell/files/study.ts'
import { openStudyResults } from '../src/shell/files/study-results.ts'
import { openThreads } from '../src/shell/workers/cell-queue.ts'
import { runStudy } from '../src/shell/workers/study-run.ts'
import { runCell } from '../src/wire/study-cell.ts'
import { answered, measure, report, section } from './measure.ts'

const EXAMPLES = fileURLToPath(new URL('../examples/', import.meta.url))
const CELLS = 1000

/** The example with random cells, over its last two months. */
function openExample(folder: string): OpenedStudy {
  const text = readFileSync(join(EXAMPLES, 'study.yaml'), 'utf8')
    .replaceAll('history/', `${EXAMPLES}history/`)
    .replace('from: 2025-06-01', 'from: 2026-01-01')
    .replace('{ kind: grid }', `{ kind: random, cells: ${CELLS} }`)
    .replaceAll(/, steps: \d+/g, '')
    .replace('train: 120d, test: 30d', 'train: 30d, test: 10d')
  const path = join(folder, 'book.yaml')
  writeFileSync(path, text)
  return answered(openStudy(path, { from: null, to: null, now: Date.now(), onFile: () => {} }))
}

export async function benchStudy(): Promise<void> {
  section(`a study of ${CELLS} books, 5 coins, 60 days`)
  const folder = mkdtempSync(join(tmpdir(), 'equipoise-bench-'))
  try {
    const opened = openExample(folder)
    const { study, hashes } = opened
    const timed: number[] = []
    let runs: Awaited<ReturnType<typeof runStudy>> = null
    for (const threads of [1, 2]) {
      const results = answered(openStudyResults(join(folder, `${threads}.jsonl`), hashes))
      const start = performance.now()
      const queue = openThreads(study.task, threads)
      const watch = { signal: new AbortController().signal, onCell: () => {} }
      runs = await runStudy(study, { queue, results, watch })
      const ms = performance.now() - start
      await queue.close()
      results.close()
      timed.push(ms)
      const note = threads === 1 ? '' : `${(timed[0]! / ms).toPrecision(3)} × as fast as one`
      report(`${threads} thread${threads === 1 ? '' : 's'}`, { median: ms, least: ms, most: ms, runs: 1 }, note)
    }
    const base = answered(runCell(study.task, [], null))
    report(
      'its judgement',
      measure(() => answered(judgeStudy(study.terms, base, runs!)), { warm: 0, runs: 1 }),
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
