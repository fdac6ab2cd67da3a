/** `demo`: the first screen. The example book goes the way of any book, and every number is a plan's. */
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openBook, planOpen } from '../book-access.ts'
import { comparisonTable } from '../comparison.ts'
import { EXIT, type ExitCode, type Io } from '../io.ts'
import { headerLines, imbalancePicture, planSentences } from '../plan-screen.ts'
import { alternativesOf, OWN, priceFlipsOf } from './plan.ts'

const EXAMPLE = new URL('../../../../examples/golden-1.yaml', import.meta.url)

export async function demo(io: Io): Promise<ExitCode> {
  const file = relative(io.cwd, fileURLToPath(EXAMPLE))
  const opened = openBook(file, io)
  if (!opened.ok) return opened.code
  const planned = planOpen(opened.value, opened.value.book.policy, io)
  if (!planned.ok) return planned.code
  const lines = [
    ...headerLines(planned.value, opened.value.title, io),
    '',
    ...imbalancePicture(planned.value, io),
    '',
    ...comparisonTable(planned.value, alternativesOf(opened.value, planned.value, OWN), io),
    '',
    ...planSentences(planned.value, io, priceFlipsOf(opened.value, planned.value)),
    '',
    `Next  npm run -s equipoise -- plan --book ${file} --explain`,
    `      npm run -s equipoise -- size SOL buy --book ${file}`,
    '      npm run -s equipoise -- init                 your own book',
  ]
  io.stdout(`${lines.join('\n')}\n`)
  return EXIT.answered
}
