/** The shape of the `study` section: which scalars of the book are varied, how cells are chosen, and how they are judged. */
import { choice, delay, duration, fraction, kind, name, number, title } from './leaf.ts'
import { listOf, mapOf, optional, section, variants } from './shape.ts'

const ends = (what: string) =>
  listOf(what, title({ what: 'an end of the range, as the book would have it', example: '0.5%' }))

const parameter = section('a range, or the values, of a scalar of this book', {
  linear: optional(ends('from and to, even steps')),
  log: optional(ends('from and to, equal ratios')),
  integer: optional(ends('from and to, whole numbers')),
  among: optional(listOf('values', title({ what: 'a value, as the book would have it', example: 'edge' }))),
  steps: optional(number('steps', 'positive', { what: 'how many values of a grid, ends included', example: '6' })),
})

const cells = number('cells', 'positive', { what: 'how many books are run', example: '200' })

const search = variants({ form: 'write such as { kind: grid }', kind: 'write `kind: grid` or another' }, [
  section('every combination of the steps', { kind: kind('grid') }),
  section('independent random cells', { kind: kind('random'), cells }),
  section('random cells that share every axis evenly', { kind: kind('latinHypercube'), cells }),
  section('an evolution strategy that learns where scores are good', { kind: kind('cmaEs'), cells }),
  section('the simplex of Nelder and Mead', { kind: kind('simplex'), cells }),
])

const score = variants({ form: 'write such as { kind: sharpe }', kind: 'write `kind: sharpe` or another' }, [
  section('mean over deviation of returns', { kind: kind('sharpe') }),
  section('logarithmic growth a year', { kind: kind('growth') }),
  section('mean over deviation of what is beyond the frictionless target', { kind: kind('informationRatio') }),
  section('return a year beyond the frictionless target', { kind: kind('trackingDifference') }),
  section('least trading cost', { kind: kind('cost') }),
  section('least trading cost plus half the aversion times squared tracking error', {
    kind: kind('costAndRisk'),
    aversion: number('aversion', 'positive', { what: 'what squared tracking error costs a year', example: '10' }),
  }),
])

export const studyShape = section('which parameters of this book are better, and whether that is to be believed', {
  parameters: mapOf('ranges, by the path of a scalar of this book such as policy.trackingError', parameter),
  search,
  score,
  period: duration({ what: 'the length of the periods that scores are made of', example: '1d' }),
  seed: name({ what: 'what draws begin with', example: '1' }),
  draws: number('draws', 'positive', { what: 'draws of the bootstrap', example: '2000' }),
  reach: fraction('reach', 'positive', { what: 'how near neighbours are, as a part of a range', example: '20%' }),
  splits: section('how the history is split', {
    walkForward: section('chosen on the past of each test', {
      kind: choice('on everything before a test, or on the last `train` before it', ['anchored', 'rolling']),
      train: duration({ what: 'the time before the first test', example: '180d' }),
      test: duration({ what: 'the length of a test', example: '30d' }),
    }),
    combinatorial: section('every choice of `test` of the `groups` is a test', {
      groups: number('groups', 'positive', { what: 'parts of the history', example: '6' }),
      test: number('groups', 'positive', { what: 'parts that are tested at a time', example: '2' }),
    }),
    purge: delay({ what: 'how long after a period its outcome is still felt, or none', example: '7d' }),
    embargo: delay({ what: 'the time after a test that is not trained on, or none', example: '1d' }),
    blocks: number('blocks', 'positive', {
      what: 'an even number of parts by which overfitting is judged',
      example: '8',
    }),
  }),
})
