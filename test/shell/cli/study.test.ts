/** `study`: what is printed, written and kept. Its screen is a transcript (`test/transcripts/study.txt`). */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { ROOT } from '../../repository/source.ts'
import { cli, emptyFolder } from './terminal.ts'

function folderWith(change: (text: string) => string = (text) => text): string {
  const folder = emptyFolder()
  writeFileSync(join(folder, 'book.yaml'), change(readFileSync(join(ROOT, 'test/errors/study.yaml'), 'utf8')))
  copyFileSync(join(ROOT, 'test/errors/BTC.csv'), join(folder, 'BTC.csv'))
  return folder
}

describe('study', () => {
  test('[STUDY-21] prints the judgement, or JSON of all of it; kept results give the same bytes again', async () => {
    const cwd = folderWith()
    const first = await cli(['study', '--json', '--threads', '1'], { cwd })
    expect([first.code, first.err]).toEqual([0, ''])
    const report = JSON.parse(first.out) as { rows: { texts: string[] }[]; hashes: { code: string } }
    expect(report.rows.map(({ texts }) => texts.join(' '))).toEqual([
      '1% edge',
      '1% target',
      '5% edge',
      '5% target',
      '9% edge',
      '9% target',
    ])
    expect(report.hashes.code).toMatch(/^[0-9a-f]{64}$/)
    expect(readFileSync(join(cwd, 'book.study.jsonl'), 'utf8').trim().split('\n')).toHaveLength(7)
    expect(await cli(['study', '--json'], { cwd })).toEqual(first)
    const screen = await cli(['study'], { cwd })
    expect(screen.out).toContain('What the winner is worth')
    expect(screen.out).toContain('Wrote book.study.jsonl.')
  })

  test('[STUDY-22] a page is written whole, without script, and never over another file', async () => {
    const cwd = folderWith()
    const argv = ['study', '--threads', '1', '--report', 'study.html']
    expect((await cli(argv, { cwd })).code).toBe(0)
    const page = readFileSync(join(cwd, 'study.html'), 'utf8')
    expect(page).toContain('policy.to (across) and policy.width (up)')
    expect(page).not.toMatch(/<script|https?:/)
    expect(page).not.toMatch(/NaN|undefined|Infinity/)
    const again = await cli(argv, { cwd })
    expect([again.code, again.err]).toEqual([
      2,
      'equipoise: study.html is there already and is never overwritten; name another file\n',
    ])
    expect(readFileSync(join(cwd, 'study.html'), 'utf8')).toBe(page)
  })

  test.each(['0', '1.5', 'many'])('[STUDY-23] %s threads are refused', async (threads) => {
    const cwd = folderWith()
    const { code, err } = await cli(['study', '--threads', threads], { cwd })
    expect([code, err]).toEqual([2, `equipoise: threads must be a whole number from 1 to 256, was ${threads}\n`])
    expect(readdirSync(cwd).sort()).toEqual(['BTC.csv', 'book.yaml'])
  })

  test('[STUDY-24] Ctrl-C keeps what is done, and the same command goes on to what one go gives', async () => {
    const many = (text: string): string =>
      text.replace('search: { kind: grid }', 'search: { kind: random, cells: 250 }').replace(', steps: 3', '')
    const cwd = folderWith(many)
    const kept = join(cwd, 'book.study.jsonl')
    const child = spawn(process.execPath, [join(ROOT, 'bin/equipoise.js'), 'study', '--threads', '1'], { cwd })
    let said = ''
    child.stderr.on('data', (bytes: Buffer) => {
      said += String(bytes)
    })
    const ended = once(child, 'exit')
    while (child.exitCode === null && (!existsSync(kept) || statSync(kept).size < 2000)) await setTimeout(5)
    child.kill('SIGINT')
    const [code] = (await ended) as [number]
    expect([code, said]).toEqual([
      1,
      'equipoise: broken off; what was done is kept in book.study.jsonl, and the same command goes on from there\n',
    ])
    const before = readFileSync(kept, 'utf8')
    expect(before.endsWith('\n')).toBe(true)
    expect(before.trim().split('\n').length).toBeLessThan(251)
    const resumed = await cli(['study', '--json'], { cwd })
    expect(readFileSync(kept, 'utf8').startsWith(before)).toBe(true)
    const whole = await cli(['study', '--json', '--results', 'whole.jsonl'], { cwd })
    expect(resumed).toEqual(whole)
    expect(readFileSync(kept, 'utf8')).toBe(readFileSync(join(cwd, 'whole.jsonl'), 'utf8'))
  }, 120_000)
})
