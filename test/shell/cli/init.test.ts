import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { correlationsOf, QUESTIONS, readPairs } from '../../../src/shell/cli/book-draft.ts'
import { policyForm } from '../../../src/shell/cli/policy-words.ts'
import { answering, cli, emptyFolder } from './terminal.ts'

const FLAGS: Readonly<Record<string, string>> = {
  '--currency': 'USD',
  '--cash': '10000',
  '--hold': 'BTC=1.09375,ETH=6.25',
  '--target': 'BTC=50%,ETH=30%,SOL=10%',
  '--price': 'BTC=64000,ETH=3200,SOL=160',
  '--vol': 'BTC=55%,ETH=70%,SOL=95%',
  '--correlation': 'BTC/ETH=0.8,SOL/BTC=0.6,ETH/SOL=0.65',
  '--lot': 'BTC=0.00001,ETH=0.0001,SOL=0.01',
  '--fee': '5bp',
  '--spread': '2bp',
  '--policy': 'cap 7%',
  '--gross': '100%',
  '--as-of': '2026-03-01T00:00:00Z',
}
const flags = (changes: Readonly<Record<string, string | null>> = {}): string[] =>
  Object.entries({ ...FLAGS, ...changes }).flatMap(([flag, value]) => (value === null ? [] : [flag, value]))

describe('init', () => {
  it('[CLI-38] writes by flags a book that plan accepts: golden no. 1 gives its plan', async () => {
    const cwd = emptyFolder()
    const made = await cli(['init', ...flags()], { cwd })
    expect(made).toEqual({ code: 0, out: 'Wrote book.yaml.\n\nNext  equipoise plan\n', err: '' })
    expect(readdirSync(cwd)).toEqual(['book.yaml'])
    const planned = await cli(['plan'], { cwd })
    expect(planned.out).toContain('Plan: buy 32.36 SOL for 5,177.60 USD, costing 3.11. Nothing has been sent.')
    expect(planned.code).toBe(0)
  })

  it('[CLI-39] asks at a terminal for what no flag gave, and writes the same bytes', async () => {
    const [byFlags, byQuestions] = [emptyFolder(), emptyFolder()]
    await cli(['init', ...flags()], { cwd: byFlags })
    const prompts = answering([...Object.values(FLAGS).slice(0, 10), 'cap', '7%', ...Object.values(FLAGS).slice(11)])
    const asked = await cli(['init'], { cwd: byQuestions, prompts })
    expect([asked.code, asked.err]).toEqual([0, ''])
    expect(prompts.asked).toHaveLength(14)
    expect(readFileSync(join(byQuestions, 'book.yaml'), 'utf8')).toBe(readFileSync(join(byFlags, 'book.yaml'), 'utf8'))
    const some = answering(['100%', '2026-03-01T00:00:00Z'])
    const half = await cli(['init', '--out', 'half.yaml', ...flags({ '--gross': null, '--as-of': null })], {
      cwd: byFlags,
      prompts: some,
    })
    expect([half.code, some.asked.length]).toEqual([0, 2])
  })

  it('[CLI-40] breaking off at any question leaves nothing behind', async () => {
    const answers = [...Object.values(FLAGS).slice(0, 10), 'cap', '7%', ...Object.values(FLAGS).slice(11)]
    for (let count = 0; count < answers.length; count++) {
      const cwd = emptyFolder()
      const { code, err } = await cli(['init'], { cwd, prompts: answering([...answers.slice(0, count), null]) })
      expect([code, err, readdirSync(cwd)]).toEqual([1, 'Nothing was written.\n', []])
    }
  })

  it('[CLI-41] never overwrites', async () => {
    const cwd = emptyFolder()
    writeFileSync(join(cwd, 'book.yaml'), 'mine')
    const { code, err } = await cli(['init', ...flags()], { cwd })
    expect(code).toBe(2)
    expect(err).toBe('equipoise: book.yaml is there already and is never overwritten; name another with --out FILE\n')
    expect(readFileSync(join(cwd, 'book.yaml'), 'utf8')).toBe('mine')
  })

  it('[CLI-42] names every missing answer at once where nobody can be asked', async () => {
    const cwd = emptyFolder()
    const { code, err } = await cli(['init', '--currency', 'USD'], { cwd })
    expect(code).toBe(2)
    for (const { flag } of QUESTIONS.slice(1))
      if (flag !== '--correlation') expect(err).toContain(`${flag}: must be given`)
    expect(err).not.toContain('--currency')
    expect(existsSync(join(cwd, 'book.yaml'))).toBe(false)
  })

  it.each([
    ['--currency', 'dollars', 'must be a currency such as USD, in capitals, was "dollars"'],
    ['--cash', '10,000', 'must be an amount such as 10000, without commas, was "10,000"'],
    ['--hold', 'BTC', 'must be a list such as BTC=…, ETH=… with each name once, was "BTC"'],
    ['--hold', 'BTC=-1', 'BTC must be a quantity above 0, was "-1"'],
    ['--target', '', 'must name at least one coin, such as BTC=50%'],
    ['--price', 'BTC=64000,ETH=3200', 'must have a value for each underlying, was without SOL'],
    ['--price', 'BTC=0,ETH=3200,SOL=160', 'BTC must be a price above 0, was "0"'],
    ['--vol', 'BTC=55%,ETH=70%,SOL=95%,DOGE=90%', 'must name what is held or wanted, was DOGE'],
    ['--correlation', '2', 'must be between -1 and 1, was 2'],
    ['--correlation', 'BTC/ETH=0.8', 'must have a value for each underlying, was without BTC/SOL, ETH/SOL'],
    ['--policy', 'sometimes', 'must be "full"'],
    ['--as-of', 'yesterday', 'must be a time such as 2026-03-01T00:00:00Z, was "yesterday"'],
  ])('[CLI-43] %s "%s" is refused with what it must be', async (flag, value, message) => {
    const cwd = emptyFolder()
    const { code, err } = await cli(['init', ...flags({ [flag]: value })], { cwd, columns: 200 })
    expect(code).toBe(2)
    expect(err).toContain(`${flag}: ${message}`)
    expect(err).toMatch(/; nothing was computed\.\nNothing was written\.\n$/)
    expect(readdirSync(cwd)).toEqual([])
  })

  it('[CLI-38] a book that would not plan is not written: its mistakes are said', async () => {
    const cwd = emptyFolder()
    const { code, err } = await cli(['init', ...flags({ '--gross': '50%' })], { cwd })
    expect(code).toBe(2)
    expect(err).toContain('targets')
    expect(readdirSync(cwd)).toEqual([])
  })

  it('[CLI-38] one coin needs no correlation; names that YAML would misread are quoted', async () => {
    const cwd = emptyFolder()
    const one = {
      '--hold': '',
      '--target': 'NO=90%',
      '--price': 'NO=2',
      '--vol': 'NO=60%',
      '--lot': 'NO=1',
      '--correlation': null,
    }
    const made = await cli(['init', ...flags(one)], { cwd })
    expect([made.code, made.err]).toEqual([0, ''])
    expect(readFileSync(join(cwd, 'book.yaml'), 'utf8')).toContain('"NO": 90%')
  })

  it('[CLI-43] reads lists as people write them', () => {
    expect(readPairs('BTC=1.5, ETH 6.25; SOL: 2')).toEqual([
      ['BTC', '1.5'],
      ['ETH', '6.25'],
      ['SOL', '2'],
    ])
    expect(readPairs('BTC=25 %')).toEqual([['BTC', '25%']])
    expect([readPairs(''), readPairs('BTC=1,BTC=2'), readPairs('=1')]).toEqual([[], null, null])
    const known = { hold: 'B=1', target: 'A=10%,C=20%' }
    expect(correlationsOf({ ...known, correlation: '0.5' })).toEqual([
      ['A/B', '0.5'],
      ['B/C', '0.5'],
      ['A/C', '0.5'],
    ])
  })

  it('[CLI-20] policies in words', () => {
    const read = (words: string): unknown => {
      const form = policyForm(words)
      return form.ok ? form.value : form.error[0]!.code
    }
    expect(read('band weight 10% edge')).toEqual({ kind: 'band', unit: 'weight', width: '10%', to: 'edge' })
    expect(read(' band  relative 25% target 5% ')).toEqual({
      kind: 'band',
      unit: 'relative',
      width: '25%',
      to: 'target',
      floor: '5%',
    })
    expect(read('cap 7%')).toEqual({ kind: 'riskCap', trackingErrorMax: '7%' })
    expect(read('proportional 50%')).toEqual({ kind: 'proportional', rate: '50%' })
    expect(read('full')).toEqual({ kind: 'full' })
    for (const words of ['', 'full 1', 'band weight 10%', 'band weight 10% middle', 'band relative 1% edge', 'cap'])
      expect(read(words)).toBe('policy.words')
  })
})
