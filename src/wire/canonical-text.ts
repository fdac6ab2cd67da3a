/** JSON in one form, so that equal values are equal bytes. Apart from the codecs, so that whoever prints needs no schema. */
import { assert } from '../core/base/result.ts'

/** JSON text with keys in code-unit order and no spaces. Takes JSON values alone. */
export function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`
  if (typeof value !== 'object' || value === null) {
    const text = JSON.stringify(value)
    assert(text !== undefined, `JSON value expected, was ${typeof value}`)
    return text
  }
  const record = value as Readonly<Record<string, unknown>>
  const keys = Object.keys(record).sort()
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalText(record[key])}`).join(',')}}`
}
