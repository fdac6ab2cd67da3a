/** Files that appear whole or not at all, and never over another. */
import { randomUUID } from 'node:crypto'
import { link, rm, writeFile } from 'node:fs/promises'

/** File systems without hard links. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'ENOSYS', 'EMLINK'])

/**
 * Writes a new file: its text goes to a temporary name beside it, which is then linked to the real one.
 * @returns false where the file exists already; nothing is changed then
 */
export async function writeNewFile(path: string, text: string): Promise<boolean> {
  const draft = `${path}.${randomUUID()}.draft`
  try {
    await writeFile(draft, text, { flag: 'wx', flush: true })
    await link(draft, path)
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    if (code === undefined || !NO_LINKS.has(code)) throw error
    return await writeExclusive(path, text)
  } finally {
    await rm(draft, { force: true })
  }
}

async function writeExclusive(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, { flag: 'wx', flush: true })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}
