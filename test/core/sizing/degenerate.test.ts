import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { plan } from '../../../src/core/sizing/plan.ts'
import { decodeInputs } from '../../../src/wire/inputs-codec.ts'

it('[LAW-11] limits that meet in one point are planned under: a random book that once looked contradictory', () => {
  const inputs = decodeInputs(readFileSync(new URL('degenerate-book.json', import.meta.url), 'utf8'))
  if (!inputs.ok) throw new Error(JSON.stringify(inputs.error))
  const planned = plan(inputs.value)
  expect(planned.ok).toBe(true)
})
