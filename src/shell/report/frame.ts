/** The frame of a page: one HTML file with its style, a list of its sections, and no script. */
import { type Child, element, type Markup, textOf } from './html.ts'
import { STYLE } from './style.ts'

export interface Section {
  readonly id: string
  readonly title: string
  readonly content: Child
}

export function renderPage(title: string, header: Markup, sections: readonly Section[]): string {
  const body = element(
    'body',
    {},
    header,
    element(
      'nav',
      { 'aria-label': 'Sections' },
      element(
        'ul',
        {},
        sections.map(({ id, title: name }) => element('li', {}, element('a', { href: `#${id}` }, name))),
      ),
    ),
    element(
      'main',
      {},
      sections.map(({ id, title: name, content }) =>
        element('section', { 'aria-labelledby': id }, element('h2', { id }, name), content),
      ),
    ),
  )
  const head = element(
    'head',
    {},
    element('meta', { charset: 'utf-8' }),
    element('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    element('meta', { name: 'color-scheme', content: 'light dark' }),
    element('title', {}, title),
    { markup: `<style>${STYLE}</style>` },
  )
  return `<!doctype html>\n${textOf(element('html', { lang: 'en' }, head, '\n', body))}\n`
}
