/** `schema`: the JSON Schema of a file, so that editors complete it and programs check it. */
import { EXIT, type ExitCode, type Io } from '../io.ts'

export async function schema(name: 'book' | 'plan', io: Io): Promise<ExitCode> {
  const described = name === 'book' ? await bookSchema() : await planJsonSchema()
  io.stdout(`${JSON.stringify(described, null, 2)}\n`)
  return EXIT.answered
}

async function bookSchema(): Promise<unknown> {
  const { bookJsonSchema } = await import('../../../wire/book-schema.ts')
  return bookJsonSchema()
}

/** What `plan --json` prints: the side of the codec that is JSON. */
async function planJsonSchema(): Promise<unknown> {
  const [{ z }, { planSchema }] = await Promise.all([import('zod'), import('../../../wire/plan-codec.ts')])
  return { ...z.toJSONSchema(planSchema, { io: 'input', target: 'draft-2020-12' }), title: 'Plan of Equipoise' }
}
