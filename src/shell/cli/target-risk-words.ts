/** What `--target-risk` asks for, in words: sizes of noise and delays, such as "10%, 30%, 7d". */
import { toNumber, ZERO } from '../../core/base/decimal.ts'
import { type Result, refuse, succeed } from '../../core/base/result.ts'
import type { TargetRiskTerms } from '../../core/sim/target-risk.ts'
import { readDuration, readFraction } from '../../wire/scalar.ts'

/** Enough for a median and ends that mean something, few enough to wait for. */
const DRAWS = 8
const SEED = 'target risk'

export function targetRiskTerms(words: string): Result<TargetRiskTerms> {
  const noise: number[] = []
  const delaysMs: number[] = []
  for (const word of words.trim().split(/[\s,]+/)) {
    const delay = readDuration(word)
    const size = /(%|bps?)$/.test(word) ? readFraction(word, 'noise', 'any') : null
    if (delay.ok) delaysMs.push(delay.value)
    else if (size?.ok === true && size.value > ZERO) noise.push(toNumber(size.value))
    else
      return refuse(
        'target-risk.words',
        '--target-risk',
        `must be sizes of noise and delays such as "10%, 30%, 7d", was ${JSON.stringify(words.slice(0, 60))}`,
        'write how far each weight may be off, and how late the target may be known',
      )
  }
  return succeed({ seed: SEED, draws: DRAWS, noise, delaysMs })
}
