import { describe, expect, test } from 'vitest'
import { ZERO } from '../../../src/core/base/decimal.ts'
import { checkProfile, optionTermsOf, profileAt, tiersOf } from '../../../src/core/margin/profile.ts'
import { messagesOf, unwrap } from '../cost/reference.ts'
import { DERIBIT } from './optional.ts'
import { profileOf, termsOf } from './tiered.ts'

const JANUARY = Date.UTC(2026, 0, 1)
const JULY = Date.UTC(2026, 6, 1)
const first = profileOf()
const second = profileOf({ from: JULY, until: null })

describe('margin profiles', () => {
  test.each([
    ['its first moment', JANUARY, first],
    ['its last', JULY - 1, first],
    ['the next one', JULY, second],
    ['long after', Date.UTC(2040, 0), second],
  ])('[MARGIN-6] a profile holds from its first moment until the next begins: %s', (_, at, expected) => {
    expect(unwrap(profileAt([second, first], { venue: 'example', at }))).toBe(expected)
  })

  const DATES =
    'of example (2026-01-01T00:00:00.000Z to 2026-07-01T00:00:00.000Z; 2026-07-01T00:00:00.000Z to now), was in 0 of them'
  test.each([
    ['another venue', 'else', JANUARY, 'else: venue must be one that a profile is of (example), was "else"'],
    [
      'a moment before',
      'example',
      JANUARY - 1,
      `example: 2025-12-31T23:59:59.999Z must be in the validity of one profile ${DATES}`,
    ],
  ])('[MARGIN-6] %s is refused, and never answered from another profile', (_, venue, at, message) => {
    expect(messagesOf(profileAt([second, first], { venue, at }))).toEqual([message])
  })

  test('[MARGIN-6] two profiles of one moment, none at all, and an instrument that is not there are refused', () => {
    expect(messagesOf(profileAt([first, first], { venue: 'example', at: JANUARY }))[0]).toContain('was in 2 of them')
    expect(messagesOf(profileAt([], { venue: 'example', at: JANUARY }))[0]).toContain('(none was given)')
    expect(messagesOf(tiersOf(first, 'toString'))).toEqual([
      'toString: toString must be in the profile of example of 2026-01-01T00:00:00.000Z, was missing',
    ])
  })

  test('[MARGIN-6] the rule for options is found by underlying, and refused where it is missing or cannot be', () => {
    expect(unwrap(optionTermsOf(profileOf({ options: { BTC: DERIBIT } }), 'BTC'))).toBe(DERIBIT)
    expect(messagesOf(optionTermsOf(first, 'BTC'))).toEqual([
      'BTC: BTC must be in the profile of example of 2026-01-01T00:00:00.000Z, was missing',
    ])
    const wrong = { ...DERIBIT, call: { ...DERIBIT.call, maintenance: ZERO } }
    const message = 'options.BTC.call.maintenance: maintenance must be above 0, was 0'
    expect(messagesOf(optionTermsOf(profileOf({ options: { BTC: wrong } }), 'BTC'))).toEqual([message])
    expect(checkProfile(profileOf({ options: { BTC: wrong } })).map((each) => `${each.path}: ${each.message}`)).toEqual(
      [message],
    )
  })

  test('[MARGIN-7] a profile that cannot be is refused, all of it at once', () => {
    expect(checkProfile(first)).toEqual([])
    const wrong = profileOf({
      venue: ' ',
      source: '',
      partly: [''],
      until: JANUARY,
      tiers: { X: termsOf([]), A: termsOf(['1 0.1 1']) },
    })
    expect(checkProfile(wrong).map(({ path, message }) => `${path}: ${message}`)).toEqual([
      'venue: venue must say something, was empty',
      'source: source must say where the numbers were read, was empty',
      'partly.0: what is published in part must be a sentence, was empty',
      'until: until must be a time after 2026-01-01T00:00:00.000Z, was 2026-01-01T00:00:00.000Z',
      'tiers.A.tiers.0: the first tier must begin at 0, was 1',
      'tiers.X.tiers: tiers must begin with the one from 0, was an empty list',
    ])
    expect(checkProfile(profileOf({ from: 0.5 })).map(({ message }) => message)).toEqual([
      'from must be a time in whole milliseconds, was 0.5',
    ])
    expect(messagesOf(tiersOf(wrong, 'X'))).toEqual([
      'tiers.X.tiers: tiers must begin with the one from 0, was an empty list',
    ])
  })
})
