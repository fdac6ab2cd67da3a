/** The result of a study as one HTML file: the winner, what it is worth, maps of the scores, every judgement's parts. */
import { formatInstantShort } from '../../core/base/format.ts'
import type { Space } from '../../core/evidence/search/space.ts'
import { type Score, scoreLabel, summaryOf } from '../../core/sim/study-score.ts'
import { isJudged, type StudyReport } from '../../core/sim/study-types.ts'
import type { StudyHashes } from '../../wire/study-codec.ts'
import { renderPage, type Section } from './frame.ts'
import { type Child, element, type Markup, table } from './html.ts'
import { type MapOf, sensitivityMap } from './study-maps.ts'
import { judgements, ROW_HEADINGS, rowFigures, rowsShown, scoreText, studySpan } from './study-text.ts'

export interface StudyAbout {
  readonly title: string
  /** Name and value of what was configured, as the reader wrote it. */
  readonly settings: readonly (readonly [string, string])[]
  readonly hashes: StudyHashes
  readonly space: Space
}

const CELLS_SHOWN = 25
/** Parameters whose pairs have a map: those that matter most. */
const PAIRED_MAX = 3

const text = (heading: string) => ({ heading, number: false })
const numbers = (heading: string) => ({ heading, number: true })

export function renderStudy(report: StudyReport, about: StudyAbout): string {
  const title = `${about.title}: study`
  const header = element(
    'header',
    {},
    element('h1', {}, title),
    element('p', { class: 'soft' }, `${studySpan(report)}. Score: ${scoreLabel(report.score)}.`),
    report.warnings.map((warning) => element('p', { class: 'warning' }, warning)),
  )
  return renderPage(title, header, sectionsOf(report, about))
}

function sectionsOf(report: StudyReport, about: StudyAbout): Section[] {
  const { walkForward, refused } = report
  return [
    { id: 'cells', title: 'The best, and the book as it is', content: cellTable(report) },
    { id: 'worth', title: 'What the winner is worth', content: judgementTable(report) },
    { id: 'maps', title: 'Plateau or peak', content: maps(report, about.space) },
    ...(isJudged(walkForward) ? [{ id: 'walk', title: 'Walk-forward', content: stepTable(report, walkForward) }] : []),
    ...(refused.length === 0
      ? []
      : [{ id: 'refused', title: 'Cells that could not be run', content: refusedTable(report) }]),
    { id: 'run', title: 'What was run', content: settingTable(about) },
  ]
}

function cellTable(report: StudyReport): Markup {
  const { parameters, score, base } = report
  return table(
    `The winner, the plateau (the best neighbourhood) and the ${CELLS_SHOWN} best of all others`,
    [text(''), ...parameters.map(numbers), numbers('score'), ...ROW_HEADINGS.map(numbers)],
    [
      ['as it is', ...parameters.map(() => ''), scoreText(score, base.score), ...rowFigures(base)],
      ...rowsShown(report, CELLS_SHOWN).map(({ label, row }) => [
        label,
        ...row.texts,
        scoreText(score, row.score),
        ...rowFigures(row),
      ]),
    ],
    { shape: 'tight' },
  )
}

const judgementTable = (report: StudyReport): Markup =>
  table('Out of sample, by chance, and beside the book as it is', [text(''), numbers(''), text('')], judgements(report))

const unitOf = (score: Score): string =>
  summaryOf(score) === 'sharpe'
    ? 'as they are'
    : score.kind === 'cost' || score.kind === 'costAndRisk'
      ? 'in basis points a year'
      : 'in percent a year'

function maps(report: StudyReport, space: Space): Child {
  const { plateau } = report
  const matters = space.map((_, k) => (isJudged(plateau) ? (plateau.effects[k]!.shareOfVariance ?? 0) : 0))
  const paired = [...space.keys()].sort((a, b) => matters[b]! - matters[a]! || a - b).slice(0, PAIRED_MAX)
  const pairs = paired.flatMap((across, k) => paired.slice(k + 1).map((down): MapOf => ({ across, down })))
  const lines = [...space.keys()].map((across): MapOf => ({ across, down: null }))
  return [
    element(
      'p',
      {},
      `Mean scores ${unitOf(report.score)}, the other parameters averaged; darker is better, by rank. A winner among dark neighbours is a plateau; alone it is a peak, and luck until shown otherwise.`,
    ),
    [...pairs, ...lines].map((each) => sensitivityMap(report, space, each)),
  ]
}

const stepTable = (
  { score }: StudyReport,
  { steps }: Extract<StudyReport['walkForward'], { readonly steps: unknown }>,
): Markup =>
  table(
    'The best cell of the past of each test, and what it did in the test',
    [text('test from'), text('to'), numbers('cell'), numbers('before'), numbers('in the test')],
    steps.map(({ from, to, cell, trained, tested }) => [
      formatInstantShort(from),
      formatInstantShort(to),
      String(cell),
      scoreText(score, trained),
      scoreText(score, tested),
    ]),
  )

const refusedTable = ({ refused, parameters }: StudyReport): Markup =>
  table(
    'They count as worst in a search and are left out of every judgement',
    [text('cell'), ...parameters.map(text), text('what it said')],
    refused.slice(0, CELLS_SHOWN).map(({ cell, texts, issues }) => [String(cell), ...texts, issues[0]!.message]),
  )

function settingTable({ settings, hashes }: StudyAbout): Markup {
  const hash = (value: string): Markup => element('span', { class: 'hash' }, value)
  return table(
    'What was run: the same settings and hashes give the same bytes',
    [text('setting'), text('value')],
    [
      ...settings,
      ['hash of the data', hash(hashes.data)],
      ['hash of the book', hash(hashes.book)],
      ['hash of the program', hash(hashes.code)],
    ],
  )
}
