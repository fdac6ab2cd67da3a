/**
 * `npm run bench`: medians, with least and most, of what is done often. Warm: after the engine has compiled, new prices every
 * call. Cold: the first call of a process. Where a peer runs on npm the same work is timed in the same run.
 */
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { Decimal as DecimalJs } from 'decimal.js'
import { CholeskyDecomposition, Matrix } from 'ml-matrix'
import PortfolioAllocation from 'portfolio-allocation'
import { add, toNumber, toText, ZERO } from '../src/core/base/decimal.ts'
import { ratio } from '../src/core/base/ratio.ts'
import { chain, GENESIS } from '../src/core/ledger/chain.ts'
import { foldEvents, openLedger } from '../src/core/ledger/ledger.ts'
import { factorise } from '../src/core/maths/cholesky.ts'
import { optimiseOnLattice } from '../src/core/maths/lattice.ts'
import { ewmaRisk } from '../src/core/risk/ewma.ts'
import { aimAt } from '../src/core/sizing/aim.ts'
import { constrain } from '../src/core/sizing/constrain.ts'
import { glanceAt, openGlance } from '../src/core/sizing/glance.ts'
import { measureImbalance } from '../src/core/sizing/imbalance.ts'
import type { Policy } from '../src/core/sizing/mandate.ts'
import { plan } from '../src/core/sizing/plan.ts'
import type { PlanInputs } from '../src/core/sizing/plan-types.ts'
import { prepare } from '../src/core/sizing/prepare.ts'
import { quantize, roundingOf } from '../src/core/sizing/quantize.ts'
import { size } from '../src/core/sizing/size.ts'
import { riskTargetWeights } from '../src/core/sizing/targets/risk-target.ts'
import { sizeTrade, sizeTradeIn } from '../src/core/sizing/trade.ts'
import { openBook } from '../src/core/sizing/trade-stages.ts'
import { value } from '../src/core/sizing/value.ts'
import { benchBacktest } from './backtest.ts'
import {
  HISTORY_END,
  HOUR_MS,
  makeAmounts,
  makeBook,
  makeHistories,
  makePositiveDefinite,
  reprice,
  withImpact,
} from './books.ts'
import { benchEvidence } from './evidence.ts'
import { FILLS_ACCOUNT, makeFills } from './fills.ts'
import { benchMargin } from './margin.ts'
import { answered, measure, measureOnce, measureProcess, report, section, type Timing } from './measure.ts'
import { benchOrderBook } from './order-book.ts'
import { benchPricing } from './pricing.ts'
import { benchStudy } from './study.ts'
import { benchVenue } from './venue.ts'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const POLICIES: readonly (readonly [string, (n: number) => Policy])[] = [
  ['risk band', () => ({ kind: 'band', unit: 'risk', width: ratio(3n, 1000n), to: 'edge' })],
  [
    'weight band',
    (n) => ({
      kind: 'band',
      unit: 'weight',
      width: Array.from({ length: n }, () => ratio(1n, 10n * BigInt(n))),
      to: 'edge',
    }),
  ],
  ['risk cap', () => ({ kind: 'riskCap', trackingErrorMax: ratio(3n, 1000n) })],
]

function benchPlan(): void {
  section('plan(), a whole book')
  for (const n of [10, 50, 200]) {
    for (const [name, policyOf] of POLICIES) {
      const book = makeBook(n, policyOf, n)
      const first = measureOnce(() => answered(plan(book)))
      const priced = reprice(book, 64, n + 1)
      const legs = answered(plan(priced[0]!)).legs.length
      const runs = n > 50 ? 30 : 200
      const timing = measure((index) => answered(plan(priced[index % priced.length]!)), { warm: runs, runs })
      report(`n = ${n}, ${name}`, timing, `${legs} legs`)
      if (n === 10 && name === POLICIES[0]![0]) report(`n = ${n}, ${name}, cold`, first)
    }
  }
}

/** Books that have nothing to do, as most hours: whether that is certain. */
function benchGlance(): void {
  section('glanceAt(), is there nothing to do')
  for (const n of [10, 50, 200]) {
    for (const [name, policy] of [
      ['weight band', { kind: 'band', unit: 'weight', width: Array(n).fill(ratio(1n, 10n)), to: 'edge' }],
      ['risk band', { kind: 'band', unit: 'risk', width: ratio(1n, 10n), to: 'edge' }],
      [
        'cost-aware',
        { kind: 'costAware', knob: { kind: 'aversion', aversion: ratio(1n, 1000n) }, intervalMs: HOUR_MS },
      ],
    ] as const) {
      const glance = answered(openGlance(makeBook(n, () => policy, n)))
      const priced = reprice(glance.inputs, 64, n + 1)
      const moments = priced.map(({ market: { asOf, price, rate, stale } }) => ({
        asOf,
        price: Float64Array.from(price, toNumber),
        rate: Float64Array.from(rate, toNumber),
        stale,
      }))
      const look = (index: number): boolean => glanceAt(glance, moments[index % moments.length]!)
      const idle = moments.filter((_, index) => look(index)).length
      report(
        `n = ${n}, ${name}`,
        measure(look, { warm: 20_000, runs: 100, batch: 100 }),
        `${idle} of ${moments.length} idle`,
      )
    }
  }
}

/** So averse that also many small positions trade, and impact that weighs as much as the fee. */
const AVERSION = ratio(40n, 1n)
const VOLUME_PER_DAY = 10_000_000

/** The default policy with costs and limits that bind, its curvature made once, as who plans often does. */
function benchCostAware(): void {
  section('plan(), cost-aware, with gross, cash and turnover limits')
  for (const n of [10, 50, 200]) {
    const asked = makeBook(
      n,
      () => ({ kind: 'costAware', knob: { kind: 'aversion', aversion: AVERSION }, intervalMs: HOUR_MS }),
      n,
    )
    const { mandate } = asked
    const limited = {
      ...asked,
      mandate: {
        ...mandate,
        constraints: { ...mandate.constraints, turnoverMax: { value: ratio(1n, 50n), price: null } },
      },
    }
    report(
      `n = ${n}, curvature alone`,
      measure(() => answered(prepare(limited)), { warm: 1, runs: 5 }),
    )
    for (const [name, book] of [
      ['fee and spread', limited],
      ['and impact', withImpact(limited, VOLUME_PER_DAY)],
    ] as const) {
      const priced = reprice(answered(prepare(book)), 64, n + 1)
      const legs = answered(plan(priced[0]!)).legs.length
      const runs = n > 50 ? 60 : 300
      const timing = measure((index) => answered(plan(priced[index % priced.length]!)), { warm: runs, runs })
      report(`n = ${n}, prepared, ${name}`, timing, `${legs} legs`)
    }
  }
}

/** The lattice alone, and the stage it is part of: exact quantities before and after. */
function benchRounding(): void {
  section('rounding to lots, all trades together')
  for (const n of [10, 50, 200])
    for (const [name, policyOf] of [ALL_TO_TARGET, AWARE]) {
      const asked = makeBook(n, policyOf, n)
      const staged = reprice(answered(prepare(asked)), 16, n + 1).map(beforeRounding)
      const stage = ({ inputs, held, allowed, imbalance }: Staged): unknown =>
        quantize(inputs, held, { allowed, imbalance })
      const programs = staged.map(({ inputs, held, allowed, imbalance }) =>
        roundingOf(inputs, held, { allowed, imbalance }),
      )
      const runs = n > 50 ? 100 : 400
      const lattice = (index: number): unknown => {
        const { program, start } = programs[index % programs.length]!
        return optimiseOnLattice(program, start)
      }
      report(`n = ${n}, ${name}, the lattice`, measure(lattice, { warm: runs, runs }))
      report(
        `n = ${n}, ${name}, the stage`,
        measure((index) => stage(staged[index % staged.length]!), { warm: runs, runs }),
      )
    }
}

const ALL_TO_TARGET = ['full', (): Policy => ({ kind: 'full' })] as const
const AWARE = [
  'cost-aware',
  (): Policy => ({ kind: 'costAware', knob: { kind: 'aversion', aversion: ratio(500n, 1n) }, intervalMs: HOUR_MS }),
] as const

type Staged = ReturnType<typeof beforeRounding>

/** Stages 1 to 5. */
function beforeRounding(inputs: PlanInputs) {
  const held = answered(value(inputs))
  const aim = answered(aimAt(inputs, held))
  const imbalance = measureImbalance(held.weight, aim.weight, inputs.risk)
  const wanted = answered(size(inputs, held, { aim, imbalance }))
  return { inputs, held, imbalance, allowed: answered(constrain(inputs, held, { wanted, imbalance })) }
}

function benchTrade(): void {
  section('sizeTrade(), one proposal')
  for (const n of [10, 50]) {
    const priced = reprice(makeBook(n, POLICIES[0]![1], n), 64, n + 1)
    const proposal = {
      instrument: 'A001',
      side: 'buy',
      curve: { kind: 'linear' },
      gauge: { unit: 'weight', width: ratio(5n, 100n) },
      base: { kind: 'weight', weight: ratio(1n, 100n) },
    } as const
    const call = (index: number): unknown => answered(sizeTrade(priced[index % priced.length]!, proposal))
    report(`n = ${n}, linear curve`, measure(call, { warm: 500, runs: 200, batch: 5 }))
    const opened = priced.map((inputs) => answered(openBook(inputs)))
    const next = (index: number): unknown => answered(sizeTradeIn(opened[index % opened.length]!, proposal))
    report(`n = ${n}, linear curve, in an open book`, measure(next, { warm: 500, runs: 200, batch: 5 }))
  }
}

function benchCovariance(): void {
  section('EWMA covariance, one year of hourly closes')
  for (const n of [10, 50]) {
    const histories = makeHistories(n, 24 * 365, n)
    const options = {
      asOf: HISTORY_END,
      intervalMs: HOUR_MS,
      from: HISTORY_END - 365 * 24 * HOUR_MS,
      volHalflifeMs: 30 * 24 * HOUR_MS,
      correlationHalflifeMs: 90 * 24 * HOUR_MS,
    }
    report(
      `n = ${n}`,
      measure(() => answered(ewmaRisk(histories, options)), { warm: 2, runs: 7 }),
    )
  }
}

function benchLedger(): void {
  section('the ledger, 10 instruments')
  const { universe } = makeBook(10, POLICIES[0]![1], 10).mandate
  const count = 10_000
  const events = makeFills(universe, count, 1)
  const fold = (): unknown => answered(foldEvents(openLedger(universe, [FILLS_ACCOUNT]), events))
  report(`${count} fills folded`, measure(fold, { warm: 5, runs: 15 }))
  report(
    `${count} fills chained`,
    measure(() => events.reduce(chain, GENESIS), { warm: 1, runs: 5 }),
  )
}

function compare(name: string, ours: Timing, peer: { readonly name: string; readonly timing: Timing }): void {
  report(name, ours)
  report(`${name}, ${peer.name}`, peer.timing, `${(peer.timing.median / ours.median).toPrecision(3)} × ours`)
}

function benchPeers(): void {
  section('against peers')
  const n = 200
  const matrix = makePositiveDefinite(n, 1)
  const peerMatrix = Matrix.from1DArray(n, n, matrix)
  compare(
    'Cholesky 200',
    measure(() => factorise(matrix, n), { warm: 20, runs: 60 }),
    { name: 'ml-matrix', timing: measure(() => new CholeskyDecomposition(peerMatrix), { warm: 20, runs: 60 }) },
  )
  const markets = Array.from({ length: 16 }, (_, seed) => makePositiveDefinite(100, seed))
  const names = Array.from({ length: 100 }, (_, index) => `A${index}`)
  const peerMarkets = markets.map((each) =>
    Array.from({ length: 100 }, (_, row) => Array.from(each.subarray(100 * row, 100 * row + 100))),
  )
  compare(
    'equal risk contribution 100',
    measure(
      (index) =>
        answered(
          riskTargetWeights(
            { names, covariance: markets[index % 16]!, total: 1 },
            { kind: 'riskBudget', budget: new Float64Array(100).fill(0.01), bounds: null },
          ),
        ),
      { warm: 400, runs: 200 },
    ),
    {
      name: 'portfolio-allocation',
      timing: measure((index) => PortfolioAllocation.equalRiskContributionWeights(peerMarkets[index % 16]), {
        warm: 50,
        runs: 60,
      }),
    },
  )
  const amounts = makeAmounts(1000, 2)
  const peerAmounts = amounts.map((each) => new DecimalJs(toText(each)))
  const sum = (): unknown => amounts.reduce((total, each) => add(total, each), ZERO)
  const peerSum = (): unknown => peerAmounts.reduce((total, each) => total.plus(each), new DecimalJs(0))
  if (toText(sum() as typeof ZERO) !== String(peerSum())) throw new Error('the sums must agree')
  compare('1000 exact additions', measure(sum, { warm: 500, runs: 200 }), {
    name: 'decimal.js',
    timing: measure(peerSum, { warm: 500, runs: 200 }),
  })
}

function benchStart(): void {
  section('cold start, whole processes')
  const runs = 15
  const cli = `${ROOT}bin/equipoise.js`
  report('node -e 0, the floor', measureProcess(['-e', '0'], runs))
  report('equipoise --version', measureProcess([cli, '--version'], runs))
  report('equipoise plan, golden no. 1', measureProcess([cli, 'plan', '--book', `${ROOT}examples/golden-1.yaml`], runs))
}

console.log(`Node ${process.version}, ${cpus()[0]?.model ?? 'unknown processor'}: median, least … most`)
benchPlan()
benchGlance()
benchCostAware()
benchRounding()
benchTrade()
benchCovariance()
benchLedger()
benchOrderBook()
benchPricing()
benchMargin()
benchEvidence()
benchVenue()
benchBacktest()
await benchStudy()
benchPeers()
benchStart()
