// A book file sized by a program: what `equipoise plan --book examples/golden-1.yaml` answers, as data.
import { readFileSync } from 'node:fs'
import { plan, sentence, toText } from 'equipoise'
import { planInputs, readBook } from 'equipoise/wire'

const book = readBook(readFileSync(new URL('golden-1.yaml', import.meta.url), 'utf8'))
if (!book.ok || book.value.policy === null) throw new Error(JSON.stringify(book))
const sized = plan(planInputs(book.value, book.value.policy))
if (!sized.ok) throw new Error(JSON.stringify(sized.error))
for (const leg of sized.value.legs) console.log(leg.side, toText(leg.quantity), leg.instrument)
for (const each of sized.value.because) console.log(sentence(each, { subject: 'the book', numeraire: 'USD' }))
