/** What a stress looks like on a terminal: a table a scenario, a row a policy, and what many paths make of each. */
import { formatAmount } from '../../core/base/format.ts'
import type { QuantileInterval, ShareInterval } from '../../core/evidence/paths.ts'
import type { StressOutcome } from '../../core/sim/stress.ts'
import { percent } from '../../core/sizing/explain-percent.ts'
import { titleLines } from './plan-screen.ts'
import type { StressReport } from './stress-runs.ts'
import { type Cell, type Column, renderTable, type Sheet } from './table.ts'
import { paint, wrap } from './text.ts'

export function stressScreen(
  { policies, scenarios, paths }: StressReport,
  about: { readonly title: string; readonly numeraire: string; readonly asOf: number },
  sheet: Sheet,
): string[] {
  return [
    ...titleLines(about, sheet),
    ...scenarios.flatMap(({ name, outcomes }) => [
      '',
      ...heading(name, sheet),
      ...outcomeTable(policies, outcomes, sheet),
    ]),
    ...(paths === null
      ? []
      : [
          '',
          ...heading(`${formatAmount(paths.count, 0)} histories drawn again in blocks`, sheet),
          ...pathTable(policies, paths, sheet),
          ...wrap(
            `Ruined: at or below ${percent(paths.ruin)} of its start at any close. Intervals hold the truth with ${percent(paths.confidence)}.`,
            sheet.columns,
            '  ',
          ),
        ]),
  ]
}

const heading = (text: string, sheet: Sheet): string[] =>
  wrap(text, sheet.columns).map((line) => paint(line, 'strong', sheet.color))

const right = (name: string, drop?: number): Column => ({
  heading: name,
  align: 'right',
  ...(drop === undefined ? {} : { drop }),
})
const POLICY: Column = { heading: 'policy', align: 'left', shortenTo: 16 }

function outcomeTable(policies: readonly string[], outcomes: readonly StressOutcome[], sheet: Sheet): string[] {
  const columns = [
    POLICY,
    right('equity'),
    right('deepest fall'),
    right('cost', 2),
    right('trades', 4),
    right('liquidations', 3),
    right('refused', 1),
  ]
  const rows = outcomes.map((each, p): Cell[] => [
    policies[p]!,
    { text: percent(each.growth - 1, true), tone: 'strong' },
    percent(each.drawdown),
    percent(each.cost),
    formatAmount(each.trades, 0),
    { text: formatAmount(each.liquidations, 0), tone: each.liquidations > 0 ? 'bad' : 'plain' },
    { text: formatAmount(each.refused, 0), tone: each.refused > 0 ? 'bad' : 'plain' },
  ])
  return renderTable(columns, rows, sheet)
}

function pathTable(
  policies: readonly string[],
  { outcomes, depths }: Pick<NonNullable<StressReport['paths']>, 'outcomes' | 'depths'>,
  sheet: Sheet,
): string[] {
  const columns = [
    POLICY,
    right('equity, median'),
    right('5 % to 95 %', 3),
    right('fall, median'),
    right('95 %', 2),
    ...depths.map((depth) => right(`falls ${percent(depth)}`, 5)),
    right('ruined'),
    right('ends above the first', 4),
  ]
  const rows = outcomes.map(({ risk, above }, p): Cell[] => [
    policies[p]!,
    { text: growthText(risk.growth[1]!), tone: 'strong' },
    `${growthText(risk.growth[0]!)} to ${growthText(risk.growth[2]!)}`,
    percent(risk.depth[1]!.value),
    percent(risk.depth[2]!.value),
    ...risk.deeper.map(shareText),
    shareText(risk.ruined),
    above === null ? '' : shareText(above),
  ])
  return renderTable(columns, rows, sheet)
}

const growthText = ({ value }: QuantileInterval): string => percent(value - 1, true)
const shareText = ({ value, low, high }: ShareInterval): string =>
  `${percent(value)} (${percent(low)} to ${percent(high)})`
