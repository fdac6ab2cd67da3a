import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { cli, emptyFolder } from './terminal.ts'

const HOUR = 3_600_000
const START = 1_767_225_600_000
const row = (k: number, close: number): string => `${START + k * HOUR},${close},${close + 1},${close - 1},${close},5`
const csv = (rows: readonly string[]): string => `time,open,high,low,close,volume\n${rows.join('\n')}\n`
const SOUND = csv([0, 1, 2, 3].map((k) => row(k, 100 + k)))

describe('data import', () => {
  it('[CLI-34] says per file what it found and writes each as CSV', async () => {
    const cwd = emptyFolder()
    writeFileSync(
      join(cwd, 'BTC.csv.gz'),
      gzipSync(csv([row(0, 100), row(1, 101), row(1, 101), row(4, 2000), row(5, 102)])),
    )
    writeFileSync(join(cwd, 'ETH.json'), JSON.stringify([0, 1, 2].map((k) => [START + k * HOUR, 10, 11, 9, 10.5, 3])))
    const { code, out, err } = await cli(['data', 'import', 'BTC.csv.gz', 'ETH.json', '--out', 'candles'], { cwd })
    expect(err).toBe('')
    expect(code).toBe(0)
    expect(out).toContain('4 bars of 1h, 2026-01-01 00:00 UTC to 2026-01-01 06:00 UTC, last close 102')
    expect(out).toMatch(/note: 1 row repeats the one before and was dropped \(line 4\)/)
    expect(out).toMatch(/note: 1 gap, the longest 2h/)
    expect(out).toMatch(/warning: 2 closes more than 10 times/)
    expect(out).toContain('no gaps, no duplicates, no absurd prices')
    expect(out).toContain('wrote candles/BTC.csv.gz\nwrote candles/ETH.csv\n')
    expect(readdirSync(join(cwd, 'candles')).sort()).toEqual(['BTC.csv.gz', 'ETH.csv'])
    expect(readFileSync(join(cwd, 'candles/ETH.csv'), 'utf8').split('\n')[1]).toBe(`${START},10,11,9,10.5,3`)
  })

  it('[CLI-35] writes nothing at all when one file is refused, and names every reason', async () => {
    const cwd = emptyFolder()
    writeFileSync(join(cwd, 'good.csv'), SOUND)
    writeFileSync(join(cwd, 'bad.csv'), csv([row(0, 100), `${START + HOUR},0,0,0,0,1`, row(2, 101)]))
    const { code, err } = await cli(['data', 'import', 'good.csv', 'bad.csv', '--out', 'candles'], { cwd })
    expect(code).toBe(2)
    expect(err).toContain('bad.csv:3')
    expect(err).toContain('prices must be above 0, was 0')
    expect(err).toMatch(/1 mistake; nothing was computed\.\nNothing was written\.\n$/)
    expect(existsSync(join(cwd, 'candles'))).toBe(false)
  })

  it('[CLI-36] --check only checks; exactly one of --check and --out is needed', async () => {
    const cwd = emptyFolder()
    writeFileSync(join(cwd, 'good.csv'), SOUND)
    expect((await cli(['data', 'import', 'good.csv', '--check'], { cwd })).code).toBe(0)
    expect(readdirSync(cwd)).toEqual(['good.csv'])
    expect((await cli(['data', 'import', 'good.csv'], { cwd })).code).toBe(2)
    expect((await cli(['data', 'import', 'good.csv', '--check', '--out', 'x'], { cwd })).code).toBe(2)
  })

  it('[CLI-4] a file that cannot be read is the failure of the world', async () => {
    const { code, err } = await cli(['data', 'import', 'absent.csv', '--check'], { cwd: emptyFolder() })
    expect(code).toBe(3)
    expect(err).toContain('absent.csv must be a candle file, was missing')
  })

  it('[CLI-4] a folder that cannot be made is the failure of the world, in one line', async () => {
    const cwd = emptyFolder()
    writeFileSync(join(cwd, 'good.csv'), SOUND)
    const { code, err } = await cli(['data', 'import', 'good.csv', '--out', 'good.csv/below'], { cwd })
    expect(code).toBe(3)
    expect(err).toMatch(/^equipoise: .*good\.csv\/below has a file where a folder must be\n$/)
  })

  it('[CLI-37] refuses to write two files under one name or a file over itself', async () => {
    const cwd = emptyFolder()
    mkdirSync(join(cwd, 'a'))
    writeFileSync(join(cwd, 'a/BTC.csv'), SOUND)
    writeFileSync(join(cwd, 'BTC.csv'), SOUND)
    const twice = await cli(['data', 'import', 'a/BTC.csv', 'BTC.csv', '--out', 'candles'], { cwd })
    expect([twice.code, existsSync(join(cwd, 'candles'))]).toEqual([2, false])
    expect(twice.err).toContain('must have a name of its own')
    const self = await cli(['data', 'import', 'BTC.csv', '--out', '.'], { cwd })
    expect([self.code, readFileSync(join(cwd, 'BTC.csv'), 'utf8')]).toEqual([2, SOUND])
    expect(self.err).toContain('must not be written over itself')
  })
})
