/** Policies in a few words, for rows and headings. */
import { type Ratio, ratioCompare, ratioToNumber } from '../../core/base/ratio.ts'
import { assertNever } from '../../core/base/result.ts'
import { guardOf } from '../../core/sizing/guard.ts'
import type { Knob, Policy } from '../../core/sizing/mandate.ts'
import { percentText } from './figures.ts'

/** "weight band 10 %, to edge", "least cost, error 7 %", "guarded cost-aware, error 2 %" */
export const policyLabel = (policy: Policy): string =>
  `${guardOf(policy) === undefined ? '' : 'guarded '}${ruleLabel(policy)}`

function ruleLabel(policy: Policy): string {
  switch (policy.kind) {
    case 'full':
      return 'full'
    case 'proportional':
      return `${fraction(policy.rate)} of each deviation`
    case 'band':
      return policy.unit === 'risk'
        ? `risk band ${fraction(policy.width)}, to ${policy.to}`
        : `${policy.unit} band ${widths(policy.width)}, to ${policy.to}`
    case 'riskCap':
      return `least cost, error ${fraction(policy.trackingErrorMax)}`
    case 'costAware':
      return `cost-aware${policy.drift === undefined ? '' : ' held'}, ${knobLabel(policy.knob)}${policy.tilt === undefined ? '' : ', tilted'}`
    default:
      return assertNever(policy)
  }
}

function knobLabel(knob: Knob): string {
  switch (knob.kind) {
    case 'aversion':
      return `aversion ${ratioToNumber(knob.aversion)}`
    case 'trackingError':
      return `error ${fraction(knob.trackingError)}`
    case 'widths':
      return `band ${widths(knob.width.filter((width) => width !== null))}`
    default:
      return assertNever(knob)
  }
}

const fraction = (value: Ratio): string => percentText(ratioToNumber(value))

function widths(width: readonly Ratio[]): string {
  const sorted = [...width].sort(ratioCompare)
  const [least, most] = [sorted[0], sorted.at(-1)]
  if (least === undefined || most === undefined) return 'of nothing'
  return ratioCompare(least, most) === 0 ? fraction(least) : `${fraction(least).replace(' %', '')} to ${fraction(most)}`
}
