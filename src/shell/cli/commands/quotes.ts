/** `quotes`: how much to offer on each side of one instrument. */
import { ratioOf, ratioToNumber } from '../../../core/base/ratio.ts'
import { fail, type Result, succeed } from '../../../core/base/result.ts'
import { quotes as quoteBoth, type Range } from '../../../core/sizing/quotes.ts'
import { readNumber } from '../../../wire/scalar.ts'
import { openBook, refuse } from '../book-access.ts'
import { EXIT, type ExitCode, type Io } from '../io.ts'
import { jsonText, type Output } from '../output.ts'
import { readSizing, type SizingFlags } from '../sizing-request.ts'
import { quoteScreen } from '../trade-screen.ts'

export interface QuotesRequest {
  readonly book: string | undefined
  readonly instrument: string
  readonly flags: SizingFlags
  /** Quantity, or multiples of the orders such as 4x, at which a side is quoted no more; instead of the book's band. */
  readonly range: string | undefined
  readonly output: Output
}

export async function quotes(
  { book: name, instrument, flags, range, output }: QuotesRequest,
  io: Io,
): Promise<ExitCode> {
  const opened = openBook(name, io)
  if (!opened.ok) return opened.code
  const { book, file, title } = opened.value
  // A range is a linear band of its own; the width of the book does not matter then.
  const asked = range === undefined ? flags : { ...flags, curve: flags.curve ?? 'linear', unit: 'weight', width: '0' }
  const request = readSizing(book, instrument, asked)
  if (!request.ok) return refuse(request.error, file, io).code
  const { inputs, curve, gauge, base, multipleMax } = request.value
  const read = range === undefined ? null : readRange(range)
  if (read !== null && !read.ok) return refuse(read.error, file, io).code
  if (base === null) return refuse(baseMissing(instrument), file, io).code
  const quoted = quoteBoth(inputs, {
    instrument,
    base,
    curve,
    gauge: read === null ? gauge : { unit: 'range', range: read.value },
    ...(multipleMax === null ? {} : { multipleMax }),
  })
  if (!quoted.ok) return refuse(quoted.error, file, io).code
  if (output.form === 'json') {
    io.stdout(await jsonText(quoted.value))
    return EXIT.answered
  }
  const { universe, target } = inputs.mandate
  const weight = ratioToNumber(target.weight[universe.underlyings.indexOf(quoted.value.underlying)]!)
  const { columns, color } = io
  const about = { title, asOf: book.asOf, numeraire: universe.numeraire, target: weight }
  const screen = { ...about, unit: read === null ? gauge.unit : 'weight', columns, color }
  io.stdout(`${quoteScreen(quoted.value, screen).join('\n')}\n`)
  return EXIT.answered
}

const baseMissing = (instrument: string) => [
  {
    code: 'sizing.base',
    path: 'sizing.base',
    message: `the base size of ${instrument} must be given, was missing`,
    hint: `give --base, or write \`base: { ${instrument}: 0.5 }\` under sizing`,
  },
]

/** "0.5" of the instrument, or "4x" everything quoted on both sides. */
function readRange(text: string): Result<Range> {
  const multiple = /^(.+)x$/.exec(text)
  const number = readNumber(multiple?.[1] ?? text, 'range', 'nonNegative')
  if (!number.ok) return fail([{ ...number.error, path: '--range' }])
  return succeed(
    multiple === null
      ? { kind: 'quantity', quantity: number.value }
      : { kind: 'orders', multiple: ratioOf(number.value) },
  )
}
