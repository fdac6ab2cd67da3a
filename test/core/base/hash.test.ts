import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hashOf, sha256, sha256OfBytes } from '../../../src/core/base/hash.ts'

const oracle = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex')
const seeded = { seed: 20260301, numRuns: 500 }
/** Every sequence of UTF-16 code units, lone surrogates among them. */
const anyText = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0xd7f0, max: 0xe010 })), { maxLength: 90 })
  .map((units) => String.fromCharCode(...units))

describe('SHA-256', () => {
  test.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    ],
  ])('[BASE-14] the published digest of %j', (text, digest) => {
    expect(sha256(text)).toBe(digest)
  })

  test('[BASE-14] every length around the block size, and a million a’s', () => {
    for (let length = 0; length <= 200; length++) {
      const bytes = Uint8Array.from({ length }, (_, index) => (index * 37 + length) & 255)
      expect(sha256OfBytes(bytes)).toBe(oracle(bytes))
    }
    expect(sha256('a'.repeat(1_000_000))).toBe('cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0')
  })

  test('[BASE-14] any text, with surrogate pairs and lone surrogates', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(sha256(text)).toBe(oracle(text))
      }),
      seeded,
    )
    for (const text of ['é', '€', '😀', '\ud800', '\udc00\ud800', 'a\ud83d', '\u0000', '\ufffd', '\u07ff\u0800\uffff'])
      expect(sha256(text)).toBe(oracle(text))
  })

  test('[BASE-14] a view into the middle of a buffer', () => {
    const whole = Uint8Array.from({ length: 300 }, (_, index) => index & 255)
    expect(sha256OfBytes(whole.subarray(13, 213))).toBe(oracle(whole.subarray(13, 213)))
  })
})

const plain = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false, 0, 1, '', '0', '1', 0n, 1n, -1n),
    fc.double(),
    fc.bigInt(),
    anyText,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie('value'), { maxKeys: 4 }),
    fc.float64Array({ maxLength: 4 }),
    fc.int32Array({ maxLength: 4 }),
    fc.uint8Array({ maxLength: 4 }),
  ),
})).value

/** An independent rendering: equal texts exactly where the values are the same plain data. */
function render(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return `[${value.map(render).join()}]`
  if (ArrayBuffer.isView(value)) return `${value.constructor.name}(${Array.from(value as Float64Array, render).join()})`
  const entries = Object.entries(value as object).map(
    ([key, item]) => [key, `${JSON.stringify(key)}:${render(item)}`] as const,
  )
  return `{${entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, text]) => text)
    .join()}}`
}

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (value === null || typeof value !== 'object' || ArrayBuffer.isView(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, reversed(item)]),
  )
}

describe('hash of plain data', () => {
  test('[BASE-15] equal data, equal hash; different data, different hash', () => {
    fc.assert(
      fc.property(plain, plain, (a, b) => {
        expect(hashOf(a) === hashOf(b)).toBe(render(a) === render(b))
      }),
      { ...seeded, numRuns: 2000 },
    )
  })

  test('[BASE-15] the order of keys does not matter, at any depth', () => {
    fc.assert(
      fc.property(plain, (value) => {
        expect(hashOf(reversed(value))).toBe(hashOf(value))
        expect(hashOf(structuredClone(value))).toBe(hashOf(value))
      }),
      seeded,
    )
    expect(hashOf({ 2: 'b', 10: 'a', z: { y: 1, x: 2 } })).toBe(hashOf({ z: { x: 2, y: 1 }, 10: 'a', 2: 'b' }))
    expect(hashOf([1, 2])).not.toBe(hashOf([2, 1]))
  })

  test('[BASE-15] values that look alike but differ in type or shape all differ', () => {
    const family: readonly unknown[] = [
      null,
      false,
      true,
      0,
      1,
      0n,
      1n,
      -1,
      -1n,
      '',
      '0',
      '1',
      'null',
      'true',
      [],
      [0],
      [1],
      [[1]],
      ['1'],
      [1n],
      {},
      [{}],
      { 0: 1 },
      { 1: 0 },
      { a: 1 },
      { a: '1' },
      { a: 1n },
      { a: { b: 1 } },
      { ab: 1 },
      [['a', 1]],
      ['ab'],
      ['a', 'b'],
      [['a'], 'b'],
      [['a', 'b']],
      [null],
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      new Float64Array(0),
      new Int32Array(0),
      new Uint8Array(0),
      Float64Array.of(1),
      Int32Array.of(1),
      Uint8Array.of(1),
      Uint8Array.of(0, 0, 0, 1),
      Int32Array.of(-1),
      Float64Array.of(Number.NaN),
      '\ud800',
      '\ufffd',
      '\udc00',
      'a\ud800',
      16n,
      10n,
      '10',
      5e-324,
      2 ** 53,
      2 ** 53 + 2,
      BigInt(2 ** 53),
    ]
    expect(new Set(family.map(hashOf)).size).toBe(family.length)
  })

  test('[BASE-15] 0 and −0 are the same number and NaN is itself, alone and in columns', () => {
    expect(hashOf(-0)).toBe(hashOf(0))
    expect(hashOf(Float64Array.of(-0, 1))).toBe(hashOf(Float64Array.of(0, 1)))
    const otherNaN = new Float64Array(BigUint64Array.of(0xfff8000000000001n).buffer)
    expect(hashOf(otherNaN)).toBe(hashOf(Float64Array.of(Number.NaN)))
    expect(hashOf(otherNaN[0])).toBe(hashOf(Number.NaN))
  })

  test('[BASE-15] the bytes that are hashed are a contract', () => {
    const text = (value: string): string => `${String.fromCharCode(0, 0, 0, value.length)}${value}`
    const written = `o\0\0\0\x02${text('a')}a\0\0\0\x03ztf${text('b')}i${text('-ff')}`
    expect(hashOf({ b: -255n, a: [null, true, false] })).toBe(oracle(written))
    expect(hashOf('é')).toBe(oracle(Buffer.from([0x73, 0, 0, 0, 2, 0xc3, 0xa9])))
    expect(hashOf(1)).toBe(oracle(Buffer.from([0x6e, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0])))
    expect(hashOf(Int32Array.of(-2))).toBe(oracle(Buffer.from([0x6c, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xfe])))
    expect(hashOf(Float64Array.of(-1))).toBe(oracle(Buffer.from([0x64, 0, 0, 0, 1, 0xbf, 0xf0, 0, 0, 0, 0, 0, 0])))
    expect(hashOf(Uint8Array.of(7))).toBe(oracle(Buffer.from([0x62, 0, 0, 0, 1, 7])))
  })

  test('[BASE-15] large columns and texts outgrow the first buffer', () => {
    const column = Float64Array.from({ length: 5000 }, (_, index) => index / 7)
    const bytes = Buffer.alloc(5 + 8 * column.length)
    bytes.write('d')
    bytes.writeUInt32BE(column.length, 1)
    column.forEach((x, index) => {
      bytes.writeDoubleBE(x, 5 + 8 * index)
    })
    expect(hashOf(column)).toBe(oracle(bytes))
    const text = '€'.repeat(5000)
    expect(hashOf(text)).toBe(oracle(Buffer.concat([Buffer.from([0x73, 0, 0, 0x3a, 0x98]), Buffer.from(text)])))
  })

  test('[BASE-16] what is not plain data is refused', () => {
    class Point {
      x = 1
    }
    const cycle: { self?: object } = {}
    cycle.self = cycle
    const refused: readonly unknown[] = [
      undefined,
      { a: undefined },
      [undefined],
      new Array(2),
      () => 1,
      Symbol('s'),
      { [Symbol('s')]: 1 },
      new Map(),
      new Set(),
      new Date(0),
      new Point(),
      new Float32Array(1),
      new Uint16Array(1),
      /x/,
      new ArrayBuffer(1),
      cycle,
    ]
    for (const value of refused) expect(() => hashOf(value)).toThrow('invariant: hashed data must')
    expect(hashOf(Object.assign(Object.create(null), { a: 1 }))).toBe(hashOf({ a: 1 }))
    expect(hashOf(JSON.parse('{"__proto__":1}'))).not.toBe(hashOf({}))
  })
})
