/**
 * Positions and balances from files: CSV (`instrument,quantity[,entry]`) and what ccxt's fetchPositions and fetchBalance
 * returned, numbers taken from the text. ccxt's unified fields are not unified: `contracts` is contracts on most venues and
 * money on some, totals include unrealised profit on some. Where notional = contracts × contractSize × price does not
 * hold, or the file does not say enough to test it, the position is refused; nothing is guessed.
 */
import { type Decimal, negate, toNumber, ZERO } from '../../core/base/decimal.ts'
import type { CashNeed, ImportNeed } from '../../wire/book.ts'
import type { ImportedCash, ImportedPosition } from '../../wire/book-holdings.ts'
import type { InstrumentFacts, Names } from '../../wire/book-names.ts'
import { readNumber, type Sign } from '../../wire/scalar.ts'
import { type BookIssue, type MapNode, parseTree, shown, type Tree } from '../../wire/tree.ts'
import { parseCsv } from './csv.ts'

/** One file being read: where its mistakes go. */
interface Source {
  readonly file: string
  readonly names: Names
  readonly refuse: (code: string, where: string, message: string, hint: string) => null
}

const makeSource = (need: ImportNeed, place: string, names: Names, issues: BookIssue[]): Source => ({
  file: need.path,
  names,
  refuse: (code, where, message, hint) => {
    issues.push({ code, path: place, message: `${need.path} ${where}: ${message}`, hint, line: need.line })
    return null
  },
})

/** Positions of a file; what is wrong with it is added to `issues` at the line of the book that names it. */
export function importPositions(text: string, need: ImportNeed, names: Names, issues: BookIssue[]): ImportedPosition[] {
  const source = makeSource(need, 'positions.file', names, issues)
  const found = need.from === 'csv' ? readCsv(text, source) : readCcxtPositions(text, source)
  const seen = new Set<string>()
  for (const { instrument } of found) {
    if (seen.has(instrument))
      source.refuse(
        'position.duplicate',
        instrument,
        'an instrument must appear once, was listed twice',
        'add the two up, or give a hedged account as its net position',
      )
    seen.add(instrument)
  }
  return found
}

function readCsv(text: string, source: Source): ImportedPosition[] {
  const parsed = parseCsv(text)
  if (!parsed.ok) {
    source.refuse('csv.syntax', 'as a whole', `must be CSV, was broken: ${parsed.error}`, 'check its quotes')
    return []
  }
  const { header, rows } = parsed.value
  const column = (name: string): number => header.indexOf(name)
  const extra = header.find((name) => !['instrument', 'quantity', 'entry'].includes(name))
  if (column('instrument') < 0 || column('quantity') < 0 || extra !== undefined) {
    source.refuse(
      'csv.header',
      'line 1',
      `the header must be instrument,quantity or instrument,quantity,entry, was ${shown(header.join(','))}`,
      'rename or remove columns',
    )
    return []
  }
  return rows.flatMap(({ cells: record, line }) => {
    const where = `line ${line}`
    if (record.length !== header.length)
      return (
        source.refuse(
          'csv.columns',
          where,
          `must have ${header.length} columns, was ${record.length}`,
          'check its commas',
        ) ?? []
      )
    const cell = (name: string): string => record[column(name)] ?? ''
    const id = matchName(cell('instrument'), where, source)
    const quantity = numberOf(cell('quantity'), { field: 'quantity', where, sign: 'any' }, source)
    const entryText = cell('entry')
    const entry = entryText === '' ? null : numberOf(entryText, { field: 'entry', where, sign: 'positive' }, source)
    return id === null || quantity === null ? [] : [{ instrument: id, quantity, entry }]
  })
}

/** The instrument of that id or symbol. */
function matchName(name: string, where: string, { names, refuse }: Source): string | null {
  if (names.instruments.has(name)) return name
  const matches = [...names.instruments.values()].filter((each) => each.symbol === name)
  if (matches.length === 1) return matches[0]!.id
  if (matches.length > 1)
    return refuse(
      'position.ambiguous',
      where,
      `must be one instrument, was ${shown(name)}, the symbol of ${matches.map((each) => each.id).join(' and ')}`,
      'give each instrument its own symbol',
    )
  return refuse(
    'instrument.unknown',
    where,
    `must be an instrument of this book or its symbol, was ${shown(name)}`,
    `add an instrument with \`symbol: ${name}\`, or take the row out`,
  )
}

function numberOf(
  text: string,
  { field, where, sign }: { readonly field: string; readonly where: string; readonly sign: Sign },
  source: Source,
): Decimal | null {
  const name = field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  const read = readNumber(text, name, sign)
  return read.ok ? read.value : source.refuse(read.error.code, where, `${field} ${read.error.message}`, read.error.hint)
}

/** A field's text; null where it is absent, null or empty. */
function fieldOf(node: MapNode, name: string): string | null {
  const value = node.entries.get(name)?.value
  return value?.kind !== 'scalar' || value.text === '' || (!value.quoted && value.text === 'null') ? null : value.text
}

function readJson(text: string, source: Source): Tree | null {
  const parsed = parseTree(text)
  const first = parsed.ok ? parsed.value.issues[0] : parsed.error[0]
  if (first === undefined) return parsed.ok ? parsed.value.tree : null
  return source.refuse(first.code, `line ${first.line}`, first.message, first.hint)
}

function readCcxtPositions(text: string, source: Source): ImportedPosition[] {
  const tree = readJson(text, source)
  if (tree === null) return []
  if (tree.kind !== 'list') {
    const balance = tree.kind === 'map' && tree.entries.has('total')
    source.refuse(
      'ccxt.form',
      'as a whole',
      `must be the list fetchPositions returned, was ${balance ? 'a balance' : 'something else'}`,
      balance
        ? 'name it under cash: `cash: { file: ..., from: ccxt, unrealised: excluded }`'
        : 'save the value of fetchPositions() as JSON',
    )
    return []
  }
  return tree.items.flatMap((item, index) => {
    const row =
      item.kind === 'map'
        ? readCcxtPosition(item, `position ${index + 1}`, source)
        : source.refuse(
            'ccxt.form',
            `position ${index + 1}`,
            'must be a map, was something else',
            'save the value of fetchPositions() as JSON',
          )
    return row === null ? [] : [row]
  })
}

function readCcxtPosition(node: MapNode, at: string, source: Source): ImportedPosition | null {
  const symbol = fieldOf(node, 'symbol')
  if (symbol === null)
    return source.refuse(
      'ccxt.field',
      at,
      'symbol must be given, was missing',
      'save the value of fetchPositions() as JSON',
    )
  const where = `${at} (${symbol.slice(0, 64)})`
  const contractsText = fieldOf(node, 'contracts')
  if (contractsText === null)
    return source.refuse('ccxt.field', where, 'contracts must be given, was missing', 'write the position as CSV')
  const contracts = numberOf(contractsText, { field: 'contracts', where, sign: 'nonNegative' }, source)
  // Venues list closed positions with 0 contracts; they need no instrument.
  if (contracts === null || contracts === ZERO) return null
  const id = matchName(symbol, where, source)
  if (id === null) return null
  const side = fieldOf(node, 'side')
  if (side !== 'long' && side !== 'short')
    return source.refuse(
      'ccxt.side',
      where,
      `side must be long or short, was ${side === null ? 'missing' : shown(side)}`,
      'write the position as CSV with a sign',
    )
  const entryText = fieldOf(node, 'entryPrice')
  const entry =
    entryText === null ? null : numberOf(entryText, { field: 'entryPrice', where, sign: 'positive' }, source)
  if (!checkUnit({ node, contracts, facts: source.names.instruments.get(id)!, where }, source)) return null
  return { instrument: id, quantity: side === 'long' ? contracts : negate(contracts), entry }
}

/** How far notional may be from contracts × contractSize × price: venues value it at mark or at entry, a moment apart. */
const NOTIONAL_TOLERANCE = 0.05

/**
 * Whether `contracts` counts what the instrument counts. The contract sizes must agree, and the venue's own notional must
 * be contracts × contractSize at mark or entry (Deribit: 50 USD reported as 50 contracts of 10 USD fails by a factor 10).
 */
function checkUnit(
  position: {
    readonly node: MapNode
    readonly contracts: Decimal
    readonly facts: InstrumentFacts
    readonly where: string
  },
  source: Source,
): boolean {
  const { node, contracts, facts, where } = position
  const hint = 'write the position as CSV, its quantity in units of the instrument'
  const sizeText = fieldOf(node, 'contractSize')
  const notionalText = fieldOf(node, 'notional')
  if (sizeText === null || notionalText === null) {
    source.refuse(
      'ccxt.unit',
      where,
      `contractSize and notional must be given to know what a contract is, was without ${sizeText === null ? 'contractSize' : 'notional'}`,
      hint,
    )
    return false
  }
  const size = numberOf(sizeText, { field: 'contractSize', where, sign: 'positive' }, source)
  const notional = numberOf(notionalText, { field: 'notional', where, sign: 'any' }, source)
  if (size === null || notional === null) return false
  const { instrument } = facts
  if (instrument === null) return true
  if (instrument.kind === 'spot' || instrument.multiplier !== size) {
    source.refuse(
      'ccxt.unit',
      where,
      `contractSize must be the multiplier of ${facts.id}, was ${sizeText}`,
      instrument.kind === 'spot'
        ? 'a position of a contract cannot be a spot holding'
        : `write \`multiplier: ${sizeText}\` on ${facts.id} if that is what its contract is`,
    )
    return false
  }
  const prices = ['markPrice', 'entryPrice'].flatMap((name) => {
    const text = fieldOf(node, name)
    const price = text === null ? null : readNumber(text, name, 'positive')
    return price?.ok ? [toNumber(price.value)] : []
  })
  const count = toNumber(contracts) * toNumber(size)
  const expected =
    instrument.contract === 'inverse'
      ? [count, ...prices.map((price) => count / price)]
      : prices.map((price) => count * price)
  const was = Math.abs(toNumber(notional))
  if (expected.some((each) => Math.abs(was - each) <= NOTIONAL_TOLERANCE * each)) return true
  source.refuse(
    'ccxt.unit',
    where,
    `notional must be contracts × contractSize at mark or entry, was ${notionalText}: what this venue calls a contract is not what the file says`,
    hint,
  )
  return false
}

/**
 * Balances: a coin that one spot instrument of the book trades becomes that position, any other currency is cash.
 * Totals that include unrealised profit are refused: it would be counted twice.
 */
export function importBalances(
  text: string,
  need: CashNeed,
  names: Names,
  issues: BookIssue[],
): { positions: ImportedPosition[]; cash: ImportedCash[] } {
  const source = makeSource(need, 'cash.file', names, issues)
  const nothing = { positions: [], cash: [] }
  if (need.unrealised !== 'excluded') {
    source.refuse(
      'cash.unrealised',
      'as a whole',
      need.unrealised === null
        ? 'the book must say whether its totals include unrealised profit, was silent'
        : 'totals must exclude unrealised profit, was included',
      need.unrealised === null
        ? 'write `unrealised: excluded` (spot accounts, Binance futures) or `included` (Deribit, OKX, Hyperliquid)'
        : 'state `equity` instead of cash',
    )
    return nothing
  }
  const tree = readJson(text, source)
  if (tree === null) return nothing
  const totals = tree.kind === 'map' ? tree.entries.get('total')?.value : undefined
  if (totals?.kind !== 'map') {
    source.refuse(
      'ccxt.form',
      'as a whole',
      'must be the map fetchBalance returned, with `total`, was something else',
      'save the value of fetchBalance() as JSON',
    )
    return nothing
  }
  const positions: ImportedPosition[] = []
  const cash: ImportedCash[] = []
  for (const currency of totals.entries.keys()) {
    const amount = numberOf(fieldOf(totals, currency) ?? '', { field: 'total', where: currency, sign: 'any' }, source)
    if (amount === null || amount === ZERO) continue
    const spots = [...names.instruments.values()].filter((each) => each.kind === 'spot' && each.underlying === currency)
    if (spots.length > 1)
      source.refuse(
        'balance.ambiguous',
        currency,
        `must belong to one spot instrument, was ${spots.map((each) => each.id).join(' and ')}`,
        'write positions and cash by hand',
      )
    else if (spots.length === 1) positions.push({ instrument: spots[0]!.id, quantity: amount, entry: null })
    else cash.push({ currency, amount })
  }
  return { positions, cash }
}
