/** Opens a book with its study: the book, its history and its section, and the hashes that its results go by. */
import { hashOf } from '../../core/base/hash.ts'
import type { Result } from '../../core/base/result.ts'
import { isAdaptive } from '../../core/sim/study-search.ts'
import type { StudyTerms } from '../../core/sim/study-types.ts'
import { finishStudy, type Study } from '../../wire/study.ts'
import type { StudyHashes } from '../../wire/study-codec.ts'
import type { BookIssue, Tree } from '../../wire/tree.ts'
import { treeData, without } from '../../wire/tree-scalar.ts'
import { type OpenOptions, readBacktest } from './backtest.ts'
import { hashOfCode } from './code-hash.ts'

export interface OpenedStudy {
  readonly study: Study
  readonly hashes: StudyHashes
}

export function openStudy(
  path: string,
  options: Omit<OpenOptions, 'shared'>,
): Result<OpenedStudy, readonly BookIssue[]> {
  const read = readBacktest(path, options)
  if (!read.ok) return read
  const { draft, loaded } = read.value
  const { from, to } = options
  const study = finishStudy(draft, loaded, { from, to })
  if (!study.ok) return study
  const { task, base } = study.value
  const { notes: _, ...data } = task.history
  return {
    ok: true,
    value: {
      study: study.value,
      hashes: {
        data: hashOf({ ...data, members: task.loaded.members, start: base.inputs.start }),
        book: hashOf({ text: treeData(withoutJudgement(task.source, study.value.terms)), between: task.between }),
        code: hashOfCode(),
      },
    },
  }
}

/** How cells are judged may change: what they did stays. */
const JUDGED = ['splits', 'draws', 'reach']

function withoutJudgement(source: Tree, { search }: StudyTerms): Tree {
  const left = isAdaptive(search) ? JUDGED : [...JUDGED, 'score']
  return left.reduce((tree, key) => without(tree, ['study', key]), source)
}
