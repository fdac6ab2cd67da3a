/**
 * Histories split into what parameters are chosen on and what they are judged by. An observation is made at `from` and its
 * outcome is known at `until`. Purging leaves out of training what overlaps a test in time, ends included; an embargo leaves
 * out what is made within a time after the end of a test, whose outcome it may echo (López de Prado, Advances in Financial
 * Machine Learning, 2018, §7.4). Walk-forward trains on the past alone. Combinatorial purged cross-validation (ch. 12)
 * tests every k of N groups, C(N, k) folds in all, and each group is tested C(N, k)·k/N = C(N − 1, k − 1) times: so many
 * paths through the whole history, each made of tests alone.
 */
import { fail, type Issue, type Result, refuse, succeed } from '../base/result.ts'
import { combinations, countCombinations } from '../maths/combinations.ts'
import { outOfRange } from './check.ts'
import { groupBounds } from './groups.ts'

/** Columns of equal length, `from` ascending; times in ms, or counts of bars: whatever unit the embargo has. */
export interface Observations {
  readonly from: Float64Array
  /** When the outcome is known, ≥ from. */
  readonly until: Float64Array
}

/** Places of observations, ascending. */
export interface Fold {
  readonly train: Uint32Array
  readonly test: Uint32Array
}

export interface WalkForward {
  /** Anchored: trains on everything before the test. Rolling: on the last `train` observations before it. */
  readonly kind: 'anchored' | 'rolling'
  /** Observations before the first test. */
  readonly train: number
  /** Observations of each test. */
  readonly test: number
  /** Observations from one test to the next. */
  readonly step: number
  /** Time that must lie between the outcome of what is trained on and a test, ≥ 0. */
  readonly embargo: number
}

export interface Combinatorial {
  /** N */
  readonly groups: number
  /** k, below N */
  readonly testGroups: number
  /** Time after a test during which nothing is trained on, ≥ 0. */
  readonly embargo: number
}

export interface CombinatorialFolds {
  /** One for each subset of groups that is tested, in lexicographic order. */
  readonly folds: readonly (Fold & { readonly testGroups: readonly number[] })[]
  /** paths[p][g]: the fold whose test gives group g of path p. */
  readonly paths: readonly (readonly number[])[]
}

const FOLDS_MAX = 10_000

/** Codes: evidence.observations, evidence.range, evidence.too-short. */
export function walkForward(observations: Observations, terms: WalkForward): Result<readonly Fold[]> {
  const { kind, train, test, step, embargo } = terms
  const count = observations.from.length
  const issues = [
    ...checkObservations(observations),
    ...outOfRange('splits', {
      'the train size': [train, 'count'],
      'the test size': [test, 'count'],
      'the step': [step, 'count'],
      'the embargo': [embargo, 'nonNegative'],
    }),
  ]
  if (issues.length > 0) return fail(issues)
  if (train + test > count) return refuseShort(`${train} + ${test} observations`, count)
  const folds: Fold[] = []
  for (let start = train; start + test <= count; start += step) {
    const opens = observations.from[start]!
    const places = range(kind === 'anchored' ? 0 : start - train, start)
    const fold = {
      // Ends included: what is known at the very moment a test begins shares a price with it.
      train: places.filter((i) => observations.until[i]! + embargo < opens),
      test: range(start, start + test),
    }
    if (fold.train.length === 0) return refuseEmpty(folds.length)
    folds.push(fold)
  }
  return succeed(folds)
}

/** Codes: evidence.observations, evidence.range, evidence.too-short. */
export function combinatorialPurged(
  observations: Observations,
  { groups, testGroups, embargo }: Combinatorial,
): Result<CombinatorialFolds> {
  const count = observations.from.length
  const issues = [...checkObservations(observations), ...checkCombinatorial({ groups, testGroups, embargo })]
  if (issues.length > 0) return fail(issues)
  if (groups > count) return refuseShort(`${groups} observations`, count)
  const bounds = groupBounds(count, groups)
  const folds: (Fold & { testGroups: readonly number[] })[] = []
  const tested: number[][] = Array.from({ length: groups }, () => [])
  for (const chosen of combinations(groups, testGroups)) {
    const fold = purge(observations, { bounds, chosen, embargo })
    if (fold.train.length === 0) return refuseEmpty(folds.length)
    for (const group of chosen) tested[group]!.push(folds.length)
    folds.push({ ...fold, testGroups: chosen })
  }
  const paths = tested[0]!.map((_, path) => tested.map((foldsOfGroup) => foldsOfGroup[path]!))
  return succeed({ folds, paths })
}

/** Neighbouring test groups are one test: nothing between them is left to embargo. */
function purge(
  { from, until }: Observations,
  terms: { readonly bounds: Uint32Array; readonly chosen: readonly number[]; readonly embargo: number },
): Fold {
  const { bounds, chosen, embargo } = terms
  const inTest = new Uint8Array(from.length)
  const tests = chosen.map((group) => {
    const [start, end] = [bounds[group]!, bounds[group + 1]!]
    inTest.fill(1, start, end)
    return { opens: from[start]!, closes: until.subarray(start, end).reduce((last, each) => Math.max(last, each)) }
  })
  const clear = (i: number): boolean =>
    tests.every(({ opens, closes }) => until[i]! < opens || from[i]! > closes + embargo)
  const places = range(0, from.length)
  return { train: places.filter((i) => inTest[i] === 0 && clear(i)), test: places.filter((i) => inTest[i] === 1) }
}

const range = (start: number, end: number): Uint32Array =>
  Uint32Array.from({ length: end - start }, (_, i) => start + i)

function checkCombinatorial({ groups, testGroups, embargo }: Combinatorial): Issue[] {
  const issues = outOfRange('splits', {
    'the number of groups': [groups, 'count'],
    'the number of test groups': [testGroups, 'count'],
    'the embargo': [embargo, 'nonNegative'],
  })
  if (issues.length > 0) return issues
  const say = (message: string, hint: string): Issue[] => [{ code: 'evidence.range', path: 'splits', message, hint }]
  if (testGroups >= groups)
    return say(
      `the number of test groups must be below the ${groups} groups, was ${testGroups}`,
      'leave groups to train on',
    )
  const folds = countCombinations(groups, testGroups)
  if (folds > FOLDS_MAX)
    return say(`there must be at most ${FOLDS_MAX} folds, was ${folds}`, 'take fewer groups, or fewer test groups')
  return []
}

function checkObservations({ from, until }: Observations): Issue[] {
  const say = (message: string): Issue[] => [
    {
      code: 'evidence.observations',
      path: 'observations',
      message,
      hint: 'sort observations by the time they are made, each with the time at which its outcome is known',
    },
  ]
  if (from.length !== until.length)
    return say(`from and until must be of one length, were ${from.length} and ${until.length}`)
  for (let i = 0; i < from.length; i++) {
    if (!Number.isFinite(from[i]) || !Number.isFinite(until[i]) || until[i]! < from[i]!)
      return say(`until must be at or after from, was ${until[i]} after ${from[i]} at ${i}`)
    if (i > 0 && from[i]! < from[i - 1]!) return say(`from must ascend, was ${from[i]} after ${from[i - 1]} at ${i}`)
  }
  return []
}

const refuseShort = (needed: string, count: number): Result<never> =>
  refuse('evidence.too-short', 'observations', `there must be at least ${needed}, was ${count}`, 'use a longer history')

const refuseEmpty = (fold: number): Result<never> =>
  refuse(
    'evidence.too-short',
    `folds.${fold}`,
    'there must be something left to train on after purging, was nothing',
    'use a longer history, a shorter embargo, or outcomes that are known sooner',
  )
