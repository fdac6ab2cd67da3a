/** Random programs for the cost-aware solver: every kind of row, bound and degeneracy, from a seeded stream. */
import type { Random } from '../../../src/core/base/random.ts'
import type { CostCap, CostProgram, CostRow } from '../../../src/core/maths/cost-program-types.ts'

export interface ProblemOptions {
  readonly nMax: number
  /** Power costs too. */
  readonly power: boolean
  /** Caps too. */
  readonly caps: boolean
}

export function randomProgram(random: Random, { nMax, power, caps: capped }: ProblemOptions): CostProgram {
  const n = 1 + random.integer(nMax)
  const vector = (of: (i: number) => number): Float64Array => Float64Array.from({ length: n }, (_, i) => of(i))
  const chance = (p: number): boolean => random.uniform() < p
  const quadratic = randomQuadratic(random, n)
  const deviation = vector(() => (chance(0.1) ? 0 : random.normal()))
  const costLevel = [0, 0.01, 0.1, 0.5, 2][random.integer(5)]!
  const proportional = vector(() => (chance(0.05) ? 0 : chance(0.02) ? 1e6 : costLevel * random.uniform()))
  const powerLevel = power ? [0, 0.03, 0.3][random.integer(3)]! : 0
  const felt = (): Float64Array => vector(() => (chance(0.4) ? 0 : random.uniform() ** 4))
  const centre = vector(() => (chance(0.1) ? random.normal() : 0))
  const wide = [Number.POSITIVE_INFINITY, 2, 0.5][random.integer(3)]!
  const side = (): number => (chance(0.05) ? 0 : wide * (0.2 + random.uniform()))
  const lower = centre.map((x) => x - side())
  const upper = centre.map((x, i) => (lower[i] === x && chance(0.5) ? x : x + side()))
  const base = {
    n,
    quadratic,
    deviation,
    linear: vector(() => (chance(0.5) ? 0 : 0.1 * random.normal())),
    proportional,
    power: vector(() => (chance(0.2) ? 0 : powerLevel * random.uniform())),
    exponent: chance(0.7) ? 0.5 : 0.3 + 0.7 * random.uniform(),
    felt: power && chance(0.5) ? { buy: felt(), sell: felt() } : null,
    lower,
    upper,
  }
  // Where infinite on a flat direction, the linear part could have no minimum: it lies in the span of M.
  if (wide === Number.POSITIVE_INFINITY) base.linear.fill(0)
  // Caps bind where the point that obeys them has traded more than is worth its cost.
  const traded = capped && chance(0.7) ? random.uniform() : 0
  const inside = vector((i) => {
    if (traded > 0) return Math.min(upper[i]!, Math.max(lower[i]!, -traded * deviation[i]!))
    const [from, to] = [Math.max(lower[i]!, -1), Math.min(upper[i]!, 1)]
    if (from <= 0 && to >= 0) return chance(0.5) ? 0 : from + random.uniform() * (to - from)
    return Number.isFinite(lower[i]!) ? lower[i]! : Number.isFinite(upper[i]!) ? upper[i]! : from
  })
  const rows = Array.from({ length: random.integer(6) }, () => randomRow(random, { base, inside }))
  if (rows.length > 0 && chance(0.1)) rows.push(rows[0]!)
  const count = capped ? 1 + random.integer(3) : 0
  const caps = Array.from({ length: count }, () => randomCap(random, { base, inside }))
  return { ...base, rows, caps }
}

/** A cap that `inside` satisfies, often exactly or nearly; soft in one of six. */
function randomCap(
  random: Random,
  { base, inside }: { base: Omit<CostProgram, 'rows' | 'caps'>; inside: Float64Array },
): CostCap {
  const { n, deviation } = base
  const kind = random.integer(4)
  const matrix = kind === 0 ? base.quadratic : randomQuadratic(random, n)
  const point = kind === 1 ? deviation.map((d) => d + random.normal() / Math.sqrt(n)) : deviation
  let square = 0
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) square += (point[i]! + inside[i]!) * matrix[i * n + j]! * (point[j]! + inside[j]!)
  // Without any room a cap may have no multiplier: its only point may be the least risk there is.
  const radius = Math.sqrt(Math.max(0, square)) * (1.001 + random.uniform() ** 3)
  const price = random.uniform() < 1 / 6 ? random.uniform() : Number.POSITIVE_INFINITY
  return { matrix, point, radius, price, weight: 1 }
}

/** Positive semidefinite: factors and own risk, low rank, duplicates, empty rows, or diagonal. */
function randomQuadratic(random: Random, n: number): Float64Array {
  const kind = random.integer(8)
  const factors = kind === 0 ? Math.max(1, n >> 1) : 1 + random.integer(4)
  const loadings = Array.from({ length: n }, (_, i) =>
    Array.from(
      { length: factors },
      (_, f) => (f === 0 ? 0.5 + random.uniform() : 0.4 * random.normal()) * (kind === 1 && i % 5 === 0 ? 0 : 1),
    ),
  )
  const own = loadings.map((_, i) => (kind === 0 || (kind === 1 && i % 5 === 0) ? 0 : 0.05 + 0.5 * random.uniform()))
  const scale = loadings.map(() => (kind === 2 ? 10 ** (4 * random.uniform() - 2) : 0.5 + random.uniform()))
  // Kind 3: perfectly correlated neighbours.
  const source = loadings.map((_, i) => (kind === 3 && i % 3 === 1 ? i - 1 : i))
  const result = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const [p, q] = [source[i]!, source[j]!]
      let total = p === q ? own[p]! : 0
      if (kind !== 4) for (let f = 0; f < factors; f++) total += loadings[p]![f]! * loadings[q]![f]!
      result[i * n + j] = total * scale[i]! * scale[j]!
    }
  }
  return result
}

/** A row that `inside` satisfies, often exactly or nearly; soft in one of six. */
function randomRow(
  random: Random,
  { base, inside }: { base: Omit<CostProgram, 'rows' | 'caps'>; inside: Float64Array },
): CostRow {
  const { n } = base
  const vector = (of: (i: number) => number): Float64Array => Float64Array.from({ length: n }, (_, i) => of(i))
  const zeros = vector(() => 0)
  const ones = vector(() => 1)
  const held = vector(() => (random.uniform() < 0.2 ? 0 : random.normal() / Math.sqrt(n)))
  const fee = 0.01 * random.uniform()
  const shapes: Pick<CostRow, 'slope' | 'bend' | 'kink'>[] = [
    { slope: zeros, bend: ones, kink: null },
    { slope: zeros, bend: ones, kink: held },
    { slope: vector(() => (random.uniform() < 0.7 ? 1 : 0)), bend: vector(() => fee), kink: null },
    { slope: ones, bend: null, kink: null },
    { slope: vector(() => -1), bend: null, kink: null },
    { slope: vector(() => (random.uniform() < 0.3 ? 1 : 0)), bend: null, kink: null },
    { slope: vector(() => random.normal()), bend: vector(() => Math.abs(random.normal())), kink: held },
  ]
  const shape = shapes[random.integer(shapes.length)]!
  let at = 0
  for (let i = 0; i < n; i++) {
    at += shape.slope[i]! * inside[i]! + (shape.bend?.[i] ?? 0) * Math.abs(inside[i]! - (shape.kink?.[i] ?? 0))
  }
  const room = random.uniform() < 0.15 ? 0 : random.uniform() ** 2
  const price = random.uniform() < 1 / 6 ? random.uniform() : Number.POSITIVE_INFINITY
  return { ...shape, bound: at + room, price, weight: 1 }
}
