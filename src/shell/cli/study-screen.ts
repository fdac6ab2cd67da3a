/** What a study looks like on a terminal: cells beside the book as it is, what the winner is worth, and what speaks against it. */
import { formatInstantShort } from '../../core/base/format.ts'
import { scoreLabel } from '../../core/sim/study-score.ts'
import { isJudged, type StudyReport } from '../../core/sim/study-types.ts'
import { judgements, ROW_HEADINGS, rowFigures, rowsShown, scoreText, studySpan } from '../report/study-text.ts'
import { type Cell, type Column, renderTable, type Sheet } from './table.ts'
import { paint, printable, wrap } from './text.ts'

const OTHERS_SHOWN = 5
const REFUSALS_SHOWN = 3

export function studyScreen(report: StudyReport, title: string, sheet: Sheet): string[] {
  return [
    ...wrap(printable(`${title}: study`), sheet.columns).map((line) => paint(line, 'strong', sheet.color)),
    ...wrap(`${studySpan(report)}. Score: ${scoreLabel(report.score)}`, sheet.columns),
    '',
    ...cellTable(report, sheet),
    '',
    ...heading('What the winner is worth', sheet),
    ...judgementTable(report, sheet),
    '',
    ...heading('What matters', sheet),
    ...effectTable(report, sheet),
    ...stepLines(report, sheet),
    ...refusedLines(report, sheet),
    ...report.warnings.flatMap((warning) => ['', ...warned(warning, sheet)]),
  ]
}

const heading = (text: string, sheet: Sheet): string[] =>
  wrap(text, sheet.columns).map((line) => paint(line, 'strong', sheet.color))
const warned = (text: string, sheet: Sheet): string[] =>
  wrap(printable(`Warning: ${text}`), sheet.columns, '  ').map((line) => paint(line, 'bad', sheet.color))

function cellTable(report: StudyReport, sheet: Sheet): string[] {
  const { parameters, score, base } = report
  const columns: Column[] = [
    { heading: '', align: 'left' },
    ...parameters.map((name) => ({ heading: name.replace(/^.*\./, ''), align: 'right' as const })),
    { heading: 'score', align: 'right' },
    ...ROW_HEADINGS.map((text, position) => ({ heading: text, align: 'right' as const, drop: position + 1 })),
  ]
  const rows: Cell[][] = [
    ['as it is', ...parameters.map(() => ''), scoreText(score, base.score), ...rowFigures(base)],
    ...rowsShown(report, OTHERS_SHOWN).map(({ label, row }): Cell[] => [
      label,
      ...row.texts,
      { text: scoreText(score, row.score), tone: 'strong' },
      ...rowFigures(row),
    ]),
  ]
  return renderTable(columns, rows, sheet)
}

function judgementTable(report: StudyReport, sheet: Sheet): string[] {
  const found = judgements(report)
  const name = Math.max(...found.map(([text]) => text.length))
  const figure = Math.max(...found.map(([, text]) => text.length))
  return found.flatMap(([question, answer, made]) => {
    const lead = `  ${question.padEnd(name)}  ${answer.padStart(figure)}  `
    return wrap(`${lead}${printable(made)}`, sheet.columns, ' '.repeat(lead.length))
  })
}

function effectTable({ plateau, score }: StudyReport, sheet: Sheet): string[] {
  if (!isJudged(plateau)) return wrap(`  ${printable(plateau.because)}`, sheet.columns, '  ')
  const columns: Column[] = [
    { heading: '', align: 'left', shortenTo: 12 },
    { heading: 'share', align: 'right' },
    { heading: 'best at', align: 'right' },
    { heading: 'mean there', align: 'right' },
    { heading: 'worst at', align: 'right', drop: 1 },
    { heading: 'mean there', align: 'right', drop: 1 },
  ]
  const at = (value: number | string): string =>
    typeof value === 'string' ? value : String(Number(value.toPrecision(3)))
  const rows = plateau.effects.map(({ name, response, shareOfVariance }): Cell[] => {
    const sorted = response.toSorted((a, b) => b.mean - a.mean)
    const [best, worst] = [sorted[0]!, sorted.at(-1)!]
    const share = shareOfVariance === null ? '–' : `${Math.round(100 * shareOfVariance)} %`
    return [name, share, at(best.at), scoreText(score, best.mean), at(worst.at), scoreText(score, worst.mean)]
  })
  return renderTable(columns, rows, sheet)
}

/** Which cell each test had been given by its past. */
function stepLines({ walkForward, score }: StudyReport, sheet: Sheet): string[] {
  if (!isJudged(walkForward)) return []
  const columns: Column[] = [
    { heading: '', align: 'left' },
    { heading: 'cell', align: 'right' },
    { heading: 'before', align: 'right' },
    { heading: 'in the test', align: 'right' },
  ]
  const rows = walkForward.steps.map(({ from, cell, trained, tested }): Cell[] => [
    formatInstantShort(from).slice(0, 10),
    String(cell),
    scoreText(score, trained),
    scoreText(score, tested),
  ])
  return [
    '',
    ...heading('Walk-forward: the best of the past, and what it did next', sheet),
    ...renderTable(columns, rows, sheet),
  ]
}

function refusedLines({ refused }: StudyReport, sheet: Sheet): string[] {
  if (refused.length === 0) return []
  const lines = refused
    .slice(0, REFUSALS_SHOWN)
    .flatMap(({ cell, texts, issues }) =>
      wrap(`  cell ${cell} (${texts.join(', ')}): ${printable(issues[0]!.message)}`, sheet.columns, '    '),
    )
  return ['', ...heading('Cells that could not be run', sheet), ...lines]
}
