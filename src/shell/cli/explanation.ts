/** `plan --explain`: what each trade is worth and costs, what holds it back, what would change it, and every stage. */
import { absolute, add, type Decimal, toNumber, ZERO } from '../../core/base/decimal.ts'
import { formatAmount, formatBp } from '../../core/base/format.ts'
import { explainLines, type StageLine } from '../../core/sizing/explain.ts'
import { flipWords } from '../../core/sizing/explain-flip.ts'
import { percent } from '../../core/sizing/explain-percent.ts'
import type { Flip } from '../../core/sizing/flip.ts'
import type { CostShare, Leg, Line, Reason, SizePlan } from '../../core/sizing/plan-types.ts'
import { decimalColumn, exactText, moneyCell, priceText } from './figures.ts'
import { type Cell, type Column, renderTable, type Sheet } from './table.ts'
import { padEnd, padStart, paint, printable, wrap } from './text.ts'

export const explanationLines = (plan: SizePlan, flips: readonly Flip[], sheet: Sheet): string[] => [
  ...worthTable(plan, sheet),
  ...costTable(plan, sheet),
  ...flipTable(plan, flips, sheet),
  '',
  ...waterfallLines(plan, sheet),
]

const name: Column = { heading: '', align: 'left', shortenTo: 8 }
const number = (heading: string, drop = 0): Column => ({ heading, align: 'right', drop })

type Judged = Extract<Reason, { kind: 'worthItsCost' | 'notWorthItsCost' }>
const judgementOf = ({ because }: Line): Judged | undefined =>
  because.find((reason) => reason.kind === 'worthItsCost' || reason.kind === 'notWorthItsCost')

/** Columns of basis points of equity: two digits of the largest at least. */
function basisPoints(fractions: readonly number[]): (fraction: number) => string {
  const most = 1e4 * Math.max(0, ...fractions.map(Math.abs))
  const places = most >= 1 || most === 0 ? 2 : 1 - Math.floor(Math.log10(most))
  return (fraction) => formatAmount(fraction * 1e4, places)
}

/** Under a policy that weighs cost: how far each may drift, and what trading it gains against what that costs. */
function worthTable(plan: SizePlan, sheet: Sheet): string[] {
  const judged = plan.lines.map(judgementOf)
  const { weight, risk } = plan.before.imbalance
  const imbalance = decimalColumn([...weight], true)
  const parts = decimalColumn([...risk], true)
  const wanted = decimalColumn(
    plan.lines.map((line) => line.wanted),
    true,
  )
  if (judged.every((each) => each === undefined)) return []
  const columns = [
    name,
    number('too much'),
    number('in risk', 2),
    number('band', 1),
    number('a unit gains'),
    number('costs'),
    number('wanted'),
    number('gains', 4),
    number('costs', 3),
  ]
  const bps = basisPoints(judged.map((each) => (each?.kind === 'worthItsCost' ? each.worth : 0)))
  const rows = plan.lines.map((line, u): Cell[] => {
    const each = judged[u]
    if (each === undefined) return [line.underlying, imbalance[u]!, parts[u]!, '', '', '', wanted[u]!, '', '']
    const whole = each.kind === 'worthItsCost' ? [bps(each.worth), bps(sumOf(each.pays))] : ['', '']
    return [
      line.underlying,
      imbalance[u]!,
      parts[u]!,
      bandText(line),
      formatBp(each.gain, 1),
      formatBp(each.cost, 1),
      wanted[u]!,
      whole[0]!,
      whole[1]!,
    ]
  })
  const title = 'What each trade is worth: a first unit, then all that is wanted (bp of equity)'
  return ['', ...wrap(title, sheet.columns), ...renderTable(columns, rows, sheet)]
}

/** What the orders cost; carry is what holding to the horizon costs more than the best instrument would. */
function costTable(plan: SizePlan, sheet: Sheet): string[] {
  if (plan.legs.length === 0) return []
  const equity = toNumber(plan.equity)
  const bps = basisPoints(plan.legs.map((leg) => toNumber(leg.cost.total) / equity))
  const rows = plan.lines.flatMap((line): { cells: Cell[]; carry: number; impact: number; fixed: number }[] => {
    const legs = plan.legs.filter((leg) => leg.underlying === line.underlying)
    if (legs.length === 0) return []
    const sum = (of: (leg: Leg) => Decimal): Decimal => legs.reduce((total, leg) => add(total, of(leg)), ZERO)
    const total = sum((leg) => leg.cost.total)
    const share = (amount: Decimal): string => bps(toNumber(amount) / equity)
    const [impact, fixed] = [sum((leg) => leg.cost.impact), sum((leg) => leg.cost.fixed)]
    const carry = carryOf(line)
    return [
      {
        carry,
        impact: toNumber(impact),
        fixed: toNumber(fixed),
        cells: [
          line.underlying,
          share(sum((leg) => leg.cost.fee)),
          share(sum((leg) => leg.cost.spread)),
          share(impact),
          share(fixed),
          share(total),
          moneyCell(total),
          bps(carry),
        ],
      },
    ]
  })
  const some = (of: (row: (typeof rows)[number]) => number): boolean => rows.some((row) => of(row) !== 0)
  const columns: [Column, boolean][] = [
    [name, true],
    [number('fee'), true],
    [number('spread'), true],
    [number('impact'), some((row) => row.impact)],
    [number('order'), some((row) => row.fixed)],
    [number('cost'), true],
    [number(`in ${plan.numeraire}`), true],
    [number('carry'), some((row) => row.carry)],
  ]
  const shown = columns.flatMap(([, isShown], k) => (isShown ? [k] : []))
  return [
    '',
    ...wrap('What the orders cost, in bp of equity', sheet.columns),
    ...renderTable(
      shown.map((k) => columns[k]![0]),
      rows.map(({ cells }) => shown.map((k) => cells[k]!)),
      sheet,
    ),
  ]
}

/** Carry of what was traded of what was wanted. */
function carryOf({ because, wanted, traded }: Line): number {
  for (const reason of because) if (reason.kind === 'worthItsCost') return (reason.pays.carry * traded) / wanted
  return 0
}

/** What has to move, how far, and what is traded then. */
function flipTable(plan: SizePlan, flips: readonly Flip[], sheet: Sheet): string[] {
  if (flips.length === 0) return []
  const columns: Column[] = [
    { heading: '', align: 'left', shortenTo: 24 },
    { heading: '', align: 'left' },
    { heading: '', align: 'left', shortenTo: 20 },
  ]
  const rows = flips.map((flip): Cell[] => {
    const { what, move, trades } = flipWords(flip, plan)
    return [what, move, trades]
  })
  return ['', ...wrap('What would change the plan, and how', sheet.columns), ...renderTable(columns, rows, sheet)]
}

const sumOf = ({ fee, spread, impact, fixed, carry }: CostShare): number => fee + spread + impact + fixed + carry

/** Half-width in weight. */
function bandText(line: Line): string {
  for (const reason of line.because) {
    if (reason.kind === 'worthItsCost' || reason.kind === 'notWorthItsCost')
      return reason.band === null ? 'none' : percent(reason.band)
  }
  return '-'
}

/** From wanted to final size, one line a stage with its reason. */
function waterfallLines(plan: SizePlan, sheet: Sheet): string[] {
  const hang = ' '.repeat(22)
  const line = (stage: string, size: string, text: string): string[] =>
    wrap(
      `    ${padEnd(stage, 7)} ${padStart(size, 8)} ${text === '' ? '' : ` ${printable(text)}`}`,
      sheet.columns,
      hang,
    )
  const lines = explainLines(plan).flatMap(({ underlying, held, target, aim, stages, after, legs }) => {
    const head = `  ${paint(printable(underlying), 'strong', sheet.color)}  held ${percent(held)}, target ${percent(target)}${aim === target ? '' : `, aim ${percent(aim)}`}`
    if (legs.length === 0 && stages.every(({ trade }) => trade === 0)) {
      const why = stages.flatMap(({ because }) => because)
      return wrap(`${head}: ${printable(why.join('; '))}`, sheet.columns, '    ')
    }
    return [
      ...wrap(head, sheet.columns),
      ...stages.flatMap((stage, position) =>
        line(stage.stage, percent(stage.trade, true), stageText(stage, position === 0 ? null : stages[position - 1]!)),
      ),
      ...legs.flatMap(({ leg, because }) => {
        const size = `${leg.side} ${exactText(absolute(leg.quantity))} ${leg.instrument} at ${priceText(leg.price)}`
        return line('order', '', [size, orderCostText(leg), ...because].join('; '))
      }),
      ...line('after', percent(after), ''),
    ]
  })
  return [...wrap('How each size came about, in weight traded (+ buys)', sheet.columns), ...lines]
}

/** "fee 2.59 + spread 0.52 = cost 3.11"; impact and order fee where there are any. */
function orderCostText({ cost: { fee, spread, impact, fixed, total } }: Leg): string {
  const others = [
    ...(impact === ZERO ? [] : [`impact ${moneyCell(impact)}`]),
    ...(fixed === ZERO ? [] : [`order fee ${moneyCell(fixed)}`]),
  ]
  return `${[`fee ${moneyCell(fee)}`, `spread ${moneyCell(spread)}`, ...others].join(' + ')} = cost ${moneyCell(total)}`
}

function stageText(stage: StageLine, before: StageLine | null): string {
  if (stage.because.length > 0) return stage.because.join('; ')
  if (stage.trade === 0) return ''
  if (before === null) return ''
  return stage.stage === 'limited' && stage.trade === before.trade ? 'no limit stands in the way' : ''
}
