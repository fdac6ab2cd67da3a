/**
 * What a book needs under the tiers of a venue, as a `MarginModel`: Σ value ÷ leverage and Σ (rate·value − deduction), in the
 * numeraire, each instrument in its own table (`tiers.ts` is the same of one position in exact money). A position that its
 * price has carried beyond the largest value stays in the last tier, as venues keep it there; that none is opened beyond is
 * for who asks `tierMargin`.
 */
import { type Decimal, toNumber, toNumbers, toText, ZERO } from '../base/decimal.ts'
import { fail, type Issue, type Result, refuse, succeed } from '../base/result.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { Universe } from '../domain/universe.ts'
import { isReciprocal } from '../domain/valuation.ts'
import { type MarginModel, needsMargin } from './margin-model.ts'
import { type MarginProfile, tiersOf } from './profile.ts'
import { type TierTerms, tierPieces } from './tiers.ts'

interface Table {
  readonly unit: number
  readonly reciprocal: boolean
  /** Of spot nothing is needed unless it is owed. */
  readonly owedOnly: boolean
  readonly from: Float64Array
  readonly rate: Float64Array
  readonly deduction: Float64Array
  /** Leverage that counts in each tier. */
  readonly leverage: Float64Array
}

/**
 * @param leverage per instrument, what was chosen for it; null the most its tier allows. In a tier that allows less than was
 * chosen, what it allows counts.
 */
export function tierModel(
  universe: Universe,
  { profile, leverage }: { readonly profile: MarginProfile; readonly leverage: readonly (Decimal | null)[] },
): Result<MarginModel> {
  const issues: Issue[] = []
  const tables = universe.instruments.map((instrument, j) => {
    if (!needsMargin(instrument, instrument.kind === 'spot' && !instrument.short ? 1 : -1)) return null
    const found = tableOf(instrument, { profile, leverage: leverage[j] ?? null })
    if (found.ok) return found.value
    issues.push(...found.error)
    return null
  })
  if (issues.length > 0) return fail(issues)
  return succeed((quantity, { mark, rate }) => {
    let [initial, maintenance] = [0, 0]
    for (let j = 0; j < quantity.length; j++) {
      const table = tables[j]
      const held = quantity[j]!
      if (held === 0 || table === null || table === undefined || (table.owedOnly && held > 0)) continue
      const value = Math.abs(held) * table.unit * (table.reciprocal ? 1 / mark[j]! : mark[j]!)
      let k = 0
      while (k + 1 < table.from.length && value > table.from[k + 1]!) k++
      const worth = rate[universe.settleOf[j]!]!
      initial += (value / table.leverage[k]!) * worth
      maintenance += (value * table.rate[k]! - table.deduction[k]!) * worth
    }
    return { initial, maintenance }
  })
}

function tableOf(
  instrument: Instrument,
  { profile, leverage }: { readonly profile: MarginProfile; readonly leverage: Decimal | null },
): Result<Table> {
  const { id } = instrument
  if (instrument.kind === 'option')
    return refuse(
      'margin.model',
      id,
      `${id} must be spot, a perp or a future to have tiers, was an option`,
      'leave it out',
    )
  const terms = tiersOf(profile, id)
  if (!terms.ok) return terms
  if (terms.value.maintainedAt === 'entry')
    return refuse(
      'margin.model',
      id,
      `maintenance of ${id} must be of its value at the mark, was at its entry, which a model of quantities and marks does not know`,
      'ask tierMargin and liquidationPrice, which take the entry',
    )
  if (leverage !== null && leverage <= ZERO)
    return refuse('margin.leverage', id, `leverage of ${id} must be above 0, was ${toText(leverage)}`, 'choose one')
  return succeed(compiled(instrument, { terms: terms.value, leverage }))
}

function compiled(
  instrument: Instrument,
  { terms, leverage }: { readonly terms: TierTerms; readonly leverage: Decimal | null },
): Table {
  const pieces = tierPieces(terms)
  const most = toNumbers(terms.tiers.map(({ leverageMax }) => leverageMax))
  return {
    unit: toNumber(instrument.multiplier),
    reciprocal: isReciprocal(instrument),
    owedOnly: instrument.kind === 'spot',
    from: toNumbers(pieces.map(({ from }) => from)),
    rate: toNumbers(pieces.map(({ rate }) => rate)),
    deduction: toNumbers(pieces.map(({ deduction }) => deduction)),
    leverage: leverage === null ? most : most.map((each) => Math.min(each, toNumber(leverage))),
  }
}
