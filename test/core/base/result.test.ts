import { expect, test } from 'vitest'
import { assert, assertNever, fail, quoted, refuse, succeed } from '../../../src/core/base/result.ts'

test('[BASE-23] a refusal is one issue with its code, place, finding and advice, and nothing is thrown', () => {
  expect(refuse('target.missing', 'targets.SOL', 'must have a target, was none', 'add one')).toEqual({
    ok: false,
    error: [{ code: 'target.missing', path: 'targets.SOL', message: 'must have a target, was none', hint: 'add one' }],
  })
  expect(succeed(1)).toEqual({ ok: true, value: 1 })
  expect(fail('why')).toEqual({ ok: false, error: 'why' })
})

test('[BASE-23] what was found is quoted, and cut where it is long', () => {
  expect(quoted('a"b\n')).toBe('"a\\"b\\n"')
  expect(quoted('7'.repeat(60))).toBe(`"${'7'.repeat(60)}"`)
  expect(quoted('7'.repeat(100_000))).toBe(`"${'7'.repeat(60)}…"`)
})

test('a programmer’s error throws and names the invariant', () => {
  expect(() => assert(false, 'one = two')).toThrow('invariant: one = two')
  expect(() => assert(true, 'one = one')).not.toThrow()
  expect(() => assertNever({ kind: 'newcomer' } as never)).toThrow('invariant: unhandled case newcomer')
  expect(() => assertNever('newcomer' as never)).toThrow('invariant: unhandled case newcomer')
})
