import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { decodePlan, encodePlan } from '../../../src/wire/plan-codec.ts'
import { cli, emptyFolder, type Printed } from './terminal.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const GOLDEN = 'examples/golden-1.yaml'
const text = readFileSync(join(ROOT, GOLDEN), 'utf8')
const golden = (...argv: string[]): Promise<Printed> => cli([...argv, '--book', GOLDEN], { cwd: ROOT })

/** The example with lines replaced, as `book.yaml` in a folder of its own. */
function bookWith(...changes: readonly (readonly [RegExp, string])[]): string {
  const cwd = emptyFolder()
  let changed = text
  for (const [pattern, replacement] of changes) {
    expect(changed).toMatch(pattern)
    changed = changed.replace(pattern, replacement)
  }
  writeFileSync(join(cwd, 'book.yaml'), changed)
  return cwd
}

/** A book that pays for everything there is: fee, spread, impact, orders, and the carry of a perp. */
const DEAR = `book: 1
currency: USD
asOf: 2026-03-01T00:00:00Z
cash: { USD: 30000 }
positions: { BTC: 1.09375 }
targets: { BTC: 50%, ETH: 30% }
policy: { kind: costAware, aversion: 10, interval: 1h }
limits: { gross: 100%, cashMin: 0% }
instruments:
  BTC: { kind: spot, lot: 0.00001, notionalMin: 5 USD, fee: 5bp, spread: 2bp }
  ETH: { kind: spot, lot: 0.0001,  notionalMin: 5 USD, fee: 5bp, spread: 2bp }
  ETH-PERP: { kind: perp, contract: linear, underlying: ETH, settle: USD, multiplier: 1, lot: 0.001,  notionalMin: 5 USD, fee: 4bp, spread: 1bp }
costs:
  orderFee: 0.10 USD
  impact: { scale: 1, exponent: 0.5, join: 1h, decay: 1d }
  horizon: 7d
  carry: { ETH-PERP: { funding: 0.1bp, every: 8h, at: 2026-03-01T00:00:00Z } }
market:
  prices: { BTC: 64000, ETH: 3200, ETH-PERP: 3200 }
  vols: { BTC: 55%, ETH: 70% }
  correlations: { BTC/ETH: 0.8 }
  volumes: { BTC: 1e9 USD, ETH: 500e6 USD, ETH-PERP: 900e6 USD }
`

const HEADER = `Example book (round numbers, not a market), in USD          2026-03-01 00:00 UTC
equity 100,000   cash 10,000   gross 90 %   tracking error 9.9 % a year
`

describe('demo', () => {
  it('[CLI-12] is the first screen', async () => {
    const { code, out, err } = await cli(['demo'], { cwd: ROOT })
    expect([code, err]).toEqual([0, ''])
    expect(out).toBe(`${HEADER}
       held  target  too much, in weight   too much, in risk (sum 9.9 %)
  BTC  70 %    50 %  +20 %      |########  -0.3 %  #|             a hedge
  ETH  20 %    30 %  -10 %  ####|          +3.1 %   |#####
  SOL   0 %    10 %  -10 %  ####|          +7.1 %   |###########  most risk

What each rule would do now             turnover   cost  tracking error after
  leave it                                     0      0   9.9 %
  weight band 10 %, to edge  sell BTC     10,000   6.00  11.5 %  worse than now
  risk band 7 %, to edge     3 trades  11,727.36   7.04   7.0 %
  full                       3 trades     40,000  24.00   0.0 %
  cost-aware, error 1 %      3 trades  31,957.44  19.17   1.7 %
  least cost, error 7 %      buy SOL    5,177.60   3.11   7.0 %  < this book's

Plan: buy 32.36 SOL for 5,177.60 USD, costing 3.11. Nothing has been sent.
  because  SOL carries 7.1 of the 9.9 points; the BTC surplus hedges it.
  flips if BTC rises 3.5 %: then also sell BTC.
        or ETH falls 5.6 %: then also sell BTC.

Next  npm run -s equipoise -- plan --book examples/golden-1.yaml --explain
      npm run -s equipoise -- size SOL buy --book examples/golden-1.yaml
      npm run -s equipoise -- init                 your own book
`)
  })

  it('[CLI-13] colours on a terminal only, and changes nothing but colour', async () => {
    const [plain, colored] = await Promise.all([
      cli(['demo'], { cwd: ROOT }),
      cli(['demo'], { cwd: ROOT, color: true }),
    ])
    expect(plain.out).not.toContain('\u001b')
    expect(colored.out).toContain('\u001b[')
    expect(stripVTControlCharacters(colored.out)).toBe(plain.out)
  })
})

describe('imbalance', () => {
  it('[CLI-14] shows every unit, and the tracking error against its cap', async () => {
    const { code, out } = await golden('imbalance')
    expect(code).toBe(0)
    expect(out).toBe(`${HEADER}
       held  target  too much, in weight   too much, in risk (sum 9.9 %)
  BTC  70 %    50 %  +20 %      |########  -0.3 %  #|             a hedge
  ETH  20 %    30 %  -10 %  ####|          +3.1 %   |#####
  SOL   0 %    10 %  -10 %  ####|          +7.1 %   |###########  most risk

  tracking error  9.9 %  |############]######  cap 7.0 %

Too much, in   weight  of target  volatility    risk  part of book volatility
  BTC         +20.0 %    +40.0 %     +11.0 %  -0.3 %                   38.0 %
  ETH         -10.0 %    -33.3 %      -7.0 %  +3.1 %                   12.4 %
  SOL         -10.0 %   -100.0 %      -9.5 %  +7.1 %                    0.0 %
  the book                                     9.9 %                   50.4 %
`)
  })

  it('[CLI-15] needs no policy', async () => {
    const cwd = bookWith([/^policy:.*\n/m, ''])
    expect((await cli(['imbalance'], { cwd })).code).toBe(0)
    const refused = await cli(['plan'], { cwd })
    expect(refused.code).toBe(2)
    expect(refused.err).toContain('policy must be given, was missing')
  })

  it('[CLI-23] prints the same numbers as JSON and CSV', async () => {
    const data = JSON.parse((await golden('imbalance', '--json')).out)
    expect([data.numeraire, data.equity, data.asOf]).toEqual(['USD', '100000', Date.UTC(2026, 2, 1)])
    expect(data.trackingError).toBeCloseTo(0.0990454, 6)
    const rows = (await golden('imbalance', '--csv')).out.trimEnd().split('\n')
    expect(rows[0]).toBe('underlying,held,target,weight,relative,volatility,risk,riskContribution')
    expect(rows.slice(1).map((row) => Number(row.split(',')[6]))).toEqual(
      data.underlyings.map((each: { risk: number }) => each.risk),
    )
  })
})

describe('plan', () => {
  it('[CLI-16] shows legs, what changes and why; a plan that raises tracking error names its band', async () => {
    const { code, out } = await golden('plan', '--policy', 'band weight 10% edge')
    expect(code).toBe(0)
    expect(out).toBe(`${HEADER}
       held  target  too much, in weight     too much, in risk (sum 9.9 %)
  BTC  70 %    50 %  +20 %  [    |####]####  -0.3 %  #|             a hedge
  ETH  20 %    30 %  -10 %  [####|    ]      +3.1 %   |#####
  SOL   0 %    10 %  -10 %  [####|    ]      +7.1 %   |###########  most risk

Policy: weight band 10 %, to edge
Plan: sell 0.15625 BTC for 10,000.00 USD, costing 6.00. Nothing has been sent.
  because  SOL carries 7.1 of the 9.9 points; the BTC surplus hedges it.
           this raises tracking error from 9.9 % to 11.5 %: the weight band is
           to blame, for it judges each holding alone and sells what hedges the
           rest.

             quantity      price        USD   fee  spread  cost     held   after
  sell  BTC   0.15625  64,000.00  10,000.00  5.00    1.00  6.00  1.09375  0.9375

                     now   after
  tracking error   9.9 %  11.5 %
  cash            10.0 %  20.0 %
  gross           90.0 %  80.0 %
  net             90.0 %  80.0 %
`)
  })

  it('[CLI-17] --explain shows each underlying from wanted to final size', async () => {
    const { out } = await golden('plan', '--explain')
    expect(out.slice(out.indexOf('How each size'))).toBe(`How each size came about, in weight traded (+ buys)
  BTC  held 70.0 %, target 50.0 %: left alone: the cheapest way back to 7.0 %
    tracking error does without it
  ETH  held 20.0 %, target 30.0 %: left alone: the cheapest way back to 7.0 %
    tracking error does without it
  SOL  held 0.0 %, target 10.0 %
    wanted    +5.2 %  part of the cheapest trades that bring tracking error back
                      to 7.0 %
    limited   +5.2 %  no limit stands in the way
    rounded   +5.2 %
    order             buy 32.36 SOL at 160.00; fee 2.59 + spread 0.52 = cost
                      3.11; rounded to lots of 0.01
    after      5.2 %
`)
  })

  it('[EXPLAIN-1] [EXPLAIN-2] [EXPLAIN-3] of a policy that weighs cost, with a limit that holds it', async () => {
    const cwd = bookWith(
      [/policy: .*/, 'policy: { kind: costAware, aversion: 10, interval: 1h }'],
      [/limits: .*/, 'limits: { gross: 100%, cashMin: 0%, turnover: 20% }'],
    )
    const { out } = await cli(['plan', '--explain'], { cwd })
    const [from, to] = ['What each trade', 'How each size'].map((title) => out.indexOf(title)) as [number, number]
    expect(out.slice(from, to)).toBe(`What each trade is worth: a first unit, then all that is wanted (bp of equity)
       too much  in risk   band  a unit gains   costs   wanted  gains  costs
  BTC   +20.0 %   -0.3 %  1.3 %       87.3 bp  6.0 bp  -17.5 %   8.17   1.05
  ETH   -10.0 %   +3.1 %  1.0 %       54.3 bp  6.0 bp   +8.2 %   2.48   0.49
  SOL   -10.0 %   +7.1 %  0.7 %       83.8 bp  6.0 bp   +9.3 %   4.16   0.56

What the orders cost, in bp of equity
        fee  spread  cost  in USD
  BTC  0.50    0.10  0.60    5.99
  ETH  0.15    0.03  0.18    1.77
  SOL  0.35    0.07  0.42    4.24

What would change the plan, and how
  price of BTC    falls 41.7 %    no longer buy ETH
  cost of BTC     6.0 to 68.1 bp  no longer sell BTC
  cost of ETH     6.0 to 28.4 bp  no longer buy ETH
  cost of SOL     6.0 to 64.1 bp  no longer buy SOL
  turnover limit  20.0 to 35.0 %  it holds nothing back
  turnover limit  20.0 to 11.6 %  no longer buy ETH

`)
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  })

  it('[EXPLAIN-2] impact, order fee and carry have columns where there are any', async () => {
    const cwd = emptyFolder()
    writeFileSync(join(cwd, 'book.yaml'), DEAR)
    const { out } = await cli(['plan', '--explain'], { cwd })
    expect(
      out.slice(out.indexOf('What the orders'), out.indexOf('What would change')),
    ).toBe(`What the orders cost, in bp of equity
        fee  spread  impact  order  cost  in USD  carry
  BTC  0.85    0.17    0.13   0.01  1.16   11.63   0.00
  ETH  1.22    0.21    0.30   0.02  1.75   17.47   0.26

`)
    expect(out).toContain('  buy   ETH-PERP     3.925   3,200.00  12,560.00    0.63    1.15   0.10   6.90')
  })

  it('[EXPLAIN-3] without a flip there is no table of them', async () => {
    const { out } = await golden('plan', '--explain', '--policy', 'band weight 90% edge')
    expect(out).not.toContain('What would change')
    expect((await golden('plan', '--explain')).out).toContain(`What would change the plan, and how
  price of BTC  rises 3.5 %    also sell BTC
  price of ETH  falls 5.6 %    also sell BTC
  cost of BTC   6.0 to 3.6 bp  also sell BTC
  cost of ETH   6.0 to 2.1 bp  also buy ETH
`)
  })

  it('[EXPLAIN-4] --explain --json prints the plan as --json does, and what would change it', async () => {
    const [{ out: alone }, { out: explained }] = await Promise.all([
      golden('plan', '--json'),
      golden('plan', '--explain', '--json'),
    ])
    const { flips, plan, ...others } = JSON.parse(explained)
    expect(others).toEqual({})
    expect(explained.endsWith(`"plan":${alone.trimEnd()}}\n`)).toBe(true)
    expect(plan.legs).toHaveLength(1)
    expect(flips.map(({ kind, underlying }: { kind: string; underlying: string }) => `${kind} ${underlying}`)).toEqual([
      'price BTC',
      'price ETH',
      'cost BTC',
      'cost ETH',
    ])
  })

  it('[CLI-18] --compare has a row for each policy of the book', async () => {
    const { code, out } = await golden('plan', '--compare')
    expect(code).toBe(0)
    expect(
      out
        .split('\n')
        .slice(3, 10)
        .map((row) => row.slice(0, 27).trimEnd()),
    ).toEqual([
      'What each rule would do now',
      '  leave it',
      '  weight band 10 %, to edge',
      '  risk band 7 %, to edge',
      '  full',
      '  cost-aware, error 1 %',
      '  least cost, error 7 %',
    ])
    const twice = (await golden('plan', '--compare', '--policy', 'band weight 10% edge')).out
    expect(twice.match(/weight band 10 %, to edge.*/g)).toEqual([
      'weight band 10 %, to edge     10,000   6.00  11.5 %  worse  < asked for',
    ])
    expect((await golden('plan', '--compare', '--csv')).out.split('\n')[5]).toMatch(
      /^"least cost, error 7 %",1,5177\.6,3\.10656,0\.099/,
    )
    const plans = JSON.parse((await golden('plan', '--compare', '--json')).out)
    expect(plans.map((plan: { policy: { kind: string } }) => plan.policy.kind)).toEqual([
      'band',
      'band',
      'full',
      'costAware',
      'riskCap',
    ])
  })

  it.each([
    ['cap 7%', ['risk band 7 %, to edge', 'full', 'least cost, error 7 %']],
    ['band risk 7% edge', ['least cost, error 7 %', 'risk band 7 %, to target', 'full', 'risk band 7 %, to edge']],
    ['band weight 10% edge', ['weight band 10 %, to target', 'full', 'weight band 10 %, to edge']],
    ['proportional 50%', ['full', '50 % of each deviation']],
    ['full', ['full']],
  ])('[CLI-18] without a list, "%s" is compared with rules that share its numbers', async (policy, labels) => {
    const cwd = bookWith([/^compare:[^\n]*\n(?: +- .*\n)+/m, ''])
    const { out } = await cli(['plan', '--compare', '--policy', policy], { cwd })
    const rows = out.trimEnd().split('\n').slice(5)
    expect(rows.map((row) => row.trim().replace(/ {2,}.*/, ''))).toEqual(labels)
    expect(rows.at(-1)).toContain('< asked for')
  })

  it('[CLI-19] nothing to trade is an answer', async () => {
    const { code, out } = await golden('plan', '--policy', 'cap 20%')
    expect(code).toBe(0)
    expect(out).toContain('Plan: nothing to trade. Nothing has been sent.')
  })

  it('[CLI-62] says what would have to give where limits cannot all be met', async () => {
    // Gross is 90 %; BTC is frozen at 70 %, so that 60 % is out of reach by 10 of them.
    const cwd = bookWith(
      [/limits: .*/, 'limits: { gross: 60%, cashMin: 0%, frozen: [BTC] }'],
      [/targets: .*/, 'targets: { BTC: 30%, ETH: 20%, SOL: 10% }'],
    )
    const { code, out } = await cli(['plan'], { cwd })
    expect(code).toBe(1)
    expect(out).toContain(`Plan: limits cannot all be met. Nothing has been sent.
  nearest  sell 6.25 ETH for 20,000.00 USD, costing 12.00.
  unless   the gross limit is 70.0 % instead of 60.0 %.
`)
    const none = await cli(['plan', '--policy', 'full'], {
      cwd: bookWith([/limits: .*/, 'limits: { gross: 90%, cashMin: 20%, frozen: [BTC, ETH, SOL] }']),
    })
    expect(none.code).toBe(1)
    expect(none.out).toContain(`  nearest  nothing: no trade brings the book nearer.
  unless   the cash limit is 10.0 % instead of 20.0 %.
`)
    const json = await cli(['plan', '--json'], { cwd })
    expect(json.code).toBe(1)
    const decoded = decodePlan(json.out)
    expect(decoded.ok && decoded.value.relaxations).toEqual([
      { limit: 'gross', name: null, limitValue: 0.6, needed: expect.closeTo(0.7, 12) },
    ])
    expect((await cli(['plan', '--csv'], { cwd })).code).toBe(1)
    const compared = await cli(['plan', '--compare'], { cwd })
    expect(compared.code).toBe(1)
    expect(compared.out).toMatch(/full +infeasible +20,000 +12\.00 +14\.1 %/)
  })

  it('[CLI-20] refuses policy words it does not know', async () => {
    const { code, err } = await golden('plan', '--policy', 'band weight lots edge')
    expect([code, err.split('\n')[0]]).toEqual([
      2,
      '--policy width: must be a fraction such as 25%, 10bp or 0.25, was "lots"',
    ])
    expect((await golden('plan', '--policy', 'hold')).err).toContain('--policy: must be "full", "proportional 50%"')
  })

  it('[CLI-22] --json is the plan as the wire encodes it, losslessly', async () => {
    const { code, out } = await golden('plan', '--json')
    expect(code).toBe(0)
    const decoded = decodePlan(out)
    expect(decoded.ok && `${encodePlan(decoded.value)}\n`).toBe(out)
    expect((await golden('plan', '--json')).out).toBe(out)
  })

  it('[CLI-23] --csv has a row per leg, exact', async () => {
    expect((await golden('plan', '--csv')).out.split('\n').map((row) => row.split(',').slice(0, 13).join(','))).toEqual(
      [
        'instrument,underlying,side,quantity,price,notional,fee,spread,impact,orderFee,cost,held,after',
        'SOL,SOL,buy,32.36,160,5177.6,2.5888,0.51776,0,0,3.10656,0,32.36',
        '',
      ],
    )
  })
})

describe('size and quotes', () => {
  it('[CLI-28] sizes one trade from the sizing section of the book', async () => {
    const { code, out } = await golden('size', 'SOL', 'buy', '--explain')
    expect(code).toBe(0)
    expect(out).toBe(`Example book (round numbers, not a market), in USD          2026-03-01 00:00 UTC
SOL  held 0.0 %, target 10.0 %: 10.0 % too little (-12.14 in risk, band -1 to
  +1)

Size: buy 49.77 SOL for 7,963.20 USD, costing 4.78. Nothing has been sent.
  because  rounded to lots of 0.01.

                        now  after
  held                0.0 %  8.0 %
  tracking error      9.9 %  6.5 %
  place in the band  -12.14  -1.00

How the size came about, in weight
  optimum        8.0 %  the first unit is worth 72.9 bp; traded until the next
                        one is not worth its cost
  wanted         8.0 %
  limited        8.0 %  no limit stands in the way
  rounded        8.0 %
`)
  })

  it('[CLI-29] options replace what the book says: linear in weight at twice the width is worth nothing more', async () => {
    const linear = ['--curve', 'linear', '--unit', 'weight', '--width', '10%', '--base', '5%']
    expect((await golden('size', 'BTC', 'buy', ...linear)).out).toContain(
      'Size: buy nothing of BTC. Nothing has been sent.',
    )
    const sold = JSON.parse((await golden('size', 'BTC', 'sell', ...linear, '--json')).out)
    expect([sold.side, sold.instrument, sold.factors[1].name, sold.factors[1].value]).toEqual([
      'sell',
      'BTC',
      'curve',
      2,
    ])
    expect(sold.quantity).toBe('-0.15625')
    const edged = JSON.parse((await golden('size', 'ETH', 'buy', '--edge', '30%', '--decay', '30d', '--json')).out)
    const plain = JSON.parse((await golden('size', 'ETH', 'buy', '--json')).out)
    expect(Number(edged.quantity)).toBeGreaterThan(Number(plain.quantity))
  })

  it('[CLI-30] quotes both sides; a range is a band of its own', async () => {
    const { code, out } = await golden('quotes', 'ETH', '--base', '1', '--range', '4x')
    expect(code).toBe(0)
    expect(out).toContain(`          quantity  times base  of equity
  buy   1.3906 ETH     1.39063      4.4 %
  sell  0.6093 ETH     0.60938      1.9 %
`)
    const data = JSON.parse((await golden('quotes', 'ETH', '--base', '1', '--range', '4x', '--json')).out)
    expect([data.buy.quantity, data.sell.quantity]).toEqual([['1.3906'], ['0.6093']])
  })

  it('[CLI-31] says all that is missing or wrong', async () => {
    const cwd = bookWith([/^sizing:.*\n/m, ''])
    const bare = await cli(['size', 'SOL', 'buy'], { cwd })
    expect(bare.code).toBe(2)
    expect(bare.err).toContain('curve must be given, was missing')
    expect(bare.err).toContain('unit must be given, was missing')
    expect((await cli(['size', 'SOL', 'buy', '--curve', 'linear', '--unit', 'weight'], { cwd })).err).toContain(
      'width must be given',
    )
    expect((await golden('size', 'DOGE', 'buy')).err).toContain(
      'must be an instrument of the book, was DOGE\n    it has BTC, ETH, SOL',
    )
    expect((await golden('size', 'SOL', 'buy', '--curve', 'steep')).err).toContain('--curve: must be linear, optimal')
    expect((await golden('size', 'SOL', 'buy', '--unit', 'delta')).err).toContain(
      '--unit: must be risk, weight or volatility',
    )
    expect((await golden('size', 'SOL', 'buy', '--decay', '30d')).err).toContain(
      '--decay: must come with --edge, was alone',
    )
    expect((await golden('quotes', 'ETH')).err).toContain('the base size of ETH must be given, was\n  missing')
    expect((await golden('quotes', 'ETH', '--base', '1', '--range', 'wide')).err).toContain('--range: must be a number')
  })
})

describe('schema', () => {
  it('[CLI-32] prints JSON Schemas', async () => {
    for (const name of ['book', 'plan']) {
      const { code, out } = await cli(['schema', name])
      expect(code).toBe(0)
      expect(JSON.parse(out)).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object' })
    }
  })
})

describe('start', () => {
  it('[CLI-33] help and version load no schema, no parser and no prompts', () => {
    const loaded = new Set<string>()
    const visit = (file: string): void => {
      if (loaded.has(file)) return
      loaded.add(file)
      if (!file.endsWith('.ts')) return
      const source = readFileSync(file, 'utf8')
      // Static imports of values; `import type` is gone when it runs, `import()` waits until a command is asked for.
      for (const [, name] of source.matchAll(/^import (?!type\b)(?:[^'()]*? from )?'([^']+)'/gms))
        visit(name!.startsWith('.') ? join(dirname(file), name!) : name!)
    }
    visit(join(ROOT, 'src/shell/main.ts'))
    visit(join(ROOT, 'src/shell/cli/program.ts'))
    expect([...loaded].filter((name) => !name.startsWith(ROOT) && !name.startsWith('node:'))).toEqual(['commander'])
    expect([...loaded].filter((name) => /src\/(core|wire)|shell\/files/.test(name))).toEqual([])
  })
})

describe('exit codes and mistakes', () => {
  it.each<[string, number, string, readonly string[]]>([
    ['[CLI-1]', 0, 'help', ['--help']],
    ['[CLI-1]', 0, 'nothing asked', []],
    ['[CLI-1]', 0, 'version', ['--version']],
    ['[CLI-3]', 2, 'unknown command', ['pln']],
    ['[CLI-3]', 2, 'unknown option', ['plan', '--bok', 'x']],
    ['[CLI-3]', 2, 'wrong choice', ['size', 'BTC', 'byu']],
    ['[CLI-3]', 2, 'missing argument', ['size', 'BTC']],
    ['[CLI-3]', 2, 'too many arguments', ['plan', 'x']],
    ['[CLI-3]', 2, 'contradiction', ['plan', '--json', '--csv']],
    ['[CLI-3]', 2, 'no command of a group', ['data']],
    ['[CLI-3]', 2, 'no book here', ['plan']],
    ['[CLI-4]', 3, 'no such book', ['plan', '--book', 'absent.yaml']],
  ])('%s exit %i: %s', async (_id, code, _what, argv) => {
    const printed = await cli(argv, { cwd: emptyFolder() })
    expect(printed.code).toBe(code)
    expect(printed[code === 0 ? 'out' : 'err']).not.toBe('')
    expect(printed[code === 0 ? 'err' : 'out']).toBe('')
  })

  it('[CLI-3] usage mistakes are one line with a guess', async () => {
    expect((await cli(['pln'])).err).toBe("equipoise: unknown command 'pln'; did you mean plan?\n")
    expect((await cli(['plan', '--bok', 'x'])).err).toBe("equipoise: unknown option '--bok'; did you mean --book?\n")
    expect((await cli(['size', 'BTC', 'byu'])).err).toBe(
      "equipoise: side must be buy or sell, was 'byu'; see equipoise --help\n",
    )
  })

  it('[CLI-3] all mistakes of a book at once, by line, with what to do, then how many', async () => {
    const cwd = bookWith(
      [/ETH: 30%/, 'ETH: 130%'],
      [/lot: 0\.01,/, 'lot: 0,'],
      [/vols: \{ BTC: 55%/, 'vols: { BTC: none'],
    )
    const { code, out, err } = await cli(['plan'], { cwd })
    expect([code, out]).toEqual([2, ''])
    const lines = err.trimEnd().split('\n')
    const places = lines.filter((line) => /^book\.yaml:\d+ \S+: /.test(line))
    expect(places.length).toBeGreaterThanOrEqual(3)
    const numbers = places.map((line) => Number(/:(\d+)/.exec(line)![1]))
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
    expect(lines.at(-1)).toBe(`${places.length} mistakes; nothing was computed.`)
    expect(lines.filter((line) => line.startsWith('    ')).length).toBeGreaterThanOrEqual(places.length)
  })

  it('[CLI-2] a stale market is no answer', async () => {
    const cwd = bookWith(
      [/BTC: 64000/, 'BTC: { price: 64000, at: 2026-02-28T00:00:00Z }'],
      [/market:\n/, 'market:\n  markAgeMax: 1h\n'],
    )
    const { code, err } = await cli(['plan'], { cwd })
    expect(err).toContain('market.prices.BTC: the mark must be fresh because limits.gross')
    expect(code).toBe(1)
  })

  it('[CLI-4] the failure of the world is one line: what and where', async () => {
    const cwd = emptyFolder()
    const absent = await cli(['plan', '--book', 'absent.yaml'], { cwd })
    expect(absent.err).toBe('equipoise: the book must be a file, was not there: absent.yaml; check the path\n')
  })

  it('[CLI-1] the installed command answers from any folder', () => {
    const bin = join(ROOT, 'bin/equipoise.js')
    const run = (argv: string[]): string =>
      execFileSync(process.execPath, [bin, ...argv], { cwd: emptyFolder(), encoding: 'utf8' })
    expect(run(['--version']).trim()).toBe(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version)
    expect(run(['demo'])).toContain('Plan: buy 32.36 SOL for 5,177.60 USD')
  })
})
