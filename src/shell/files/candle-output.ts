/**
 * The project's own candle file: CSV with the header time,open,high,low,close,volume, time in ms UTC of the bar's open,
 * every other number the exact text of the file it came from. `.gz` in the name packs it. The file appears whole or not
 * at all: it is written beside its place, flushed, then renamed.
 */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { fieldText } from './candle-rows.ts'
import type { CandleFile } from './candles.ts'

/** Writes the bars of `file` to `path`, replacing what is there. The same bars give the same bytes. Throws what the disk does. */
export function writeCandles(path: string, file: CandleFile): void {
  const fields =
    file.columns.volume === null
      ? (['open', 'high', 'low', 'close'] as const)
      : (['open', 'high', 'low', 'close', 'volume'] as const)
  const lines = [['time', ...fields].join(',')]
  for (let row = 0; row < file.offset.length; row++) {
    const texts = fields.map((field) => fieldText(file.source, file.offset[row]!, field))
    lines.push(`${file.columns.time[row]},${texts.join(',')}`)
  }
  const text = Buffer.from(`${lines.join('\n')}\n`)
  writeWhole(path, path.endsWith('.gz') ? gzipSync(text, { level: 9 }) : text)
}

function writeWhole(path: string, bytes: Buffer): void {
  const beside = join(dirname(path), `.${basename(path)}.${process.pid}.part`)
  const handle = openSync(beside, 'w')
  try {
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at)
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
    renameSync(beside, path)
  } catch (error) {
    rmSync(beside, { force: true })
    throw error
  }
}
