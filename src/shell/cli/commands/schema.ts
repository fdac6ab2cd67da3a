/** `schema`: the JSON Schema of a file, so that editors complete it and programs check it. */
import { EXIT, type ExitCode, type Io } from '../io.ts'

export async function schema(name: 'book' | 'plan', io: Io): Promise<ExitCode> {
  const { bookJsonSchema, planJsonSchema } = await import('../../../wire/book-schema.ts')
  io.stdout(`${JSON.stringify(name === 'book' ? bookJsonSchema() : planJsonSchema(), null, 2)}\n`)
  return EXIT.answered
}
