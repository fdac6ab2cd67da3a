/**
 * Members of an index or a list over time from CSV, plain or gzip: a row per date and name, with a weight or a market
 * capitalisation under its name in the header. Dates are days (2020-01-01, 20200101), which begin in UTC, or times with
 * their zone.
 */
import { type Decimal, decimalOfNumber } from '../../core/base/decimal.ts'
import { parseInstant } from '../../core/base/instant.ts'
import { fail, type Issue, type Result, refuse, succeed } from '../../core/base/result.ts'
import { byId } from '../../core/domain/universe.ts'
import type { Member, Membership } from '../../core/sim/membership.ts'
import type { MembersNeed } from '../../wire/backtest-needs.ts'
import { type Parsed, readFraction, readNumber } from '../../wire/scalar.ts'
import { loadCandleBytes } from './candle-bytes.ts'
import { parseCsv } from './csv.ts'

/** Letters of a header in lower case, nothing else, the more precise name first. */
const NAMES = {
  date: ['date', 'snapshotdate', 'time', 'timestamp'],
  name: ['symbol', 'underlying', 'name'],
  weight: ['weight', 'share', 'sharemarketcap'],
  capitalisation: ['capitalisation', 'capitalization', 'marketcap', 'cap'],
} as const

/** @param path where the file is; messages show it as it was written */
export function readMembers(path: string, need: MembersNeed): Result<Membership['dates']> {
  const bytes = loadCandleBytes(path, 'a file of members')
  if (!bytes.ok) return bytes
  const parsed = parseCsv(bytes.value.toString('utf8'))
  if (!parsed.ok)
    return refuse('csv.syntax', need.path, `${need.path} must be CSV, was broken: ${parsed.error}`, 'check its quotes')
  const { header, rows } = parsed.value
  const plain = header.map((cell) => cell.replaceAll(/[^a-z]/g, ''))
  const column = (key: keyof typeof NAMES): number =>
    NAMES[key].map((name) => plain.indexOf(name)).find((at) => at >= 0) ?? -1
  const [date, name, value] = [column('date'), column('name'), column(need.value)]
  if (Math.min(date, name, value) < 0 || rows.length === 0)
    return refuse(
      'members.columns',
      need.path,
      `${need.path} must have rows under a header with date, name and ${need.value}, was ${rows.length === 0 ? 'without rows' : header.join()}`,
      'name the columns so',
    )
  const issues: Issue[] = []
  const dates = new Map<number, Map<string, Member>>()
  for (const { cells, line } of rows) {
    const place = `${need.path}:${line}`
    const add = (code: string, message: string, hint: string): void =>
      void issues.push({ code, path: place, message: `${place}: ${message}`, hint })
    const member = (cells[name] ?? '').trim()
    if (need.except.includes(member)) continue
    const at = dateOf((cells[date] ?? '').trim())
    if (at === null) {
      add(
        'members.date',
        `the date must be a day such as 2026-03-01, or a time with its zone, was ${JSON.stringify((cells[date] ?? '').slice(0, 40))}`,
        'write the day',
      )
      continue
    }
    const text = (cells[value] ?? '').trim()
    const read = amountOf(text, need.value)
    if (!read.ok) {
      add(read.error.code, read.error.message, read.error.hint)
      continue
    }
    const members = dates.get(at) ?? new Map<string, Member>()
    if (members.has(member))
      add(
        'members.twice',
        `a name must appear once at a date, was ${member} twice`,
        `keep one of the two, or write \`except: [${member}]\``,
      )
    members.set(member, { name: member, value: read.value })
    dates.set(at, members)
  }
  if (issues.length > 0) return fail(issues.slice(0, ISSUES_MAX))
  return succeed(
    [...dates]
      .sort(([a], [b]) => a - b)
      .map(([at, members]) => ({ at, members: [...members.values()].sort((a, b) => byId(a.name, b.name)) })),
  )
}

/** Exact; what a program wrote with more places than 18 is rounded there. */
function amountOf(text: string, value: MembersNeed['value']): Parsed<Decimal> {
  const read = value === 'weight' ? readFraction(text, 'weight', 'any') : readNumber(text, 'capitalisation', 'positive')
  return !read.ok && read.error.code === 'number.places' && Number.isFinite(Number(text))
    ? { ok: true, value: decimalOfNumber(Number(text)) }
    : read
}

/** A file with more mistakes than this is of another form. */
const ISSUES_MAX = 20

function dateOf(text: string): number | null {
  const day = text.replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3')
  const parsed = parseInstant(day)
  return parsed.ok ? parsed.value : null
}
