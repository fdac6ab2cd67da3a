import { describe, expect, test } from 'vitest'
import { runBacktest } from '../../src/core/sim/backtest.ts'
import { reportRun } from '../../src/core/sim/run-report.ts'
import { draftBacktest } from '../../src/wire/backtest-needs.ts'
import { draftBook } from '../../src/wire/book.ts'
import { encodeRunReport } from '../../src/wire/run-codec.ts'
import { finishStudy, type Study } from '../../src/wire/study.ts'
import { type Forecasts, readCell, runCell } from '../../src/wire/study-cell.ts'
import { decodeStudyCell, decodeStudyHead, encodeStudyCell, encodeStudyHead } from '../../src/wire/study-codec.ts'
import { textsAt } from '../../src/wire/study-parameters.ts'
import { type Files, loadedOf, PARITY, soundBacktest, walk } from './backtests.ts'
import { issueLine } from './books.ts'

const FILES: Files = {
  history: {
    AAA: walk('AAA', 0, 150),
    BBB: walk('BBB', 0, 150),
    CCC: walk('CCC', 40, 150),
    DDD: walk('DDD', 0, 102),
  },
}
const STUDY = `${PARITY.trimEnd()}
study:
  parameters:
    policy.width.large: { log: [1%, 16%], steps: 5 }
    policy.to: { among: [edge, target] }
    market.estimate.vol.ewma: { linear: [5d, 20d], steps: 4 }
    costs.impact.scale: { linear: [0.5, 1.5], steps: 3 }
    limits.groups.late.max: { linear: [40%, 60%], steps: 2 }
  search: { kind: grid }
  score: { kind: costAndRisk, aversion: 5 }
  period: 1d
  seed: 1
  draws: 500
  reach: 30%
  splits:
    walkForward: { kind: rolling, train: 40d, test: 20d }
    combinatorial: { groups: 5, test: 2 }
    purge: 1d
    embargo: none
    blocks: 4
`
const NO_TIMES = { from: null, to: null }

function studyOf(text: string): Study | string[] {
  const book = draftBook(text)
  if (!book.ok) return book.error.map(issueLine)
  const draft = draftBacktest(book.value, NO_TIMES)
  if (!draft.ok) return draft.error.map(issueLine)
  const made = finishStudy(draft.value, loadedOf(FILES), NO_TIMES)
  return made.ok ? made.value : made.error.map(issueLine)
}

function sound(text: string): Study {
  const made = studyOf(text)
  if (Array.isArray(made)) throw new Error(made.join('\n'))
  return made
}

describe('the study of a book', () => {
  test('[STUDY-10] a cell is the book with other texts in the places of its parameters, to the last byte of its run', () => {
    const study = sound(STUDY)
    const texts = ['4%', 'target', '10d', '1.5', '40%']
    const cell = readCell(study.task, texts, null)
    const edited = STUDY.replace('width: { large: 5%', 'width: { large: 4%')
      .replace('to: edge }', 'to: target }')
      .replace('scale: 1,', 'scale: 1.5,')
      .replace('late: { max: 60% }', 'late: { max: 40% }')
    const asRun = [cell.ok ? cell.value : null, soundBacktest(edited, FILES), study.base]
    const told = asRun.map((each) => {
      const ran = runBacktest(each!.inputs)
      if (!ran.ok) throw new Error(ran.error[0]!.message)
      return encodeRunReport(reportRun(ran.value))
    })
    expect(told[0]).toBe(told[1])
    expect(told[0]).not.toBe(told[2])
  })

  test('[STUDY-11] values are written in the unit of their range: the ends as they were, the rest with four digits', () => {
    const study = sound(STUDY)
    const at = (...point: number[]): string[] => textsAt(study.parameters, Float64Array.from(point))
    expect(at(0, 0, 0, 0, 0)).toEqual(['1%', 'edge', '5d', '0.5', '40%'])
    expect(at(1, 1, 1, 1, 1)).toEqual(['16%', 'target', '20d', '1.5', '60%'])
    expect(at(0.5, 0.5, 1 / 3, 0.5, 0.5)).toEqual(['4%', 'target', '10d', '1', '50%'])
    expect(at(0.1, 0.5, 0.1, 0.1, 0.1)).toEqual(['1.32%', 'target', '6.5d', '0.6', '42%'])
  })

  test('[STUDY-12] forecasts that cells share change nothing of what is kept of them', () => {
    const { task } = sound(STUDY)
    const forecasts: Forecasts = new Map()
    const cells = [
      [],
      ['4%', 'target', '10d', '1.5', '40%'],
      ['2%', 'edge', '10d', '1', '60%'],
      ['2%', 'edge', '5d', '1', '60%'],
    ]
    for (const texts of cells) expect(runCell(task, texts, forecasts)).toEqual(runCell(task, texts, null))
    expect(forecasts.size).toBeGreaterThan(0)
    const before = forecasts.size
    runCell(task, ['8%', 'target', '5d', '0.5', '50%'], forecasts)
    expect(forecasts.size).toBe(before)
  })

  test('[STUDY-25] a window may be shorter than that of the book, and not longer', () => {
    const text = STUDY.replace(
      'market.estimate.vol.ewma: { linear: [5d, 20d], steps: 4 }',
      'market.estimate.window: { linear: [30d, 60d], steps: 2 }',
    )
    const study = sound(text)
    const cell = readCell(study.task, ['5%', 'edge', '30d', '1', '60%'], null)
    const equity = [
      cell.ok ? cell.value : null,
      soundBacktest(PARITY.replace('window: 60d', 'window: 30d'), FILES),
    ].map((each) => {
      const ran = runBacktest(each!.inputs)
      return ran.ok ? ran.value.equity : ran.error
    })
    expect(equity[0]).toEqual(equity[1])
    expect(studyOf(text.replace('[30d, 60d]', '[30d, 61d]'))).toEqual([
      expect.stringMatching(/study\.span study\.parameters: a cell must read no earlier bars/),
    ])
  })

  test('[STUDY-26] forecasts are forgotten where there are too many, so that memory stays flat', () => {
    const { task } = sound(STUDY)
    const forecasts: Forecasts = new Map()
    const texts = ['2%', 'edge', '10d', '1', '60%']
    runCell(task, texts, forecasts)
    const [[, one] = []] = forecasts
    const own = forecasts.size
    for (let k = 0; k < 5000; k++) forecasts.set(`other ${k}`, one!)
    runCell(task, texts, forecasts)
    expect(forecasts.size).toBe(own)
  })

  test.each([
    [
      'policy.width.large: { log: [1%, 16%], steps: 5 }',
      'policy.width.large: { log: [0%, 16%], steps: 5 }',
      /0% ?|above 0 on a logarithmic scale/,
    ],
    ['among: [edge, target]', 'among: [edge, centre]', /policy\.to: must be edge or target, was "centre"/],
    ['linear: [0.5, 1.5], steps: 3', 'linear: [-0.5, 1.5], steps: 3', /costs\.impact\.scale: .*was -0\.5/],
    ['linear: [5d, 20d], steps: 4', 'linear: [20d, 5d], steps: 4', /from must be below to, was 20 to 5/],
    ['linear: [5d, 20d], steps: 4', 'linear: [5d, 20d]', /number of steps must be whole/],
    ['train: 40d', 'train: 400d', /study\.splits/],
    ['blocks: 4', 'blocks: 4.5', /study\.splits\.blocks: must be a whole number/],
  ])('[STUDY-13] %s as %s is refused at its line, before anything is run', (old, changed, said) => {
    expect(STUDY.split(old)).toHaveLength(2)
    const made = studyOf(STUDY.replace(old, changed))
    expect(Array.isArray(made) && made.join('\n')).toMatch(said)
  })
})

describe('lines of results', () => {
  const hashes = { data: 'a'.repeat(64), book: 'b'.repeat(64), code: 'c'.repeat(64) }

  test('[STUDY-14] a cell and its hashes come back from their lines as they were, missing figures and refusals too', () => {
    const study = sound(STUDY)
    const outcome = runCell(study.task, [], null)
    const refused = { ok: false, error: [{ code: 'a.b', path: 'c', message: 'd', hint: 'e' }] } as const
    for (const cell of [
      { cell: 3, texts: ['1%'], outcome },
      { cell: 4, texts: [], outcome: refused },
    ]) {
      const line = encodeStudyCell(cell)
      expect(line).not.toContain('\n')
      expect(decodeStudyCell(line)).toEqual({ ok: true, value: cell })
    }
    expect(decodeStudyHead(encodeStudyHead(hashes))).toEqual({ ok: true, value: hashes })
    expect(decodeStudyHead('{"study":2}').ok).toBe(false)
  })
})
