import { describe, expect, test } from 'vitest'
import type { MarginProfile } from '../../src/core/margin/profile.ts'
import { canonicalText } from '../../src/wire/codec.ts'
import { decodeMarginProfile, marginProfileSchema } from '../../src/wire/margin-codec.ts'
import { messagesOf, unwrap } from '../core/cost/reference.ts'
import { LADDER, profileOf, termsOf } from '../core/margin/tiered.ts'
import { filesUnder, readText } from '../repository/source.ts'

const encode = (profile: MarginProfile): string => canonicalText(marginProfileSchema.encode(profile as never))
const EXAMPLE = readText('examples/margin.json')

describe('margin profiles as JSON', () => {
  test('[MARGIN-12] the example is a profile, and every profile survives its text', () => {
    expect(unwrap(decodeMarginProfile(EXAMPLE)).tiers['BTC-PERP']).toEqual(
      termsOf(LADDER, { valueMax: 5_000_000n * 10n ** 18n } as never),
    )
    for (const profile of [
      unwrap(decodeMarginProfile(EXAMPLE)),
      profileOf(),
      profileOf({ partly: ['The fee is not.'] }),
    ])
      expect(unwrap(decodeMarginProfile(encode(profile)))).toStrictEqual(profile)
  })

  test.each(filesUnder('profiles', ['.json']).map(({ path }) => path))(
    '[MARGIN-12] %s is a profile that says what of it is published in part',
    (path) => {
      const profile = unwrap(decodeMarginProfile(readText(path)))
      expect(profile.partly.length).toBeGreaterThan(0)
      expect(Object.keys({ ...profile.tiers, ...profile.options }).length).toBeGreaterThan(0)
    },
  )

  test.each([
    ['a number that is no exact text', '"0.005"', '0.005', 'tiers.BTC-PERP.tiers[0].maintenance'],
    ['a time without a zone', '"2026-01-01T00:00:00Z"', '"2026-01-01T00:00"', 'from'],
    ['a key of its own', '"venue"', '"place": "x", "venue"', ''],
    ['another basis', '"mark"', '"last"', 'tiers.BTC-PERP.maintainedAt'],
    ['a table that cannot be', '"from": "0"', '"from": "1"', 'tiers.BTC-PERP.tiers.0'],
  ])('[MARGIN-12] %s is refused, naming where', (_, was, is, path) => {
    const messages = messagesOf(decodeMarginProfile(EXAMPLE.replace(was, is)))
    expect(messages).toHaveLength(1)
    expect(messages[0]!.slice(0, path.length + 1)).toBe(`${path}:`)
  })
})
