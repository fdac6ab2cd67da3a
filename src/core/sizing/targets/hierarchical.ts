/**
 * Hierarchical risk parity (López de Prado, Building Diversified Portfolios that Outperform Out of Sample, 2016): assets
 * are clustered by single linkage of the distance sqrt((1 − ρ)/2), ordered as the leaves of that tree, and the ordered list
 * is halved again and again; each half gets the share of the other half's variance, the variance of a half being that of
 * its inverse-variance portfolio. Ties (of distance, and of which leaf comes first) go by name, so the order in which the
 * assets are given changes nothing; a single asset comes before a cluster, an older cluster before a newer one.
 */
import { type Result, succeed } from '../../base/result.ts'
import { checkInputs, type TargetInputs, type TargetWeights } from './target-inputs.ts'

/** Codes: those of `checkInputs`. */
export function hierarchicalWeights(inputs: TargetInputs): Result<TargetWeights> {
  const { names, covariance, total } = inputs
  const issues = checkInputs(inputs, 'covariance')
  if (issues.length > 0) return { ok: false, error: issues }
  const weight = new Float64Array(names.length)
  split(leafOrder(names, covariance), total, { covariance, weight })
  return succeed({ weight, needed: ['vol', 'correlation'] })
}

/** Members in leaf order; `age` is −1 for a single asset, else the number of the merge. */
interface Cluster {
  readonly leaves: readonly number[]
  readonly age: number
}

/** Merges the nearest two clusters until one is left. Single linkage is a minimum spanning tree: edges by length, then name. */
function leafOrder(names: readonly string[], covariance: Float64Array): readonly number[] {
  const n = names.length
  const rank = new Float64Array(n)
  const byName = Array.from(names.keys()).sort((i, j) => (names[i]! < names[j]! ? -1 : names[i]! > names[j]! ? 1 : 0))
  byName.forEach((i, place) => {
    rank[i] = place
  })
  const cluster: Cluster[] = names.map((_, i) => ({ leaves: [i], age: -1 }))
  spanningEdges(byName, covariance).forEach(([i, j], age) => {
    const pair = [cluster[i]!, cluster[j]!] as const
    const [first, second] = isBefore(pair, rank) ? pair : [pair[1], pair[0]]
    const merged = { leaves: [...first.leaves, ...second.leaves], age }
    for (const leaf of merged.leaves) cluster[leaf] = merged
  })
  return cluster[0]!.leaves
}

function isBefore([a, b]: readonly [Cluster, Cluster], rank: Float64Array): boolean {
  return a.age !== b.age ? a.age < b.age : rank[a.leaves[0]!]! < rank[b.leaves[0]!]!
}

/** The n − 1 edges of the tree (Prim), shortest first. Distance falls with ρ, so ρ itself orders them. */
function spanningEdges(byName: readonly number[], covariance: Float64Array): (readonly [number, number])[] {
  const n = byName.length
  const place = (p: number): number => byName[p]!
  const correlation = (p: number, q: number): number => {
    const [i, j] = [place(Math.min(p, q)), place(Math.max(p, q))]
    return covariance[i * n + j]! / Math.sqrt(covariance[i * n + i]! * covariance[j * n + j]!)
  }
  const nearest = new Float64Array(n)
  const closeness = Float64Array.from({ length: n }, (_, q) => (q === 0 ? Number.NaN : correlation(0, q)))
  const inside = new Uint8Array(n)
  inside[0] = 1
  const edges: { from: number; to: number; rho: number }[] = []
  for (let k = 1; k < n; k++) {
    let next = -1
    for (let q = 0; q < n; q++) if (inside[q] === 0 && (next < 0 || closeness[q]! > closeness[next]!)) next = q
    inside[next] = 1
    const near = nearest[next]!
    edges.push({ from: Math.min(near, next), to: Math.max(near, next), rho: closeness[next]! })
    for (let q = 0; q < n; q++) {
      if (inside[q] === 1) continue
      const rho = correlation(next, q)
      if (rho > closeness[q]!) {
        closeness[q] = rho
        nearest[q] = next
      }
    }
  }
  edges.sort((a, b) => b.rho - a.rho || a.from - b.from || a.to - b.to)
  return edges.map(({ from, to }) => [place(from), place(to)])
}

interface Split {
  readonly covariance: Float64Array
  readonly weight: Float64Array
}

function split(leaves: readonly number[], share: number, at: Split): void {
  if (leaves.length === 1) {
    at.weight[leaves[0]!] = share
    return
  }
  const half = Math.floor(leaves.length / 2)
  const [left, right] = [leaves.slice(0, half), leaves.slice(half)]
  const [a, b] = [varianceOf(left, at), varianceOf(right, at)]
  // Halves without any variance have equal claims.
  const ofLeft = a + b > 0 ? b / (a + b) : 0.5
  split(left, share * ofLeft, at)
  split(right, share - share * ofLeft, at)
}

/** Variance of the inverse-variance portfolio of the members. */
function varianceOf(members: readonly number[], { covariance, weight: { length: n } }: Split): number {
  let [whole, variance] = [0, 0]
  for (const i of members) {
    whole += 1 / covariance[i * n + i]!
    for (const j of members) variance += covariance[i * n + j]! / (covariance[i * n + i]! * covariance[j * n + j]!)
  }
  return Math.max(0, variance) / (whole * whole)
}
