/** Why the standard margin of an account cannot be computed, all of it, each under the position or the term that is wrong. */
import { type Decimal, ONE, toText, ZERO } from '../base/decimal.ts'
import { formatInstant, type Instant } from '../base/instant.ts'
import type { Issue } from '../base/result.ts'
import { checkOption, checkOptionTerms } from './option-margin.ts'
import type { StandardAccount, StandardMarket, StandardTerms } from './standard-types.ts'

interface Question {
  readonly terms: StandardTerms
  readonly at: Instant
}

export function checkAccount(account: StandardAccount, question: Question): readonly Issue[] {
  const { terms } = question
  const issues: Issue[] = [...checkOptionTerms('options', terms.options)]
  for (const name of ['unpaired', 'perp', 'coins', 'depeg', 'confidence'] as const)
    for (const [key, value] of Object.entries(terms[name]) as [string, Decimal][])
      if (value < ZERO) issues.push(issue(`${name}.${key}`, `${key} must be 0 or more, was ${toText(value)}`))
  if (account.stable <= ZERO)
    issues.push(issue('stable', `price of the cash must be above 0, was ${toText(account.stable)}`))
  account.markets.forEach((market, k) => {
    if (account.markets.findIndex(({ underlying }) => underlying === market.underlying) !== k)
      issues.push(issue(market.underlying, `${market.underlying} must be one market, was two`))
    issues.push(...checkMarket(market, question))
  })
  return issues
}

function checkMarket(market: StandardMarket, question: Question): readonly Issue[] {
  const { underlying, index, indexConfidence, options, expiries, perp, coins } = market
  const issues: Issue[] = []
  const must = (holds: boolean, path: string, message: string): void => {
    if (!holds) issues.push(issue(path, message))
  }
  const sure = (path: string, value: Decimal): void =>
    must(value >= ZERO && value <= ONE, path, `confidence of ${path} must be from 0 to 1, was ${toText(value)}`)
  must(index > ZERO, underlying, `index of ${underlying} must be above 0, was ${toText(index)}`)
  must(coins >= ZERO, underlying, `coins of ${underlying} must be 0 or more, was ${toText(coins)}`)
  sure(underlying, indexConfidence)
  for (const { expiry, forward, forwardConfidence, volConfidence } of expiries) {
    const name = `${underlying} ${formatInstant(expiry)}`
    must(forward > ZERO, name, `forward of ${name} must be above 0, was ${toText(forward)}`)
    sure(name, forwardConfidence)
    sure(name, volConfidence)
  }
  for (const option of options) {
    const { id, expiry, contract } = option.instrument
    const forwards = expiries.filter((each) => each.expiry === expiry).length
    must(forwards === 1, id, `${id} must have one forward of ${formatInstant(expiry)}, was ${forwards}`)
    must(contract === 'linear', id, `${id} must settle in the cash of the account, was in coin`)
    issues.push(...checkOption({ ...option, underlying: ONE }, { terms: question.terms.options, at: question.at }))
  }
  if (perp === null) return issues
  const { id, contract } = perp.instrument
  must(contract === 'linear', id, `${id} must settle in the cash of the account, was in coin`)
  must(
    perp.price > ZERO && perp.entry > ZERO,
    id,
    `price and entry of ${id} must be above 0, was ${toText(perp.price)} and ${toText(perp.entry)}`,
  )
  sure(id, perp.confidence)
  return issues
}

const issue = (path: string, message: string): Issue => ({
  code: 'margin.account',
  path,
  message,
  hint: "take positions, prices and the venue's numbers of one moment",
})
