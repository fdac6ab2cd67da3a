/**
 * What `plan()` refuses to compute with. Every issue is collected; paths are those of a book file, so that a reader of
 * one can put a line number to them.
 */
import { type Decimal, toNumber, toText, ZERO } from '../base/decimal.ts'
import { formatDuration } from '../base/format.ts'
import { RATIO_ZERO, type Ratio, ratioCompare, ratioToNumber } from '../base/ratio.ts'
import type { Issue } from '../base/result.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { RiskModel } from '../domain/market.ts'
import type { Universe } from '../domain/universe.ts'
import { checkCovariance } from './covariance-check.ts'
import { checkGuardTerms, checkTrends } from './guard-check.ts'
import { checkLimits, checkScenarios, dependsOnPrice } from './limit-check.ts'
import { type Knob, knobValues, type Mandate, type Policy } from './mandate.ts'
import type { PlanInputs } from './plan-types.ts'

/** All issues of the inputs, in a fixed order; empty when they can be planned with. */
export const check = (inputs: PlanInputs): readonly Issue[] => [
  ...checkMandate(inputs.mandate),
  ...checkPrices(inputs),
  ...checkMarks(inputs),
  ...checkPositions(inputs),
  ...checkTradeable(inputs),
  ...checkRisk(inputs),
  ...checkScenarios(inputs),
  ...checkTrends(inputs),
]

/** Mandates and forecasts serve many plans and are never written to, so those that passed are not judged again. */
const passedMandates = new WeakSet<Mandate>()
const passedForecasts = new WeakMap<RiskModel, Universe>()

/** Target, policy and limits among themselves; needs no market. */
export function checkMandate(mandate: Mandate): readonly Issue[] {
  if (passedMandates.has(mandate)) return []
  const issues = [...checkLimits(mandate), ...checkPolicy(mandate), ...checkGuardTerms(mandate.policy)]
  if (issues.length === 0) passedMandates.add(mandate)
  return issues
}

const show = (fraction: Ratio): string => String(ratioToNumber(fraction))
const isNegative = (limit: Ratio): boolean => limit.n < 0n

function checkPolicy({ policy, universe }: Mandate): Issue[] {
  const issue = (path: string, must: string, was: Ratio): Issue => ({
    code: 'policy.range',
    path: `policy.${path}`,
    message: `must be ${must}, was ${show(was)}`,
    hint: 'write a fraction such as 10% or 25bp',
  })
  switch (policy.kind) {
    case 'full':
      return []
    case 'proportional':
      return policy.rate.n > 0n && ratioCompare(policy.rate, { n: 1n, d: 1n }) <= 0
        ? []
        : [issue('rate', 'above 0 and at most 1', policy.rate)]
    case 'costAware':
      return [...checkKnob(policy.knob, issue), ...checkOutlook(policy)]
    case 'riskCap':
      return isNegative(policy.trackingErrorMax)
        ? [issue('trackingErrorMax', '0 or more', policy.trackingErrorMax)]
        : []
    case 'band': {
      if (policy.unit === 'risk') return isNegative(policy.width) ? [issue('width', '0 or more', policy.width)] : []
      const widths = policy.width.flatMap((width, u) =>
        isNegative(width) ? [issue(`width.${universe.underlyings[u]}`, '0 or more', width)] : [],
      )
      const floor = policy.unit === 'relative' && policy.floor.n <= 0n ? [issue('floor', 'above 0', policy.floor)] : []
      return [...widths, ...floor]
    }
  }
}

function checkKnob(knob: Knob, issue: (path: string, must: string, was: Ratio) => Issue): Issue[] {
  const values = knobValues(knob)
  if (values.length === 0) return [issue('width', 'given for one underlying at least', RATIO_ZERO)]
  return values
    .filter((each) => each.n <= 0n)
    .map((each) => issue(knob.kind === 'widths' ? 'width' : knob.kind, 'above 0', each))
}

/** How the drift of the book is judged, and how long deviations last. */
function checkOutlook({ knob, drift, lastingMs }: Extract<Policy, { kind: 'costAware' }>): Issue[] {
  const issues: Issue[] = []
  if (drift === 'held' && knob.kind === 'widths')
    issues.push({
      code: 'policy.drift',
      path: 'policy.drift',
      message: 'must be target where widths are stated, was held',
      hint: 'bands that follow what is held have no width of their own: state trackingError or aversion, or leave drift out',
    })
  if (lastingMs !== undefined && !(lastingMs > 0 && Number.isFinite(lastingMs)))
    issues.push({
      code: 'policy.range',
      path: 'policy.lasting',
      message: `must be a time above 0, was ${lastingMs} ms`,
      hint: 'write a duration such as 1y, or leave it out',
    })
  return issues
}

function checkPrices({ mandate: { universe }, market }: PlanInputs): Issue[] {
  const issues: Issue[] = []
  const positive = (name: string, price: Decimal): void => {
    if (price <= ZERO)
      issues.push({
        code: 'market.price',
        path: `market.prices.${name}`,
        message: `price must be above 0, was ${toText(price)}`,
        hint: 'give the current mark price',
      })
  }
  universe.instruments.forEach(({ id }, j) => {
    positive(id, market.price[j]!)
  })
  universe.currencies.forEach((name, c) => {
    positive(name, market.rate[c]!)
  })
  return issues
}

function checkMarks({ mandate: { universe, constraints }, market, portfolio }: PlanInputs): Issue[] {
  const issues: Issue[] = []
  // A stale instrument that is held is only frozen, unless a limit cannot be tested without its price.
  universe.instruments.forEach(({ id }, j) => {
    if (market.stale[j] !== 1 || portfolio.quantity[j] === ZERO) return
    const limit = dependsOnPrice(constraints, universe, universe.underlyingOf[j]!)
    if (limit === null) return
    issues.push({
      code: 'market.stale',
      path: `market.prices.${id}`,
      message: `the mark must be fresh because ${limit} depends on it, was ${formatDuration(market.priceAgeMs[j]!)} old`,
      hint: 'refresh the price, or raise market.markAgeMax if you accept its age',
    })
  })
  return issues
}

function checkPositions({ mandate: { universe }, portfolio }: PlanInputs): Issue[] {
  const issues: Issue[] = []
  universe.instruments.forEach((instrument, j) => {
    if (instrument.kind === 'spot' || portfolio.quantity[j] === ZERO) return
    const path = `positions.${instrument.id}`
    if (instrument.kind === 'option')
      issues.push({
        code: 'option.unpriced',
        path,
        message: 'must not be an option yet: options have no pricing here, was held',
        hint: 'leave the option out of the book and size it elsewhere',
      })
    else if (!((portfolio.entry[j] ?? ZERO) > ZERO))
      issues.push({
        code: 'position.entry',
        path,
        message: `must have an entry price above 0, was ${portfolio.entry[j] === null ? 'missing' : toText(portfolio.entry[j]!)}`,
        hint: 'cash excludes unrealised profit, which is computed from the entry price',
      })
  })
  portfolio.orders.forEach((order) => {
    if (order.quantity > ZERO) return
    issues.push({
      code: 'order.quantity',
      path: `orders.${order.id}`,
      message: `what is open must be above 0, was ${toText(order.quantity)}`,
      hint: 'leave filled orders out',
    })
  })
  return issues
}

function checkTradeable({ mandate, market }: PlanInputs): Issue[] {
  const { universe, constraints } = mandate
  const issues: Issue[] = []
  for (const j of mandate.tradeable.flat()) {
    const instrument = universe.instruments[j]!
    checkTerms(instrument, issues)
    if (instrument.kind === 'spot' && universe.exposureOf[universe.quoteOf[j]!]! >= 0)
      issues.push({
        code: 'instrument.quote-is-underlying',
        path: pathOf(instrument),
        message: `must be quoted in money to be traded, was quoted in ${instrument.quote}, which is an underlying of this book`,
        hint: `trading it moves two imbalances at once; trade ${instrument.underlying} against money instead`,
      })
    if (instrument.kind === 'future' && instrument.expiry <= market.asOf)
      issues.push({
        code: 'instrument.expired',
        path: pathOf(instrument),
        message: 'must expire after asOf, was expired',
        hint: 'remove it or trade the next expiry',
      })
    if (constraints.participation !== null && !(market.volumePerDay[j]! >= 0))
      issues.push({
        code: 'market.volume',
        path: `market.volumes.${instrument.id}`,
        message: 'daily volume must be known under limits.participation, was missing',
        hint: 'give the volume or drop the limit',
      })
    if (constraints.depthShareMax !== null && !(market.depth[j]! >= 0))
      issues.push({
        code: 'market.depth',
        path: `market.depths.${instrument.id}`,
        message: 'depth must be known under limits.depthShare, was missing',
        hint: 'give the depth or drop the limit',
      })
  }
  return issues
}

const pathOf = ({ id }: Instrument): string => `instruments.${id}`

function checkTerms(instrument: Instrument, issues: Issue[]): void {
  if (instrument.kind === 'option')
    issues.push({
      code: 'option.unpriced',
      path: pathOf(instrument),
      message: 'must not be an option yet: options have no pricing here, was listed to be traded',
      hint: 'trade spot, a perp or a future for this underlying',
    })
  if (!(instrument.grid.lot > ZERO))
    issues.push({
      code: 'instrument.lot',
      path: `${pathOf(instrument)}.lot`,
      message: `lot must be above 0, was ${toText(instrument.grid.lot)}`,
      hint: 'see the venue’s step size',
    })
  if (!(instrument.multiplier > ZERO))
    issues.push({
      code: 'instrument.multiplier',
      path: `${pathOf(instrument)}.multiplier`,
      message: `multiplier must be above 0, was ${toText(instrument.multiplier)}`,
      hint: 'see the contract’s size',
    })
  if (instrument.spread < ZERO || Math.abs(toNumber(instrument.fee.taker)) >= 1)
    issues.push({
      code: 'instrument.cost',
      path: pathOf(instrument),
      message: 'spread must be 0 or more and the fee below 100 %, was otherwise',
      hint: 'write 5bp for five basis points',
    })
}

function checkRisk({ mandate: { universe }, risk, market }: PlanInputs): readonly Issue[] {
  const issues = passedForecasts.get(risk) === universe ? [] : checkForecast(risk, universe)
  if (issues.length === 0) passedForecasts.set(risk, universe)
  if (risk.asOf <= market.asOf) return issues
  return [
    ...issues,
    {
      code: 'risk.from-future',
      path: 'market',
      message: 'the risk forecast must not be later than asOf, was later',
      hint: 'a forecast from the future would leak into the plan',
    },
  ]
}

function checkForecast(risk: RiskModel, universe: Universe): readonly Issue[] {
  const issues: Issue[] = []
  const { covariance } = risk
  const n = universe.underlyings.length
  universe.underlyings.forEach((name, u) => {
    const vol = risk.vol[u] ?? Number.NaN
    let finite = covariance.length >= u * n + n
    // Without an early end, which would cost every plan more than it saves a broken one.
    for (let k = u * n; k < u * n + n; k++) finite = Math.abs(covariance[k]!) < Number.POSITIVE_INFINITY && finite
    if (finite && vol >= 0 && Number.isFinite(vol) && covariance[u * n + u]! >= 0) return
    issues.push({
      code: 'risk.not-finite',
      path: `market.vols.${name}`,
      message: `volatility and covariances must be finite and 0 or more, was ${vol}`,
      hint: 'give market.vols and market.correlations, or candles with enough history',
    })
  })
  return issues.length === 0 ? checkCovariance(risk, universe.underlyings) : issues
}
