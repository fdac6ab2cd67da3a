/**
 * The layer rule: a file imports its own folder and the folders before it, its own world and the worlds its row names,
 * and the packages its row names. The rows are the layer table of ARCHITECTURE.md.
 */
import { posix } from 'node:path'
import { importsOf, type SourceFile } from './source.ts'

export interface World {
  /** `src/core` */
  readonly path: string
  readonly worlds: readonly string[]
  /** Package names; `node` stands for Node's own modules, `dependencies` for every run-time dependency. */
  readonly packages: readonly string[]
  /** Folders and files, bottom first; empty where every file of the world may import every other. */
  readonly order: readonly string[]
}

const HEADER = /^\| *world *\| *may import *\| *packages *\| *folders, bottom first *\|/

const named = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1]!)

/** The rows of the layer table; throws where the document has none. */
export function readLayerTable(document: string): World[] {
  const lines = document.split('\n')
  const head = lines.findIndex((line) => HEADER.test(line))
  if (head < 0) throw new Error('ARCHITECTURE.md must have the layer table: world, may import, packages, folders')
  const rows = lines.slice(head + 2)
  const end = rows.findIndex((line) => !line.startsWith('|'))
  return (end < 0 ? rows : rows.slice(0, end)).map((line) => {
    const [, world = '', worlds = '', packages = '', order = ''] = line.split('|')
    return { path: named(world)[0]!, worlds: named(worlds), packages: named(packages), order: named(order) }
  })
}

const worldOf = (path: string, table: readonly World[]): World | undefined =>
  table.find((world) => path.startsWith(`${world.path}/`))

/** Where a path stands in its world: its folder's place in the order; a file beside the folders stands above them. */
function placeIn(world: World, path: string): { readonly name: string; readonly level: number } {
  const [first = '', ...below] = path.slice(world.path.length + 1).split('/')
  const level = world.order.indexOf(first)
  return { name: first, level: level >= 0 ? level : below.length === 0 ? world.order.length : -1 }
}

/** One sentence for each import that breaks the table. */
export function violationsOf(
  file: SourceFile,
  table: readonly World[],
  dependencies: ReadonlySet<string>,
): readonly string[] {
  const world = worldOf(file.path, table)
  if (world === undefined) return [`${file.path}: must be in a world of the layer table`]
  const place = placeIn(world, file.path)
  if (world.order.length > 0 && place.level < 0)
    return [`${file.path}: folder ${place.name} must be in the row of ${world.path}`]
  const found: string[] = []
  for (const { line, specifier } of importsOf(file.text)) {
    const broken = specifier === null ? 'must name what it imports' : breach(file.path, specifier)
    if (broken !== null) found.push(`${file.path}:${line}: ${specifier ?? 'import()'} ${broken}`)
  }
  return found

  function breach(from: string, specifier: string): string | null {
    if (!specifier.startsWith('.')) return packageBreach(specifier)
    const target = posix.join(posix.dirname(from), specifier)
    const targetWorld = worldOf(target, table)
    if (targetWorld === undefined) return 'must stay inside the worlds'
    if (targetWorld !== world)
      return world!.worlds.includes(targetWorld.path) ? null : `must not be imported by ${world!.path}`
    const targetPlace = placeIn(world!, target)
    return targetPlace.level <= place.level ? null : `must not be imported below it, by ${place.name}`
  }

  function packageBreach(specifier: string): string | null {
    const { packages } = world!
    if (specifier.startsWith('node:'))
      return packages.includes('node') ? null : `must not be imported by ${world!.path}: no Node there`
    const name = specifier
      .split('/')
      .slice(0, specifier.startsWith('@') ? 2 : 1)
      .join('/')
    if (!dependencies.has(name)) return 'must be a run-time dependency of package.json'
    if (packages.includes('dependencies') || packages.includes(name)) return null
    return `must not be imported by ${world!.path}: not a package of its row`
  }
}
