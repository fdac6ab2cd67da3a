import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { DAY_MS } from '../../../src/core/base/instant.ts'
import { ewmaRisk } from '../../../src/core/risk/ewma.ts'
import { inspectCandles } from '../../../src/shell/files/candle-findings.ts'
import { type CandleFile, readCandles } from '../../../src/shell/files/candles.ts'
import { generateTen, SEED } from '../../../tools/generate-ten.ts'

const FOLDER = new URL('../../../examples/history/', import.meta.url)
const AS_OF = Date.UTC(2026, 2, 1)

function read(name: string): CandleFile {
  const result = readCandles(new URL(name, FOLDER).pathname, { asOf: AS_OF, intervalMs: DAY_MS })
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}

describe('the history of examples/ten.yaml', () => {
  const texts = generateTen()

  test('[DATA-14] is what the generator makes from its seed, byte for byte', () => {
    expect(readdirSync(FOLDER).sort()).toEqual([...texts.keys()])
    for (const [name, text] of texts) expect(readFileSync(new URL(name, FOLDER), 'utf8')).toBe(text)
  })

  test('[DATA-14] the book says what made it and with which seed', () => {
    const book = readFileSync(new URL('../ten.yaml', FOLDER), 'utf8')
    expect(book).toContain(`tools/generate-ten.ts makes it with the\n# project's own seeded generator, seed ${SEED}`)
    for (const name of texts.keys()) expect(book).toContain(`history/${name}`)
  })

  test('[DATA-14] has ten clean histories to 2026-03-01, two of them short, one with a gap', () => {
    const files = [...texts.keys()].map(read)
    expect(files.map((file) => file.columns.time.length)).toEqual([400, 400, 400, 400, 400, 397, 400, 400, 180, 91])
    expect(files.every((file) => file.lastCloseAt === AS_OF)).toBe(true)
    expect(files.flatMap((file) => inspectCandles(file, AS_OF).map((each) => each.message))).toEqual([
      '1 gap, the longest 3d, the first from 2025-08-23 00:00 UTC',
    ])
  })

  test('[DATA-14] its forecast finds the volatilities and correlations that made it', () => {
    const histories = [...texts.keys()].map((name) => ({ name: name.slice(0, 3), ...read(name).columns }))
    const risk = ewmaRisk(histories, {
      asOf: AS_OF,
      from: 0,
      intervalMs: DAY_MS,
      volHalflifeMs: 400 * DAY_MS,
      correlationHalflifeMs: 400 * DAY_MS,
    })
    if (!risk.ok) throw new Error(JSON.stringify(risk.error))
    const { vol, covariance, notes } = risk.value
    // 400 days tell a volatility to about 4 % and a correlation of .81 to about .02.
    expect(vol[0]! / 0.5).toBeGreaterThan(0.88)
    expect(vol[0]! / 0.5).toBeLessThan(1.12)
    expect(Math.abs(covariance[1]! / (vol[0]! * vol[1]!) - 0.81)).toBeLessThan(0.08)
    expect(notes).toEqual([
      '1 gap in FFF bridged, the longest 3d.',
      'III has 180d of history; its correlations use those.',
      'JJJ has 91d of history; its correlations use those.',
    ])
  })
})
