/**
 * The bytes of a candle file, unpacked: plain or gzip, told by the first bytes and not by the name. What a user can get
 * wrong (no such file, a zip, a cut download) is an issue; anything else the disk does is thrown.
 */
import { readFileSync, statSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { type Result, refuse, succeed } from '../../core/base/result.ts'

/** Memory is taken in steps of this size while unpacking. */
const CHUNK_BYTES = 1 << 20
/** Ten years of one-minute bars are a third of this. */
const BYTES_MAX = 1_000_000_000

const MISSING: Readonly<Record<string, string>> = {
  ENOENT: 'missing',
  ENOTDIR: 'missing',
  EISDIR: 'a folder',
  EACCES: 'not readable by this user',
  EPERM: 'not readable by this user',
}

/** @param what messages call it. Codes: candles.unreadable, candles.too-large, candles.zip, candles.truncated, candles.corrupt. */
export function loadCandleBytes(path: string, what = 'a candle file'): Result<Buffer> {
  const loaded = readWhole(path, what)
  if (!loaded.ok) return loaded
  const bytes = loaded.value
  if (bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2]! <= 8)
    return refuse(
      'candles.zip',
      path,
      `${path} must be CSV, JSON or .gz of either, was a zip archive`,
      `unzip it (unzip ${path}) and name the file inside`,
    )
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return succeed(bytes)
  try {
    return succeed(gunzipSync(bytes, { maxOutputLength: BYTES_MAX, chunkSize: CHUNK_BYTES }))
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ERR_BUFFER_TOO_LARGE') return tooLarge(path)
    if (code === 'Z_BUF_ERROR')
      return refuse('candles.truncated', path, `${path} must be a whole gzip file, was cut off`, 'fetch the file again')
    if (code?.startsWith('Z_') === true)
      return refuse(
        'candles.corrupt',
        path,
        `${path} must be a sound gzip file, was damaged (${code})`,
        'fetch the file again',
      )
    throw error
  }
}

function readWhole(path: string, what: string): Result<Buffer> {
  try {
    return statSync(path).size > BYTES_MAX ? tooLarge(path) : succeed(readFileSync(path))
  } catch (error) {
    const was = MISSING[(error as NodeJS.ErrnoException).code ?? '']
    if (was === undefined) throw error
    return refuse(
      'candles.unreadable',
      path,
      `${path} must be ${what}, was ${was}`,
      'correct the path; relative paths start at the file that names them',
    )
  }
}

const tooLarge = (path: string): Result<never> =>
  refuse(
    'candles.too-large',
    path,
    `${path} must be at most ${BYTES_MAX / 1e6} MB unpacked, was more`,
    'split it, or use longer bars',
  )
