/** Why a risk matrix cannot be computed, all of it, each under the leg or the term that is wrong. */
import { formatInstant, type Instant } from '../base/instant.ts'
import { type Range, violationsOf } from '../base/range.ts'
import type { Issue } from '../base/result.ts'
import type { MatrixAccount, RiskMatrixTerms } from './risk-matrix.ts'

export function checkMatrix(
  account: MatrixAccount,
  { terms, at }: { readonly terms: RiskMatrixTerms; readonly at: Instant },
): readonly Issue[] {
  const issues: Issue[] = []
  const say = (path: string, message: string): void => {
    issues.push({
      code: 'margin.matrix',
      path,
      message,
      hint: "take positions, prices and the venue's numbers of one moment",
    })
  }
  const must = (path: string, values: Readonly<Record<string, readonly [number, Range]>>): void => {
    for (const message of violationsOf(values)) say(path, message)
  }
  terms.scenarios.forEach(({ factor, weight }, k) => {
    must(`scenarios.${k}`, { factor: [factor, 'positive'], weight: [weight, 'nonNegative'] })
  })
  if (terms.scenarios.length === 0) say('scenarios', 'scenarios must be at least one, was none')
  for (const group of ['vol', 'discount', 'basis', 'held', 'confidence', 'peg', 'initial'] as const)
    for (const [name, value] of Object.entries(terms[group])) {
      const isFactor = group === 'basis' && (name === 'up' || name === 'down')
      must(group, { [name]: [value, isFactor ? 'positive' : 'nonNegative'] })
    }
  must('vol', { 'floor, in days,': [terms.vol.floor, 'positive'] })
  const { cash, stable, index, confidence, coins, perp } = account
  must('account', {
    cash: [cash, 'finite'],
    stable: [stable, 'positive'],
    index: [index, 'positive'],
    confidence: [confidence, 'share'],
    coins: [coins, 'nonNegative'],
    'quantity of the perpetual': [perp.quantity, 'finite'],
    'price of the perpetual': [perp.price, perp.quantity === 0 ? 'finite' : 'positive'],
    'profit of the perpetual': [perp.profit, 'finite'],
  })
  const seen = new Set<Instant>()
  for (const { expiry, fixed, variable, rate, confidence: sure, options } of account.expiries) {
    const name = formatInstant(expiry)
    if (seen.has(expiry)) say(name, `${name} must be one expiry, was two`)
    seen.add(expiry)
    if (expiry <= at)
      for (const { id } of options) say(id, `${id} must expire after ${formatInstant(at)}, was expired at ${name}`)
    must(name, {
      forward: [fixed + variable, 'positive'],
      'what of it is fixed': [fixed, 'nonNegative'],
      'what of it is not': [variable, 'nonNegative'],
      rate: [rate, 'finite'],
      confidence: [sure, 'share'],
    })
    for (const { id, strike, vol, quantity } of options)
      must(id, { strike: [strike, 'positive'], vol: [vol, 'positive'], quantity: [quantity, 'finite'] })
  }
  return issues
}
