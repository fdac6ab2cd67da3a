/** HTML as text: elements whose words are escaped where they are made, so that no name of a file becomes markup. */

/** Text that is markup already. */
export interface Markup {
  readonly markup: string
}
export type Child = string | Markup | null | readonly Child[]
export type Attributes = Readonly<Record<string, string | number | null>>

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
/** Control characters have no place in a document. */
const escaped = (text: string): string =>
  text.replace(/\p{Cc}/gu, (each) => (each === '\n' ? each : '?')).replace(/[&<>"']/g, (each) => ESCAPES[each]!)

const EMPTY = new Set(['br', 'line', 'meta', 'path', 'rect'])

/** `element('td', { class: 'number' }, '1.5')` */
export function element(name: string, attributes: Attributes, ...children: readonly Child[]): Markup {
  const given = Object.entries(attributes)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => ` ${key}="${escaped(String(value))}"`)
    .join('')
  return { markup: EMPTY.has(name) ? `<${name}${given}/>` : `<${name}${given}>${textOf(children)}</${name}>` }
}

export function textOf(child: Child): string {
  if (child === null) return ''
  if (typeof child === 'string') return escaped(child)
  return 'markup' in child ? child.markup : child.map(textOf).join('')
}

export interface TableColumn {
  readonly heading: string
  /** Numbers stand at the right, under each other. */
  readonly number: boolean
}

export interface TableStyle {
  /** narrow: as wide as it must be. tight: many columns. */
  readonly shape?: 'narrow' | 'tight'
  /** The last row is the sum of those above it. */
  readonly sum?: boolean
}

/** A table with a caption; the first cell of a row is its heading. It scrolls by itself where it is wider than the page. */
export function table(
  caption: string,
  columns: readonly TableColumn[],
  rows: readonly (readonly Child[])[],
  { shape, sum = false }: TableStyle = {},
): Markup {
  const classOf = (index: number): string | null => (columns[index]!.number ? 'number' : null)
  const cellOf = (cell: Child, index: number): Markup =>
    index === 0 ? element('th', { scope: 'row' }, cell) : element('td', { class: classOf(index) }, cell)
  const heading = columns.map(({ heading: text }, index) =>
    element('th', { scope: 'col', class: classOf(index) }, text),
  )
  const body = rows.map((cells, row) =>
    element('tr', { class: sum && row === rows.length - 1 ? 'sum' : null }, cells.map(cellOf)),
  )
  return element(
    'div',
    { class: shape === undefined ? 'wide' : `wide ${shape}`, tabindex: 0, role: 'region', 'aria-label': caption },
    element(
      'table',
      {},
      element('caption', {}, caption),
      element('thead', {}, element('tr', {}, heading)),
      element('tbody', {}, body),
    ),
  )
}
