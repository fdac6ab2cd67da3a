import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { plan } from '../../src/core/sizing/plan.ts'
import { planInputs } from '../../src/wire/book.ts'
import { bookJsonSchema, planJsonSchema } from '../../src/wire/book-schema.ts'
import { encodePlan } from '../../src/wire/plan-codec.ts'
import type { JsonSchema } from '../../src/wire/shape.ts'
import { bookOf, edit, FULL, issuesOf, SMALL } from './books.ts'

type Schema = {
  readonly type?: string | readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Schema
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly not?: Schema
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly pattern?: string
  readonly description?: string
}

const typeOf = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value)

/** The keywords this project's schemas use, by JSON Schema 2020-12. */
function mistakes(schema: Schema, value: unknown, path = '$'): string[] {
  const union = schema.anyOf ?? schema.oneOf
  if (union !== undefined && !union.some((branch) => mistakes(branch, value, path).length === 0))
    return [`${path}: no branch`]
  if (schema.not !== undefined && mistakes(schema.not, value, path).length === 0) return [`${path}: not`]
  const types =
    schema.type === undefined
      ? null
      : [schema.type].flat().flatMap((type) => (type === 'integer' ? ['number'] : [type]))
  if (types !== null && !types.includes(typeOf(value))) return [`${path}: ${typeOf(value)}`]
  if (schema.enum !== undefined && !schema.enum.includes(value)) return [`${path}: enum`]
  if ('const' in schema && schema.const !== value) return [`${path}: const`]
  if (schema.pattern !== undefined && typeof value === 'string' && !new RegExp(schema.pattern).test(value))
    return [`${path}: pattern`]
  if (Array.isArray(value))
    return value.flatMap((item, index) => mistakes(schema.items ?? {}, item, `${path}[${index}]`))
  if (typeOf(value) !== 'object') return []
  const entries = Object.entries(value as Record<string, unknown>)
  const missing = (schema.required ?? [])
    .filter((key) => !entries.some(([name]) => name === key))
    .map((key) => `${path}.${key}: missing`)
  return [
    ...missing,
    ...entries.flatMap(([key, item]) => {
      const own = schema.properties?.[key] ?? schema.additionalProperties
      return own === false
        ? [`${path}.${key}: unknown`]
        : typeof own === 'object'
          ? mistakes(own, item, `${path}.${key}`)
          : []
    }),
  ]
}

const book = bookJsonSchema() as Schema & JsonSchema
const example = (name: string): string => readFileSync(new URL(`../../examples/${name}`, import.meta.url), 'utf8')

describe('the JSON Schema of a book', () => {
  test('[BOOK-16] is of the 2020-12 draft and describes every key', () => {
    expect(book.$schema).toBe('https://json-schema.org/draft/2020-12/schema')
    const bare: string[] = []
    const walk = (schema: Schema, path: string, named: boolean): void => {
      if (
        named &&
        schema.description === undefined &&
        schema.anyOf === undefined &&
        schema.oneOf === undefined &&
        schema.const === undefined
      )
        bare.push(path)
      for (const [key, each] of Object.entries(schema.properties ?? {})) walk(each, `${path}.${key}`, true)
      for (const each of [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]) walk(each, path, false)
      if (typeof schema.additionalProperties === 'object') walk(schema.additionalProperties, `${path}.*`, false)
      if (schema.items !== undefined) walk(schema.items, `${path}[]`, false)
    }
    walk(book, '$', false)
    expect(bare).toEqual([])
  })

  test.each([['golden-1.yaml'], ['ten.yaml'], ['parity.yaml']])('[BOOK-16] %s validates', (name) => {
    expect(mistakes(book, parse(example(name)))).toEqual([])
  })

  test('[BOOK-16] books the reader accepts validate', () => {
    const computed = edit(SMALL, [
      ['{ BTC: 50%, ETH: 30% }', '{ kind: riskParity, of: [BTC, ETH], total: 80%, max: { BTC: 50% } }'],
      ['{ kind: full }', '{ kind: band, unit: weight, width: { part: 20%, least: 1% }, to: edge }'],
    ])
    expect(issuesOf(computed)).toEqual([])
    expect([FULL, SMALL, computed].map((text) => mistakes(book, parse(text)))).toEqual([[], [], []])
  })

  test.each<[string, readonly (readonly [string, string])[]]>([
    ['a misspelt section', [['targets:', 'tragets:']]],
    ['a missing lot', [['lot: 0.00001, fee: 5bp', 'fee: 5bp']]],
    ['an unknown kind', [['kind: spot, lot: 0.00001', 'kind: spt, lot: 0.00001']]],
    ['a list for a map', [['{ BTC: 64000, ETH: 3200 }', '[64000, 3200]']]],
    [
      'a key of another target',
      [['{ BTC: 50%, ETH: 30% }', '{ kind: inverseVolatility, of: [BTC, ETH], total: 80%, max: 50% }']],
    ],
    ['a word for a flag', [['kind: spot, lot: 0.00001', 'kind: spot, short: maybe, lot: 0.00001']]],
  ])('[BOOK-16] %s is refused by schema and reader', (_, edits) => {
    const text = edit(SMALL, edits)
    expect(mistakes(book, parse(text)).length).toBeGreaterThan(0)
    expect(issuesOf(text).length).toBeGreaterThan(0)
  })

  /** Every map of the schema that knows all its keys, with a place in FULL where such a map stands. */
  const places: readonly (readonly [string, Schema, readonly [string, string]])[] = (() => {
    const at = (...path: readonly string[]): Schema =>
      path.reduce<Schema>(
        (schema, key) =>
          key === '*'
            ? (schema.additionalProperties as Schema)
            : key === '[]'
              ? schema.items!
              : schema.properties![key]!,
        book,
      )
    const branch = (schema: Schema, kind: string): Schema =>
      (schema.oneOf ?? schema.anyOf)!.find((each) => each.properties?.kind?.const === kind)!
    const map = (schema: Schema): Schema => schema.anyOf!.find((each) => each.properties !== undefined)!
    const instrument = at('instruments', '*')
    return [
      ['the book', book, ['name: Every key', 'zzz: 1']],
      ['a position', map(at('positions', '*')), ['{ quantity: -2, entry', '{ zzz: 1, entry']],
      ['a band', branch(at('policy'), 'band'), ['floor: 1%', 'zzz: 1%']],
      ['proportional', branch(at('compare', '[]'), 'proportional'), ['rate: 50%', 'zzz: 50%']],
      ['riskCap', branch(at('compare', '[]'), 'riskCap'), ['trackingErrorMax: 700bp', 'zzz: 700bp']],
      ['limits', at('limits'), ['turnover: 80%', 'zzz: 80%']],
      ['net', at('limits', 'net'), ['net: { min: -100%', 'net: { zzz: -100%']],
      ['participation', at('limits', 'participation'), ['share: 5%', 'zzz: 5%']],
      ['spot', branch(instrument, 'spot'), ['short: true', 'zzz: true']],
      ['perp', branch(instrument, 'perp'), ['symbol: ETH', 'zzz: ETH']],
      ['future', branch(instrument, 'future'), ['settle: BTC', 'zzz: BTC']],
      ['option', branch(instrument, 'option'), ['right: call', 'zzz: call']],
      ['fees', map(branch(instrument, 'spot').properties!.fee!), ['maker: -1bp', 'zzz: -1bp']],
      ['market', at('market'), ['markAgeMax: 1m', 'zzz: 1m']],
      ['a price', map(at('market', 'prices', '*')), ['at: 2026-02-28', 'zzz: 2026-02-28']],
      ['an order', at('orders', '[]'), ['side: buy', 'zzz: buy']],
      ['sizing', at('sizing'), ['gMax: 3', 'zzz: 3']],
    ]
  })()

  test.each(places)('[BOOK-16] %s: schema and reader know the same keys', (_, schema, change) => {
    const found = issuesOf(edit(FULL, [change])).find((line) => line.includes('key.unknown'))!
    const named = /the key must be (.*), was zzz/.exec(found)![1]!.split(/, | or /)
    expect(named.sort()).toEqual(Object.keys(schema.properties!).sort())
  })
})

describe('the JSON Schema of a plan', () => {
  test('[CODEC-1] plans validate', () => {
    const golden = bookOf(example('golden-1.yaml'))
    for (const policy of [golden.policy!, ...golden.compare]) {
      const answer = plan(planInputs(golden, policy))
      expect(answer.ok && mistakes(planJsonSchema() as Schema, JSON.parse(encodePlan(answer.value)))).toEqual([])
    }
  })
})
