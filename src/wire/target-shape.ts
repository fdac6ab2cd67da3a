/** The shape of the targets of a book: stated weights, weights computed from risk, and a path from other weights to them. */
import { fraction, instant, kind, name } from './leaf.ts'
import { either, keyed, listOf, openSection, optional, section, underlyings, variants } from './shape.ts'

const weightOf = (what: string) => fraction('weight', 'any', { what, example: '50%' })
const rest = optional(name({ what: 'the underlying that gets what is left', example: 'ETH' }))
const glide = optional(
  section('a straight line from other weights to these targets', {
    from: instant({ what: 'the time it starts', example: '2026-01-01T00:00:00Z' }),
    to: instant({ what: 'the time it ends at these targets', example: '2026-07-01T00:00:00Z' }),
    start: openSection('target weight per underlying at the start', { rest }, weightOf('a target weight')),
  }),
)
const bound = (what: string) =>
  optional(either(`${what}, one for all or one per underlying`, weightOf(what), underlyings(what, weightOf(what))))
const total = fraction('total', 'positive', { what: 'what the computed weights sum to', example: '80%' })
const others = optional(
  underlyings('targets of underlyings outside the set; 0% closes them', weightOf('a target weight')),
)
const set = listOf('the underlyings it is computed for', name({ what: 'an underlying', example: 'BTC' }))
const computed = { of: set, total, others, glide }
const boxed = {
  ...computed,
  min: bound('the least weight (0 unless given)'),
  max: bound('the greatest weight'),
}
const { of: _of, ...budgeted } = boxed
const riskTarget = variants(
  {
    form: 'write weights such as { BTC: 50%, ETH: 30% }, or such as { kind: riskParity, of: [BTC, ETH], total: 80% }',
    kind: 'write `kind: riskParity` or another, or weights without `kind`',
  },
  [
    section('weights whose shares of the risk are the budgets', {
      kind: kind('riskBudget'),
      budgets: underlyings(
        'shares of the risk, 100% in all',
        fraction('budget', 'positive', { what: 'a share of the risk', example: '50%' }),
      ),
      ...budgeted,
    }),
    section('weights with equal shares of the risk', { kind: kind('riskParity'), ...boxed }),
    section('the weights of least variance', { kind: kind('minimumVariance'), ...boxed }),
    section('the weights with the greatest ratio of mean volatility to volatility of the book', {
      kind: kind('maximumDiversification'),
      ...boxed,
    }),
    section('weights in proportion to 1 ÷ volatility', { kind: kind('inverseVolatility'), ...computed }),
    section('inverse variance along a tree of correlations', { kind: kind('hierarchicalRiskParity'), ...computed }),
  ],
)

export const targetsShape = keyed(
  'target weight per underlying, or how they are computed; what is left is cash',
  'kind',
  {
    marked: riskTarget,
    plain: openSection(
      'target weight per underlying; what is left is cash',
      { rest, glide },
      weightOf('a target weight'),
    ),
  },
)
