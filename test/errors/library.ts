/** Refusals that no book and no command can reach: a reader of the book refuses first, or only a program can ask. */
import type { Issue } from '../../src/core/base/result.ts'
import { checkCorrelation } from '../../src/core/risk/covariance.ts'

export interface LibraryCase {
  readonly refused: () => readonly Issue[]
  /** `path: message; hint` */
  readonly reads: string
}

export const LIBRARY: Readonly<Record<string, LibraryCase>> = {
  'risk.correlation-asymmetric': {
    refused: () => checkCorrelation(Float64Array.of(1, 0.5, 0.4, 1), 2, ['BTC', 'ETH']),
    reads:
      'market.correlations.BTC/ETH: the correlation BTC/ETH must be the same in both directions, was 0.5 and 0.4; state it once',
  },
  'risk.correlation-diagonal': {
    refused: () => checkCorrelation(Float64Array.of(1, 0.5, 0.5, 0.9), 2, ['BTC', 'ETH']),
    reads:
      'market.correlations.ETH/ETH: the correlation of ETH with itself must be 1, was 0.9; leave it out: it is always 1',
  },
}
