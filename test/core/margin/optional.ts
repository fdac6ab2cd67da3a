/** Options to try margin on, and the rules of venues whose profiles are part of the project. */
import { decimal } from '../../../src/core/base/decimal.ts'
import type { Option } from '../../../src/core/domain/instrument.ts'
import type { HeldOption, OptionMarginTerms } from '../../../src/core/margin/option-margin.ts'
import { optionTermsOf } from '../../../src/core/margin/profile.ts'
import type { RiskMatrixTerms } from '../../../src/core/margin/risk-matrix.ts'
import type { StandardTerms } from '../../../src/core/margin/standard-types.ts'
import { decodeMarginProfile } from '../../../src/wire/margin-codec.ts'
import { readText } from '../../repository/source.ts'
import { perp, unwrap } from '../cost/reference.ts'

export const NOW = Date.UTC(2026, 0, 1)
export const EXPIRY = Date.UTC(2026, 2, 27)

export const option = (right: 'call' | 'put', strike: string, over: Partial<Option> = {}): Option => {
  const { contract: _, ...terms } = perp()
  return {
    ...terms,
    kind: 'option',
    id: `BTC-${strike}-${right === 'call' ? 'C' : 'P'}`,
    contract: 'linear',
    expiry: EXPIRY,
    strike: decimal(strike),
    right,
    ...over,
  }
}
export const inCoin: Partial<Option> = { contract: 'inverse', settle: 'BTC', quote: 'BTC' }

export const heldOption = (
  instrument: Option,
  parts: { readonly quantity: string; readonly mark: string; readonly underlying: string; readonly entry?: string },
): HeldOption => ({
  instrument,
  quantity: decimal(parts.quantity),
  mark: decimal(parts.mark),
  entry: parts.entry === undefined ? null : decimal(parts.entry),
  underlying: decimal(parts.underlying),
})

const shipped = (name: string): OptionMarginTerms =>
  unwrap(optionTermsOf(unwrap(decodeMarginProfile(readText(`profiles/${name}.json`))), 'BTC'))
export const DERIBIT = shipped('deribit-standard')
export const BYBIT = shipped('bybit-options')
export const DERIVE = shipped('derive-standard')
/** Its initial margin alone is published: maintenance here is any. */
export const OKX: OptionMarginTerms = {
  call: DERIBIT.call,
  put: { ...DERIBIT.call, initialLeastOfMark: decimal('0.1') },
  premium: 'mark',
}
const rates = (initial: string, maintenance: string): StandardTerms['perp'] => ({
  initial: decimal(initial),
  maintenance: decimal(maintenance),
})
/** In round numbers near those of Derive. */
export const STANDARD: StandardTerms = {
  options: DERIVE,
  unpaired: rates('1.2', '1.1'),
  perp: rates('0.065', '0.05'),
  coins: { share: decimal('0.8'), initial: decimal('1') },
  depeg: { below: decimal('0.98'), factor: decimal('1.2') },
  confidence: { below: decimal('0.4'), factor: decimal('0.4') },
}

/** A matrix of scenarios in round numbers. */
export const MATRIX: RiskMatrixTerms = {
  scenarios: [0.85, 1, 1.15].flatMap((factor) =>
    (['up', 'none', 'down'] as const).map((vol) => ({ factor, vol, weight: 1 })),
  ),
  vol: { up: 0.45, down: 0.3, short: 0.3, long: 0.13, floor: 1 },
  discount: { base: 0.95, rateFactor: 4, rateAdd: 0.05 },
  basis: { up: 1.05, down: 0.95, add: 0.25, perYear: 0.01 },
  held: { perp: 0.02, coins: 0.02, option: 0.01 },
  confidence: { below: 0.6, factor: 0.5 },
  peg: { below: 0.98, factor: 2 },
  initial: { factor: 1.3 },
}
