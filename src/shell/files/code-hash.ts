/** The identity of what computes: SHA-256 over every source file of core and wire, by name. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { byId } from '../../core/domain/universe.ts'

const WORLDS = ['core', 'wire']
/** Sources in a checkout, what was built of them elsewhere. */
const SOURCE = /(?<!\.d)\.[jt]s$/

export function hashOfCode(): string {
  const root = join(import.meta.dirname, '../..')
  const hash = createHash('sha256')
  for (const world of WORLDS) {
    const names = readdirSync(join(root, world), { recursive: true, encoding: 'utf8' })
    for (const name of names.filter((each) => SOURCE.test(each)).sort(byId))
      hash
        .update(`${world}/${name.replaceAll('\\', '/')}\0`)
        .update(readFileSync(join(root, world, name)))
        .update('\0')
  }
  return hash.digest('hex')
}
