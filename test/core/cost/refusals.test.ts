import { expect, test } from 'vitest'
import { COST_REFUSALS } from './refusals.ts'

test.each(Object.entries(COST_REFUSALS))('[COST-32] %s', (code, { refused, reads }) => {
  const issues = refused()
  expect(issues.map((issue) => issue.code)).toEqual([code])
  expect(issues.map(({ path, message, hint }) => `${path}: ${message}; ${hint}`)).toEqual([reads])
})
