/** Covariances for the tests of targets, and published ones beside the project. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { makeRandom } from '../../../../src/core/base/random.ts'
import type { Result } from '../../../../src/core/base/result.ts'
import type { TargetInputs } from '../../../../src/core/sizing/targets/target-inputs.ts'

export const REFERENCE = fileURLToPath(new URL('../../../../../shared/reference/sizing/', import.meta.url))
/** Without the folder these tests are skipped, but never where CI runs. */
export const absent = !existsSync(REFERENCE) && process.env.CI === undefined
if (absent) console.warn(`skipped: reference data is not in ${REFERENCE}`)
export const readJson = (path: string) => JSON.parse(readFileSync(REFERENCE + path, 'utf8'))

export function unwrap<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}
export const codesOf = <T>(result: Result<T>): string[] => (result.ok ? [] : result.error.map(({ code }) => code))
export const messageOf = <T>(result: Result<T>): string =>
  result.ok ? '' : result.error.map((e) => e.message).join('; ')

export const namesOf = (n: number): string[] => Array.from({ length: n }, (_, i) => `A${String(i).padStart(3, '0')}`)
export const inputsOf = (rows: readonly (readonly number[])[], total = 1): TargetInputs => ({
  names: namesOf(rows.length),
  covariance: Float64Array.from(rows.flat()),
  total,
})

/** XX'/k of k more draws than assets, with vols from 20 % to 120 %: any correlations, positive definite. */
export function randomMarket(n: number, seed: number, common: number): TargetInputs {
  const random = makeRandom(seed)
  const draws = n + 5
  const x = Array.from({ length: draws }, () => {
    const shared = common * random.normal()
    return Array.from({ length: n }, () => shared + random.normal())
  })
  const scale = Array.from({ length: n }, () => 0.2 + random.uniform())
  const covariance = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      const value = (x.reduce((total, row) => total + row[i]! * row[j]!, 0) / draws) * scale[i]! * scale[j]!
      covariance[i * n + j] = value
      covariance[j * n + i] = value
    }
  return { names: namesOf(n), covariance, total: 1 }
}

/** Σw by plain loops. */
export const timesCovariance = ({ names: { length: n }, covariance }: TargetInputs, w: Float64Array): Float64Array =>
  Float64Array.from({ length: n }, (_, i) => w.reduce((total, value, j) => total + covariance[i * n + j]! * value, 0))
export const varianceOf = (inputs: TargetInputs, w: Float64Array): number =>
  timesCovariance(inputs, w).reduce((total, value, i) => total + value * w[i]!, 0)
/** w_i(Σw)_i ÷ w'Σw */
export const contributions = (inputs: TargetInputs, w: Float64Array): Float64Array =>
  timesCovariance(inputs, w).map((value, i) => (value * w[i]!) / varianceOf(inputs, w))
export const sumOf = (w: ArrayLike<number>): number => Array.from(w).reduce((a, b) => a + b, 0)
