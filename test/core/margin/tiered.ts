/** Tiers to try margin on, in round numbers that no venue has. */
import { type Decimal, decimal, ZERO } from '../../../src/core/base/decimal.ts'
import type { Instrument } from '../../../src/core/domain/instrument.ts'
import type { TieredPosition } from '../../../src/core/margin/liquidation-price.ts'
import type { MarginProfile } from '../../../src/core/margin/profile.ts'
import type { Tier, TierTerms } from '../../../src/core/margin/tiers.ts'

/** "from rate leverage" a tier. */
const tiers = (...rows: readonly string[]): readonly Tier[] =>
  rows.map((row) => {
    const [from = '', maintenance = '', leverageMax = ''] = row.split(' ')
    return { from: decimal(from), maintenance: decimal(maintenance), leverageMax: decimal(leverageMax) }
  })

export const termsOf = (rows: readonly string[], over: Partial<TierTerms> = {}): TierTerms => ({
  tiers: tiers(...rows),
  valueMax: null,
  closingFee: ZERO,
  maintainedAt: 'mark',
  ...over,
})

/** Takes off 0, 500, 1,500 and 89,000. */
export const LADDER = ['0 0.005 100', '100000 0.01 50', '400000 0.0125 20', '1000000 0.1 5']

export const profileOf = (over: Partial<MarginProfile> = {}): MarginProfile => ({
  venue: 'example',
  from: Date.UTC(2026, 0, 1),
  until: Date.UTC(2026, 6, 1),
  source: 'round numbers',
  partly: [],
  tiers: { 'BTC-PERP': termsOf(LADDER), 'BTC-COIN': termsOf(['0 0.005 100', '10 0.01 50', '50 0.05 10']) },
  options: {},
  ...over,
})

export const held = (
  instrument: Instrument,
  parts: { readonly quantity: string; readonly entry: string; readonly terms: TierTerms },
): TieredPosition => ({
  instrument,
  quantity: decimal(parts.quantity),
  entry: decimal(parts.entry),
  terms: parts.terms,
})

/** Two tiers, of which a value above the second's beginning is kept at rate·value − deduction. */
export function twoTiers(rate: Decimal, deduction: Decimal): TierTerms {
  const from = decimal('2000000')
  if (deduction === ZERO)
    return { ...termsOf([]), tiers: [{ from: ZERO, maintenance: rate, leverageMax: decimal('1') }] }
  // deduction = from·(rate − lower)
  const lower = (rate - deduction / 2_000_000n) as Decimal
  return {
    ...termsOf([]),
    tiers: [
      { from: ZERO, maintenance: lower, leverageMax: decimal('1') },
      { from, maintenance: rate, leverageMax: decimal('1') },
    ],
  }
}
