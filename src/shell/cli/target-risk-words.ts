/** What `--target-risk` asks for, in words: sizes of noise, delays, and estimates by years and belief, such as "10%, 7d, 3y@0.8". */
import { toNumber, ZERO } from '../../core/base/decimal.ts'
import { YEAR_MS } from '../../core/base/instant.ts'
import { type Result, refuse, succeed } from '../../core/base/result.ts'
import type { TargetRiskTerms } from '../../core/sim/target-risk.ts'
import { readDuration, readFraction, readNumber } from '../../wire/scalar.ts'

/** Enough for a median and ends that mean something, few enough to wait for. */
const DRAWS = 8
const SEED = 'target risk'

export function targetRiskTerms(words: string): Result<TargetRiskTerms> {
  const noise: number[] = []
  const delaysMs: number[] = []
  const estimates: { years: number; sharpe: number }[] = []
  for (const word of words.trim().split(/[\s,]+/)) {
    const delay = readDuration(word)
    const estimate = readEstimate(word)
    const size = /(%|bps?)$/.test(word) ? readFraction(word, 'noise', 'any') : null
    if (delay.ok) delaysMs.push(delay.value)
    else if (size?.ok === true && size.value > ZERO) noise.push(toNumber(size.value))
    else if (estimate !== null) estimates.push(estimate)
    else
      return refuse(
        'target-risk.words',
        '--target-risk',
        `must be sizes of noise, delays and estimates such as "10%, 7d, 3y@0.8", was ${JSON.stringify(words.slice(0, 60))}`,
        'write how far weights may be off, how late the target may be known, and years of data@Sharpe ratio of one who estimates it anew',
      )
  }
  return succeed({ seed: SEED, draws: DRAWS, noise, delaysMs, estimates })
}

/** `3y@0.8`: estimated from three years by one who believes in a Sharpe ratio of .8. */
function readEstimate(word: string): { readonly years: number; readonly sharpe: number } | null {
  const [time = '', belief = '', ...rest] = word.split('@')
  const data = readDuration(time)
  const sharpe = readNumber(belief, 'Sharpe ratio', 'positive')
  if (rest.length > 0 || !data.ok || !sharpe.ok) return null
  return { years: data.value / YEAR_MS, sharpe: toNumber(sharpe.value) }
}
