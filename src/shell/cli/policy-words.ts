/** Policies in words, as typed after `--policy`: "full", "proportional 50%", "band weight 10% edge", "cap 7%". */
import { ZERO } from '../../core/base/decimal.ts'
import { type Ratio, ratioOf, reduce } from '../../core/base/ratio.ts'
import { fail, type Issue, type Result, refuse, succeed } from '../../core/base/result.ts'
import type { Policy } from '../../core/sizing/mandate.ts'

/** A policy in the form of a book file: plain text under the keys a book has. */
export type PolicyForm =
  | { readonly kind: 'full' }
  | { readonly kind: 'proportional'; readonly rate: string }
  | { readonly kind: 'riskCap'; readonly trackingErrorMax: string }
  | {
      readonly kind: 'costAware'
      readonly trackingError: string
      readonly interval: string
      readonly drift?: 'held'
      readonly lasting?: string
    }
  | {
      readonly kind: 'band'
      readonly unit: 'weight' | 'volatility' | 'risk'
      readonly width: string
      readonly to: Side
    }
  | {
      readonly kind: 'band'
      readonly unit: 'relative'
      readonly width: string
      readonly to: Side
      readonly floor: string
    }
type Side = 'edge' | 'target'

const FORMS =
  '"full", "proportional 50%", "band weight 10% edge", "band relative 25% edge 5%" (the last is the floor), "cap 7%" or "cost-aware 3% 1h held 1y" (long-run error, time between decisions, drift as held and how long deviations last; the last two or neither)'

const isSide = (word: string | undefined): word is Side => word === 'edge' || word === 'target'
const isPlainUnit = (word: string | undefined): word is 'weight' | 'volatility' | 'risk' =>
  word === 'weight' || word === 'volatility' || word === 'risk'

/** Takes the words apart. The numbers stay text. */
export function policyForm(words: string): Result<PolicyForm> {
  const [kind, first, second, third, fourth, ...rest] = words.trim().split(/[\s,]+/)
  const count = [first, second, third, fourth].filter((word) => word !== undefined).length + rest.length
  if (kind === 'full' && count === 0) return succeed({ kind })
  if (kind === 'proportional' && count === 1) return succeed({ kind, rate: first! })
  if (kind === 'cap' && count === 1) return succeed({ kind: 'riskCap', trackingErrorMax: first! })
  if (kind === 'cost-aware' && count === 2)
    return succeed({ kind: 'costAware', trackingError: first!, interval: second! })
  if (kind === 'cost-aware' && third === 'held' && count === 4)
    return succeed({ kind: 'costAware', trackingError: first!, interval: second!, drift: third, lasting: fourth! })
  if (kind === 'band' && isPlainUnit(first) && isSide(third) && count === 3)
    return succeed({ kind, unit: first, width: second!, to: third })
  if (kind === 'band' && first === 'relative' && isSide(third) && count === 4)
    return succeed({ kind, unit: first, width: second!, to: third, floor: fourth! })
  return refuse(
    'policy.words',
    '--policy',
    `must be ${FORMS}, was ${JSON.stringify(words)}`,
    'give the kind, then its numbers',
  )
}

/** The policy the words stand for, in a universe of `n` underlyings; every number is read as a book's is, so the same words hash alike. */
export async function readPolicy(words: string, n: number): Promise<Result<Policy>> {
  const { readDuration, readFraction } = await import('../../wire/scalar.ts')
  const form = policyForm(words)
  if (!form.ok) return form
  const issues: Issue[] = []
  const fraction = (text: string, name: string): Ratio => {
    const read = readFraction(text, name, 'nonNegative')
    if (!read.ok) issues.push({ ...read.error, path: `--policy ${name}` })
    return reduce(ratioOf(read.ok ? read.value : ZERO))
  }
  const duration = (text: string, name: string): number => {
    const read = readDuration(text)
    if (!read.ok) issues.push({ ...read.error, path: `--policy ${name}` })
    return read.ok ? read.value : 0
  }
  const policy = policyOf(form.value, n, { fraction, duration })
  return issues.length > 0 ? fail(issues) : succeed(policy)
}

interface Readers {
  readonly fraction: (text: string, name: string) => Ratio
  readonly duration: (text: string, name: string) => number
}

function policyOf(form: PolicyForm, n: number, { fraction, duration }: Readers): Policy {
  if (form.kind === 'full') return form
  if (form.kind === 'proportional') return { kind: form.kind, rate: fraction(form.rate, 'rate') }
  if (form.kind === 'riskCap') return { kind: form.kind, trackingErrorMax: fraction(form.trackingErrorMax, 'cap') }
  if (form.kind === 'costAware')
    return {
      kind: form.kind,
      knob: { kind: 'trackingError', trackingError: fraction(form.trackingError, 'error') },
      intervalMs: duration(form.interval, 'interval'),
      ...(form.drift === undefined ? {} : { drift: form.drift }),
      ...(form.lasting === undefined ? {} : { lastingMs: duration(form.lasting, 'lasting') }),
    }
  const width = fraction(form.width, 'width')
  const { kind, to } = form
  if (form.unit === 'risk') return { kind, unit: form.unit, width, to }
  const widths = new Array<Ratio>(n).fill(width)
  return form.unit === 'relative'
    ? { kind, unit: form.unit, width: widths, floor: fraction(form.floor, 'floor'), to }
    : { kind, unit: form.unit, width: widths, to }
}
