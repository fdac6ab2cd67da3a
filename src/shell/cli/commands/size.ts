/** `size`: how big one proposed trade should be. */
import { ratioToNumber } from '../../../core/base/ratio.ts'
import { sizeTrade } from '../../../core/sizing/trade.ts'
import { openBook, refuse } from '../book-access.ts'
import { EXIT, type ExitCode, type Io } from '../io.ts'
import { jsonText, type Output } from '../output.ts'
import { readSizing, type SizingFlags } from '../sizing-request.ts'
import { tradeScreen } from '../trade-screen.ts'

export interface SizeRequest {
  readonly book: string | undefined
  readonly instrument: string
  readonly side: 'buy' | 'sell'
  readonly flags: SizingFlags
  readonly output: Output
}

export async function size({ book: name, instrument, side, flags, output }: SizeRequest, io: Io): Promise<ExitCode> {
  const opened = openBook(name, io)
  if (!opened.ok) return opened.code
  const { book, file, title } = opened.value
  const request = readSizing(book, instrument, flags)
  if (!request.ok) return refuse(request.error, file, io).code
  const { inputs, curve, gauge, base, edge, multipleMax } = request.value
  const sized = sizeTrade(inputs, {
    instrument,
    side,
    curve,
    gauge,
    ...(base === null ? {} : { base }),
    ...(edge === null ? {} : { edge }),
    ...(multipleMax === null ? {} : { multipleMax }),
  })
  if (!sized.ok) return refuse(sized.error, file, io).code
  if (output.form === 'json') {
    io.stdout(await jsonText(sized.value))
    return EXIT.answered
  }
  const { universe, target } = inputs.mandate
  const weight = ratioToNumber(target.weight[universe.underlyings.indexOf(sized.value.underlying)]!)
  const { columns, color } = io
  const about = { title, asOf: book.asOf, numeraire: universe.numeraire, target: weight }
  const screen = { ...about, explain: output.explain, columns, color }
  io.stdout(`${tradeScreen(sized.value, screen).join('\n')}\n`)
  return EXIT.answered
}
