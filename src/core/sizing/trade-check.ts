/** What `sizeTrade` and `quotes` refuse to compute with; every issue is collected. Paths are those of the proposal. */
import { toText, ZERO } from '../base/decimal.ts'
import { ratioToNumber } from '../base/ratio.ts'
import type { Issue } from '../base/result.ts'
import { instrumentIndex } from '../domain/universe.ts'
import type { Curve } from './curves.ts'
import type { Mandate } from './mandate.ts'
import type { Base, Gauge, Proposal } from './trade-types.ts'

type Asked = Pick<Proposal, 'instrument' | 'curve' | 'gauge' | 'base' | 'edge' | 'multipleMax'>

export function checkProposal(mandate: Mandate, asked: Asked): readonly Issue[] {
  const { curve, base, edge } = asked
  const issues = [...checkInstrument(mandate, asked.instrument), ...checkCurve(curve), ...checkBase(base)]
  issues.push(...checkGauge(mandate, asked.gauge))
  if (curve.kind === 'optimal' && asked.gauge.unit !== 'risk')
    issues.push(
      issue('unit', 'unit', `unit must be risk for the optimal curve, was ${asked.gauge.unit}`, 'choose another curve'),
    )
  if (curve.kind !== 'optimal' && base === undefined)
    issues.push(
      issue(
        'base',
        'base',
        `base must be given for the ${curve.kind} curve, was missing`,
        'give a base size, or use optimal',
      ),
    )
  if (edge !== undefined && !(Number.isFinite(edge.annual) && Number.isFinite(edge.carry) && finiteFrom0(edge.decay)))
    issues.push(
      issue(
        'edge',
        'edge',
        `edge, carry and decay must be finite and decay 0 or more, was ${edge.annual}, ${edge.carry}, ${edge.decay}`,
        'all are fractions a year',
      ),
    )
  if (asked.multipleMax !== undefined && !(asked.multipleMax >= 1 && Number.isFinite(asked.multipleMax)))
    issues.push(
      issue('multiple-max', 'multipleMax', `must be at least 1, was ${asked.multipleMax}`, '2 allows twice the base'),
    )
  return issues
}

const issue = (code: string, path: string, message: string, hint: string): Issue => ({
  code: `trade.${code}`,
  path,
  message,
  hint,
})

const finiteFrom0 = (x: number): boolean => x >= 0 && Number.isFinite(x)

function checkInstrument({ universe, tradeable }: Mandate, id: string): Issue[] {
  const j = instrumentIndex(universe, id)
  const known = universe.instruments.map((each) => each.id).join(', ')
  if (j < 0)
    return [
      issue('instrument-unknown', 'instrument', `must be an instrument of the book, was ${id}`, `it has ${known}`),
    ]
  const instrument = universe.instruments[j]!
  if (instrument.kind === 'option')
    return [
      issue('option-unpriced', 'instrument', `must not be an option yet, was ${id}`, 'options have no pricing here'),
    ]
  const listed = tradeable[universe.underlyingOf[j]!]!
  if (listed.includes(j)) return []
  const allowed = listed.map((each) => universe.instruments[each]!.id).join(', ')
  const must = `must be one that may be traded for ${instrument.underlying}, was ${id}`
  return [
    issue('not-tradeable', 'instrument', must, allowed === '' ? 'nothing may be traded for it' : `trade ${allowed}`),
  ]
}

function checkCurve(curve: Curve): Issue[] {
  if (curve.kind === 'optimal' || curve.kind === 'linear' || curve.steepness === undefined) return []
  if (curve.steepness > 0 && Number.isFinite(curve.steepness)) return []
  return [issue('steepness', 'curve', `steepness must be above 0, was ${curve.steepness}`, '1 is the plain curve')]
}

function checkBase(base: Base | undefined): Issue[] {
  if (base === undefined) return []
  const positive = base.kind === 'quantity' ? base.quantity > ZERO : base.weight.n > 0n
  const was = base.kind === 'quantity' ? toText(base.quantity) : String(ratioToNumber(base.weight))
  return positive ? [] : [issue('base', 'base', `base must be above 0, was ${was}`, 'the side says buy or sell')]
}

function checkGauge({ universe }: Mandate, gauge: Gauge): Issue[] {
  if (gauge.unit !== 'risk')
    return gauge.width.n >= 0n
      ? []
      : [issue('width', 'width', `width must be 0 or more, was ${ratioToNumber(gauge.width)}`, 'it is a half-width')]
  const n = universe.underlyings.length
  const must = `curvature must be of the book's ${n} underlyings, was of ${gauge.curvature.n}`
  return gauge.curvature.n === n ? [] : [issue('curvature', 'unit', must, 'compute it again for this universe')]
}
