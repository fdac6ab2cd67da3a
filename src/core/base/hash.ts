/**
 * Hashes: SHA-256 (FIPS 180-4, §5 padding, §6.2 computation), synchronous and without platform types, and `hashOf`, the
 * identity of plain data. Plans, intents and journal entries are named by these, so the bytes that are hashed are a
 * contract: every value is written as a type tag, a length where it has one, and its content, which makes the encoding
 * injective.
 */
import { assert } from './result.ts'

/** The first 32 bits of the fractional part of the root of each of the first primes: of the square (power 2) or cube root. */
function rootsOfPrimes(count: number, power: 2n | 3n): Int32Array {
  const primes: bigint[] = []
  for (let candidate = 2n; primes.length < count; candidate++)
    if (primes.every((prime) => candidate % prime !== 0n)) primes.push(candidate)
  return Int32Array.from(primes, (prime) => Number(BigInt.asIntN(32, integerRoot(prime << (32n * power), power))))
}

/** ⌊a^(1/power)⌋ by Newton's method from above: the first step that does not fall is the answer. a < 2^(40·power). */
function integerRoot(a: bigint, power: bigint): bigint {
  let root = 1n << 40n
  for (;;) {
    const next = ((power - 1n) * root + a / root ** (power - 1n)) / power
    if (next >= root) return root
    root = next
  }
}

const INITIAL = rootsOfPrimes(8, 2n)
const ROUND = rootsOfPrimes(64, 3n)
const BLOCK = 64

/** Scratch of a compression and of the last blocks: written before they are read, by every hash. */
const schedule = new Int32Array(64)
const last = new Uint8Array(2 * BLOCK)
const lastView = new DataView(last.buffer)

/** One compression of the block at `offset`. */
function compress(state: Int32Array, block: DataView, offset: number): void {
  for (let t = 0; t < 16; t++) schedule[t] = block.getInt32(offset + 4 * t)
  for (let t = 16; t < 64; t++) {
    const x = schedule[t - 15]!
    const y = schedule[t - 2]!
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3)
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10)
    schedule[t] = (schedule[t - 16]! + s0 + schedule[t - 7]! + s1) | 0
  }
  let a = state[0]!
  let b = state[1]!
  let c = state[2]!
  let d = state[3]!
  let e = state[4]!
  let f = state[5]!
  let g = state[6]!
  let h = state[7]!
  for (let t = 0; t < 64; t++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))
    const first = (h + s1 + ((e & f) ^ (~e & g)) + ROUND[t]! + schedule[t]!) | 0
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))
    const second = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + first) | 0
    d = c
    c = b
    b = a
    a = (first + second) | 0
  }
  state[0] = state[0]! + a
  state[1] = state[1]! + b
  state[2] = state[2]! + c
  state[3] = state[3]! + d
  state[4] = state[4]! + e
  state[5] = state[5]! + f
  state[6] = state[6]! + g
  state[7] = state[7]! + h
}

/** SHA-256 of bytes as 64 hexadecimal digits. */
export function sha256OfBytes(bytes: Uint8Array): string {
  const state = Int32Array.from(INITIAL)
  const whole = bytes.length - (bytes.length % BLOCK)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let offset = 0; offset < whole; offset += BLOCK) compress(state, view, offset)
  // The rest, a 1 bit, zeros, and the length in bits as 64 bits.
  const rest = bytes.length - whole
  const length = rest + 9 > BLOCK ? 2 * BLOCK : BLOCK
  last.fill(0)
  last.set(bytes.subarray(whole))
  last[rest] = 0x80
  lastView.setBigUint64(length - 8, 8n * BigInt(bytes.length))
  for (let offset = 0; offset < length; offset += BLOCK) compress(state, lastView, offset)
  let digits = ''
  for (const word of state) digits += (word >>> 0).toString(16).padStart(8, '0')
  return digits
}

/** SHA-256 of the UTF-8 bytes of a text as 64 hexadecimal digits; a lone surrogate counts as U+FFFD, as everywhere in UTF-8. */
export function sha256(text: string): string {
  const writer = openWriter()
  writeUtf8(writer, text.toWellFormed())
  return sha256OfBytes(writer.bytes.subarray(0, writer.length))
}

interface Writer {
  bytes: Uint8Array
  view: DataView
  length: number
}

function makeWriter(size: number): Writer {
  const bytes = new Uint8Array(size)
  return { bytes, view: new DataView(bytes.buffer), length: 0 }
}

/** Most of what is hashed is short, and a new buffer costs more than its hash: one is written to again and again. */
const KEPT_SIZE = 1024
const kept = makeWriter(KEPT_SIZE)

/** Empty; what grows beyond the kept buffer has one of its own. */
function openWriter(): Writer {
  kept.length = 0
  return { ...kept }
}

function reserve(writer: Writer, count: number): void {
  if (writer.length + count <= writer.bytes.length) return
  const bytes = new Uint8Array(Math.max(2 * writer.bytes.length, writer.length + count))
  bytes.set(writer.bytes.subarray(0, writer.length))
  writer.bytes = bytes
  writer.view = new DataView(bytes.buffer)
}

/** Writes UTF-8. A lone surrogate keeps its own three bytes, so that different texts are always different bytes. */
function writeUtf8(writer: Writer, text: string): void {
  reserve(writer, 3 * text.length)
  const { bytes } = writer
  let at = writer.length
  for (let index = 0; index < text.length; index++) {
    const point = text.codePointAt(index)!
    if (point < 0x80) {
      bytes[at++] = point
    } else if (point < 0x800) {
      bytes[at++] = 0xc0 | (point >> 6)
      bytes[at++] = 0x80 | (point & 63)
    } else if (point < 0x10000) {
      bytes[at++] = 0xe0 | (point >> 12)
      bytes[at++] = 0x80 | ((point >> 6) & 63)
      bytes[at++] = 0x80 | (point & 63)
    } else {
      bytes[at++] = 0xf0 | (point >> 18)
      bytes[at++] = 0x80 | ((point >> 12) & 63)
      bytes[at++] = 0x80 | ((point >> 6) & 63)
      bytes[at++] = 0x80 | (point & 63)
      index++
    }
  }
  writer.length = at
}

function writeTag(writer: Writer, tag: string): void {
  reserve(writer, 1)
  writer.bytes[writer.length++] = tag.charCodeAt(0)
}

function writeCount(writer: Writer, count: number): void {
  reserve(writer, 4)
  writer.view.setUint32(writer.length, count)
  writer.length += 4
}

/** Eight bytes, most significant first. −0 is written as 0 and every NaN as the same one. */
function writeNumber(writer: Writer, x: number): void {
  reserve(writer, 8)
  if (Number.isNaN(x)) writer.view.setBigUint64(writer.length, 0x7ff8000000000000n)
  else writer.view.setFloat64(writer.length, x + 0)
  writer.length += 8
}

function writeText(writer: Writer, text: string): void {
  reserve(writer, 4)
  const start = writer.length
  writer.length += 4
  writeUtf8(writer, text)
  writer.view.setUint32(start, writer.length - start - 4)
}

/** Far deeper than any book; what is deeper contains itself. */
const DEPTH_MAX = 200

function writeValue(writer: Writer, value: unknown, depth: number): void {
  assert(depth <= DEPTH_MAX, 'hashed data must not contain itself')
  switch (typeof value) {
    case 'boolean':
      writeTag(writer, value ? 't' : 'f')
      break
    case 'number':
      writeTag(writer, 'n')
      writeNumber(writer, value)
      break
    case 'bigint':
      writeTag(writer, 'i')
      writeText(writer, value.toString(16))
      break
    case 'string':
      writeTag(writer, 's')
      writeText(writer, value)
      break
    case 'object':
      if (value === null) writeTag(writer, 'z')
      else writeObject(writer, value, depth)
      break
    default:
      assert(false, `hashed data must be plain, was ${typeof value}`)
  }
}

function writeObject(writer: Writer, value: object, depth: number): void {
  if (Array.isArray(value)) {
    writeTag(writer, 'a')
    writeCount(writer, value.length)
    for (const item of value) writeValue(writer, item, depth + 1)
  } else if (value instanceof Float64Array) {
    writeTag(writer, 'd')
    writeCount(writer, value.length)
    reserve(writer, 8 * value.length)
    for (const item of value) writeNumber(writer, item)
  } else if (value instanceof Int32Array) {
    writeTag(writer, 'l')
    writeCount(writer, value.length)
    for (const item of value) writeCount(writer, item)
  } else if (value instanceof Uint8Array) {
    writeTag(writer, 'b')
    writeCount(writer, value.length)
    reserve(writer, value.length)
    writer.bytes.set(value, writer.length)
    writer.length += value.length
  } else {
    const prototype: unknown = Object.getPrototypeOf(value)
    const plain = prototype === null || Object.getPrototypeOf(prototype) === null
    assert(
      plain && Object.getOwnPropertySymbols(value).length === 0,
      'hashed data must be plain, was an instance of a class',
    )
    const keys = Object.keys(value).sort()
    writeTag(writer, 'o')
    writeCount(writer, keys.length)
    for (const key of keys) {
      writeText(writer, key)
      writeValue(writer, (value as Readonly<Record<string, unknown>>)[key], depth + 1)
    }
  }
}

/**
 * The identity of plain data: null, booleans, numbers, bigints, strings, arrays, plain objects, Float64Array, Int32Array
 * and Uint8Array. The order of keys does not matter, the type of a value does: 1, 1n, '1', [1] and a column of 1 differ.
 * 0 and −0 are the same number; NaN is equal to itself. Throws on undefined, functions, Map, Set, Date and instances.
 * @returns 64 hexadecimal digits
 */
export function hashOf(value: unknown): string {
  const writer = openWriter()
  writeValue(writer, value, 0)
  return sha256OfBytes(writer.bytes.subarray(0, writer.length))
}
