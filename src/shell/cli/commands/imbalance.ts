/** `imbalance`: what is held too much, in every unit. Needs no policy; where there is one, its band is drawn. */
import { openBook, planOpen } from '../book-access.ts'
import { imbalanceData, imbalanceRows, imbalanceScreen } from '../imbalance-screen.ts'
import { EXIT, type ExitCode, type Io } from '../io.ts'
import { csvText, jsonText, type Output } from '../output.ts'

const HEADING = ['underlying', 'held', 'target', 'weight', 'relative', 'volatility', 'risk', 'riskContribution']

export async function imbalance(
  request: { readonly book: string | undefined; readonly output: Output },
  io: Io,
): Promise<ExitCode> {
  const opened = openBook(request.book, io)
  if (!opened.ok) return opened.code
  // The imbalance is the same under every policy.
  const planned = planOpen(opened.value, opened.value.book.policy ?? { kind: 'full' }, io)
  if (!planned.ok) return planned.code
  const { form } = request.output
  if (form === 'json') io.stdout(await jsonText(imbalanceData(planned.value)))
  else if (form === 'csv')
    io.stdout(
      csvText(
        HEADING,
        imbalanceRows(planned.value).map((row) => [
          row.underlying,
          row.held,
          row.target,
          row.weight,
          row.relative ?? '',
          row.volatility,
          row.risk,
          row.riskContribution,
        ]),
      ),
    )
  else io.stdout(`${imbalanceScreen(planned.value, opened.value.title, io).join('\n')}\n`)
  return EXIT.answered
}
