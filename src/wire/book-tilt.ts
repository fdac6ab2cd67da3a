/** What tilts the aim of a cost-aware policy: expected excess returns per underlying, and carry where it is asked for. */
import { byId } from '../core/domain/universe.ts'
import type { ExpectedReturn, Tilt } from '../core/sizing/mandate.ts'
import { checkUnderlying, listed, type Names, type Report } from './book-names.ts'
import type { Draft } from './book-shape.ts'
import { accepted, fractionOf, readDuration } from './scalar.ts'
import type { Path } from './tree.ts'

export interface TiltContext {
  readonly names: Names
  readonly report: Report
  /** Whether the book states what holding costs. */
  readonly hasCarry: boolean
}

type TiltDraft = Pick<Extract<NonNullable<Draft['policy']>, { readonly edges?: unknown }>, 'edges' | 'carry'>

/** @returns null where nothing was asked for. */
export function readTilt({ names, report, hasCarry }: TiltContext, text: TiltDraft, path: Path): Tilt | null {
  if (!('edges' in text || 'carry' in text)) return null
  const own = [...names.underlyings].sort(byId)
  const edges = text.edges ?? {}
  for (const name of Object.keys(edges)) checkUnderlying({ names, report }, [...path, 'edges', name], name)
  if ('edges' in text && Object.keys(edges).length === 0)
    report.add(
      'policy.edges',
      [...path, 'edges'],
      `must name an underlying (${listed(own)}), was none`,
      'write such as `edges: { BTC: { return: 10%, decay: 30d } }`, or leave it out',
    )
  if ('carry' in text && !hasCarry)
    report.add(
      'policy.carry',
      [...path, 'carry'],
      'must only be given with costs.carry, was given without',
      'state what holding costs under costs.carry, or leave it out',
    )
  return { edges: own.map((name) => readEdge(edges[name])), carry: text.carry !== undefined }
}

function readEdge(edge: NonNullable<TiltDraft['edges']>[string] | undefined): ExpectedReturn | null {
  if (edge?.return === undefined) return null
  return {
    annual: fractionOf(edge.return),
    decayMs: edge.decay === undefined ? null : accepted(readDuration(edge.decay)),
  }
}
