/**
 * A slice of implied total variance w(k) = σ²T over k = ln(K/F) by SVI: raw a + b(ρ(k − m) + √((k − m)² + s²)), and natural
 * Δ + ω/2·(1 + ζρ(k − μ) + √((ζ(k − μ) + ρ)² + 1 − ρ²)), which are one family. SSVI with its own ρ a slice (eSSVI) is the
 * natural form with Δ = μ = 0, ω = θ, ζ = φ. Source: Gatheral and Jacquier, Quantitative Finance 14 (2014); Hendriks and
 * Martini, The extended SSVI volatility surface (2019).
 */
export interface RawSvi {
  readonly a: number
  /** At least 0. */
  readonly b: number
  /** Between −1 and 1. */
  readonly rho: number
  readonly m: number
  /** Above 0. */
  readonly s: number
}

export interface NaturalSvi {
  readonly delta: number
  readonly mu: number
  readonly rho: number
  readonly omega: number
  readonly zeta: number
}

/** Total variance at the money θ, ψ = θφ and ρ of one slice. */
export interface SsviSlice {
  readonly theta: number
  readonly psi: number
  readonly rho: number
}

export const totalVarianceAt = ({ a, b, rho, m, s }: RawSvi, k: number): number =>
  a + b * (rho * (k - m) + Math.hypot(k - m, s))

export const slopeOfSvi = ({ b, rho, m, s }: RawSvi, k: number): number => b * (rho + (k - m) / Math.hypot(k - m, s))

export const bendOfSvi = ({ b, m, s }: RawSvi, k: number): number => (b * s * s) / Math.hypot(k - m, s) ** 3

export function rawOfNatural({ delta, mu, rho, omega, zeta }: NaturalSvi): RawSvi {
  const across = Math.sqrt(1 - rho * rho)
  return {
    a: delta + 0.5 * omega * (1 - rho * rho),
    b: 0.5 * omega * zeta,
    rho,
    m: mu - rho / zeta,
    s: across / zeta,
  }
}

/** @param raw b above 0 */
export function naturalOfRaw({ a, b, rho, m, s }: RawSvi): NaturalSvi {
  const across = Math.sqrt(1 - rho * rho)
  const zeta = across / s
  const omega = (2 * b) / zeta
  return { delta: a - 0.5 * omega * (1 - rho * rho), mu: m + rho / zeta, rho, omega, zeta }
}

export const rawOfSsvi = ({ theta, psi, rho }: SsviSlice): RawSvi =>
  rawOfNatural({ delta: 0, mu: 0, rho, omega: theta, zeta: psi / theta })

/** ψ(1 + |ρ|) < 4 and ψ²(1 + |ρ|) ≤ 4θ: no butterfly arbitrage (Gatheral and Jacquier, theorem 4.2). */
export const isSsviSound = ({ theta, psi, rho }: SsviSlice): boolean =>
  psi > 0 && psi * (1 + Math.abs(rho)) < 4 && psi * psi * (1 + Math.abs(rho)) <= 4 * theta
