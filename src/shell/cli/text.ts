/**
 * Text on a terminal: display width (wide characters take two cells, marks none), padding, truncation, wrapping and
 * colour. Nothing here knows what the text says.
 */
import { stripVTControlCharacters } from 'node:util'

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u
const NO_WIDTH = /[\p{Mn}\p{Me}\p{Cf}]/u

/** Names come from files: a control character in one must not reach the terminal. */
export const printable = (text: string): string => stripVTControlCharacters(text).replace(/\p{Cc}/gu, '?')

export function widthOf(text: string): number {
  let width = 0
  for (const character of stripVTControlCharacters(text)) {
    if (NO_WIDTH.test(character)) continue
    width += WIDE.test(character) ? 2 : 1
  }
  return width
}

export const padEnd = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - widthOf(text)))
export const padStart = (text: string, width: number): string => ' '.repeat(Math.max(0, width - widthOf(text))) + text

/** The text, or its beginning and "…" where it is wider than `width` (≥ 1). */
export function truncate(text: string, width: number): string {
  if (widthOf(text) <= width) return text
  let kept = ''
  for (const character of text) {
    if (widthOf(kept + character) > width - 1) break
    kept += character
  }
  return `${kept}…`
}

/** A word and the blanks before it; a number keeps its unit. */
const WORD = /( *)([^ ]+(?: (?:%|bp)(?![\p{L}\p{N}])[^ ]*)?)/gu

/** Breaks at blanks so that no line is wider than `width`; a word wider than a line is cut. Later lines start with `hang`. */
export function wrap(text: string, width: number, hang = ''): string[] {
  const lines: string[] = []
  let line = ''
  // A line holds nothing yet but its indent.
  let empty = true
  for (const [, gap = '', word = ''] of text.trimEnd().matchAll(WORD)) {
    let rest = word
    const joined = empty && lines.length > 0 ? line + rest : line + gap + rest
    if (widthOf(joined) <= width) {
      line = joined
      empty = false
      continue
    }
    if (!empty) {
      lines.push(line)
      line = hang
    }
    while (widthOf(line + rest) > width) {
      const head = takeWidth(rest, Math.max(1, width - widthOf(line)))
      lines.push(line + head)
      rest = rest.slice(head.length)
      line = hang
    }
    line += rest
    empty = rest === ''
  }
  if (!empty || lines.length === 0) lines.push(line)
  return lines
}

function takeWidth(text: string, width: number): string {
  let head = ''
  for (const character of text) {
    if (head !== '' && widthOf(head + character) > width) break
    head += character
  }
  return head
}

export type Tone = 'plain' | 'strong' | 'dim' | 'good' | 'bad'
const CODES: Readonly<Record<Tone, string>> = { plain: '', strong: '1', dim: '2', good: '32', bad: '31' }

export const paint = (text: string, tone: Tone, color: boolean): string =>
  color && tone !== 'plain' && text.trim() !== '' ? `\u001b[${CODES[tone]}m${text}\u001b[0m` : text
