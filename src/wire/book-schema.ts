/**
 * JSON Schemas (2020-12): of a plan as JSON, and of a book file, made from the shape the reader uses, so that editors
 * complete what the reader accepts. Scalars may be numbers or texts: the reader takes either as it is written.
 */
import { z } from 'zod'
import { assertNever } from '../core/base/result.ts'
import { bookShape } from './book-shape.ts'
import { planSchema } from './plan-codec.ts'
import type { Fields, JsonSchema, Optional, Shape } from './shape.ts'

const DIALECT = 'https://json-schema.org/draft/2020-12/schema'

/** `equipoise schema book` prints this. */
export const bookJsonSchema = (): JsonSchema => ({
  $schema: DIALECT,
  ...schemaOf(bookShape),
  title: 'Book of Equipoise',
})

/** `equipoise schema plan` prints this: the plan as `--json` prints it. */
export function planJsonSchema(): JsonSchema {
  return { ...z.toJSONSchema(planSchema, { io: 'input', target: 'draft-2020-12' }), title: 'Plan of Equipoise' }
}

/** The JSON Schema of one shape; names of keys are checked by the reader. */
function schemaOf(shape: Shape | Optional): JsonSchema {
  switch (shape.kind) {
    case 'leaf':
    case 'choice':
      return shape.json
    case 'optional':
      return schemaOf(shape.shape)
    case 'section':
      return mapSchema(shape.fields, false, shape.what)
    case 'openSection':
      return mapSchema(shape.fields, schemaOf(shape.entry), shape.what)
    case 'list':
      return { type: 'array', items: schemaOf(shape.item), description: shape.what }
    case 'either':
      return { anyOf: [schemaOf(shape.short), schemaOf(shape.long)], description: shape.what }
    case 'keyed':
      return {
        anyOf: [schemaOf(shape.marked), { ...schemaOf(shape.plain), not: { required: [shape.key] } }],
        description: shape.what,
      }
    case 'variants':
      return { oneOf: shape.variants.map(schemaOf) }
    default:
      return assertNever(shape)
  }
}

function mapSchema(fields: Fields, additionalProperties: JsonSchema | false, description: string): JsonSchema {
  const named = Object.entries(fields)
  const required = named.flatMap(([key, field]) => (field.kind === 'optional' ? [] : [key]))
  return {
    type: 'object',
    ...(named.length === 0
      ? {}
      : { properties: Object.fromEntries(named.map(([key, each]) => [key, schemaOf(each)])) }),
    ...(required.length === 0 ? {} : { required }),
    additionalProperties,
    description,
  }
}
