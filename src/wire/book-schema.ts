/**
 * JSON Schemas (2020-12): of a plan as JSON, and of a book file, made from the schema the reader uses, so that editors complete what the reader
 * accepts. Scalars may be numbers or texts: the reader takes either as it is written.
 */
import { z } from 'zod'
import { bookShape } from './book-shape.ts'
import { planSchema } from './plan-codec.ts'

export type JsonSchema = Readonly<Record<string, unknown>>

/** `equipoise schema book` prints this. */
export function bookJsonSchema(): JsonSchema {
  const schema = z.toJSONSchema(bookShape, {
    io: 'input',
    target: 'draft-2020-12',
    override: ({ jsonSchema }) => tidy(jsonSchema),
  })
  return { ...schema, title: 'Book of Equipoise' }
}

/** `equipoise schema plan` prints this: the plan as `--json` prints it. */
export function planJsonSchema(): JsonSchema {
  return { ...z.toJSONSchema(planSchema, { io: 'input', target: 'draft-2020-12' }), title: 'Plan of Equipoise' }
}

/** A flag is text in the reader and a boolean in the file; names of keys are checked by the reader. */
function tidy(jsonSchema: Record<string, unknown>): void {
  if (jsonSchema.type === 'boolean') delete jsonSchema.enum
  if (jsonSchema.const === undefined) delete jsonSchema.const
  delete jsonSchema.propertyNames
}
