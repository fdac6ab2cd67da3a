/** `calibrate`: Y and δ of the impact law from own metaorders, with their intervals beside what was believed before. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { toNumber } from '../../../core/base/decimal.ts'
import { calibrateImpact, type Estimate, type ImpactFit } from '../../../core/cost/calibrate.ts'
import { readFraction } from '../../../wire/scalar.ts'
import { readMetaorders } from '../../files/metaorders.ts'
import { EXIT, type ExitCode, type Io } from '../io.ts'
import { exitCodeOf, printIssues } from '../issues.ts'
import { jsonText } from '../output.ts'
import { renderTable } from '../table.ts'
import { printable, wrap } from '../text.ts'

export interface CalibrateRequest {
  readonly file: string
  /** Fee and half spread inside the prices paid, as text. */
  readonly costs: string
  readonly json: boolean
}

const NORMAL_95 = 1.959963984540054

export async function calibrate({ file, costs, json }: CalibrateRequest, io: Io): Promise<ExitCode> {
  const included = readFraction(costs, 'fraction', 'nonNegative')
  if (!included.ok) {
    printIssues([{ ...included.error, path: '--costs' }], null, io)
    return EXIT.wrongUse
  }
  const fills = readMetaorders(readFileSync(resolve(io.cwd, file), 'utf8'), file, toNumber(included.value))
  const fit = fills.ok ? calibrateImpact(fills.value) : fills
  if (!fit.ok) {
    printIssues(fit.error, null, io)
    return exitCodeOf(fit.error)
  }
  io.stdout(json ? await jsonText(fit.value) : `${screen(fit.value, file, io).join('\n')}\n`)
  return EXIT.answered
}

const digits = (value: number): string => String(Number(value.toPrecision(3)))

function screen(fit: ImpactFit, file: string, io: Io): string[] {
  const { priors, law } = fit
  const scalePrior = (sign: -1 | 0 | 1): number =>
    Math.exp(priors.logScale.mean + sign * NORMAL_95 * priors.logScale.deviation)
  const exponentPrior = (sign: -1 | 0 | 1): number =>
    priors.exponent.mean + sign * NORMAL_95 * priors.exponent.deviation
  const row = (
    name: string,
    { value, low, high, priorShare }: Estimate,
    prior: (sign: -1 | 0 | 1) => number,
  ): string[] => [
    name,
    digits(value),
    `${digits(low)} to ${digits(high)}`,
    digits(prior(0)),
    `${digits(prior(-1))} to ${digits(prior(1))}`,
    `${Math.round(100 * priorShare)} %`,
  ]
  const right = (heading: string) => ({ heading, align: 'right' as const })
  const orders = fit.used + fit.gained
  return [
    printable(`Impact of own trades, from ${orders} metaorders in ${file}`),
    '',
    ...renderTable(
      [
        { heading: '', align: 'left' },
        right('fitted'),
        right('95 % interval'),
        right('before'),
        right('its 95 %'),
        right('still prior'),
      ],
      [row('scale Y', fit.scale, scalePrior), row('exponent δ', fit.exponent, exponentPrior)],
      { columns: io.columns, color: io.color },
    ),
    '',
    ...notes(fit).flatMap((note) => wrap(`  ${note}`, io.columns, '  ')),
    ...wrap(
      `  in a book  impact: { scale: ${digits(law.scale)}, exponent: ${digits(law.exponent)}, join: 1h, decay: 1d }`,
      io.columns,
      '    ',
    ),
  ]
}

function notes({ used, gained, outliers, exponentAtBound }: ImpactFit): string[] {
  return [
    ...(used === 0 ? ['no metaorder cost anything: these are the priors alone'] : []),
    ...(gained > 0 ? [`${gained} gained and tell a logarithm nothing`] : []),
    ...(outliers > 0 ? [`${outliers} lie far from the rest and count little`] : []),
    ...(exponentAtBound ? ['δ stopped at the end of what is allowed'] : []),
    'join and decay are not fitted: one hour and one day are usual',
  ]
}
