/** A study of a thousand books over two months of days, on one thread and on two, once the threads have compiled what they run. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { judgeStudy } from '../src/core/sim/study.ts'
import type { StudyTerms } from '../src/core/sim/study-types.ts'
import { type OpenedStudy, openStudy } from '../src/shell/files/study.ts'
import { openStudyResults } from '../src/shell/files/study-results.ts'
import { type CellQueue, openThreads } from '../src/shell/workers/cell-queue.ts'
import { runStudy } from '../src/shell/workers/study-run.ts'
import { runCell } from '../src/wire/study-cell.ts'
import { answered, measure, report, section, timingOf } from './measure.ts'

const EXAMPLES = fileURLToPath(new URL('../examples/', import.meta.url))
const PARTS = 5
const CELLS = 200
/** Cells after which a thread has compiled what it runs. */
const WARM = 250

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
  section(`a study of ${PARTS * CELLS} books, 5 coins, 60 days, in ${PARTS} parts`)
  const folder = mkdtempSync(join(tmpdir(), 'equipoise-bench-'))
  const { study, hashes } = openExample(folder)
  const queues = [openThreads(study.task, 1), openThreads(study.task, 2)]
  const run = async (queue: CellQueue, part: number, cells: number) => {
    const terms: StudyTerms = { ...study.terms, seed: `part ${part}`, search: { kind: 'random', cells } }
    const results = answered(openStudyResults(join(folder, `${queue.width}-${part}.jsonl`), hashes))
    const [start, used] = [performance.now(), process.cpuUsage()]
    const watch = { signal: new AbortController().signal, onCell: () => {} }
    const runs = await runStudy({ ...study, terms }, { queue, results, watch })
    results.close()
    const { user, system } = process.cpuUsage(used)
    return { ms: performance.now() - start, processor: user + system, runs: runs! }
  }
  try {
    for (const queue of queues) await run(queue, 0, WARM * queue.width)
    // Part by part in turn, so that what else the machine does meets both alike.
    const parts: Awaited<ReturnType<typeof run>>[][] = []
    for (let part = 1; part <= PARTS; part++) {
      const both = []
      for (const queue of queues) both.push(await run(queue, part, CELLS))
      parts.push(both)
    }
    const timings = [0, 1].map((place) => timingOf(parts.map((both) => both[place]!.ms)))
    const ratio = timingOf(parts.map(([one, two]) => one!.ms / two!.ms)).median
    report(`${CELLS} books, 1 thread`, timings[0]!)
    // Where other work takes turns with the threads, this says what they would do by themselves.
    const processor = timingOf(parts.map(([one, two]) => two!.processor / one!.processor)).median
    const note = `${ratio.toPrecision(3)} × as fast as one, for ${processor.toPrecision(3)} × its processor time`
    report(`${CELLS} books, 2 threads`, timings[1]!, note)
    const base = answered(runCell(study.task, [], null))
    const all = parts.flatMap(([one], part) => one!.runs.map((each) => ({ ...each, cell: part * CELLS + each.cell })))
    const judgement = measure(() => answered(judgeStudy(study.terms, base, all)), { warm: 0, runs: 3 })
    report(`judgement of ${all.length}`, judgement)
  } finally {
    for (const queue of queues) await queue.close()
    rmSync(folder, { recursive: true, force: true })
  }
}
