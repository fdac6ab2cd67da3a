/** The shape of the policies of a book, and of the widths of their bands. */
import { choice, duration, fraction, kind, number } from './leaf.ts'
import { either, mapOf, openSection, optional, section, underlyings, variants } from './shape.ts'

const to = choice('edge: trade back to the edge of the band; target: all the way', ['edge', 'target'])
const width = (what: string) => fraction('width', 'nonNegative', { what, example: '10%' })
const part = width("the part of an underlying's |target|")
const least = width('the least half-width, as a weight')
export const widths = (what: string) =>
  either(
    `${what}: one, one per underlying or group, or {part, least}`,
    width(what),
    openSection(
      `${what}: per underlying or group, or the greater of a part of |target| and a least width`,
      { part: optional(part), least: optional(least) },
      either('a width such as 10%, or {part, least}', width(what), section('the greater of the two', { part, least })),
    ),
  )

const guard = optional(
  section('holds the policy back from trading against a trend that made the deviation; needs candles', {
    measure: choice(
      'drift: the mean return; efficiencyRatio: how straight the way was; varianceRatio: whether moves go on',
      ['drift', 'efficiencyRatio', 'varianceRatio'],
    ),
    window: duration({ what: 'the time before asOf that the trend is measured over', example: '30d' }),
    period: optional(
      duration({ what: 'the moves that varianceRatio compares with those of one candle', example: '1d' }),
    ),
    confidence: fraction('confidence', 'any', {
      what: 'how sure a trend must be to count, from 0 to below 100%',
      example: '90%',
    }),
    widen: optional(
      fraction('widening', 'any', {
        what: 'how much wider a band is at full strength, 0 or more; only where the policy has bands',
        example: '100%',
      }),
    ),
    slow: fraction('slowing', 'any', {
      what: 'the part of the trade that is left out at full strength, from 0 to below 100%',
      example: '50%',
    }),
  }),
)

export const policyShape = variants(
  {
    form: 'write such as { kind: riskCap, trackingErrorMax: 7% }',
    kind: 'write `kind: costAware` or another',
  },
  [
    section('trade every deviation away', { kind: kind('full'), guard }),
    section('trade a part of each deviation', {
      kind: kind('proportional'),
      rate: fraction('rate', 'positive', { what: 'the part of each deviation that is traded', example: '50%' }),
      guard,
    }),
    section('leave deviations inside a width alone', {
      kind: kind('band'),
      unit: choice('what the width is measured in', ['weight', 'relative', 'volatility', 'risk']),
      width: widths('the half-width of the band'),
      to,
      floor: optional(
        fraction('floor', 'positive', {
          what: 'the least |target| a relative deviation is divided by',
          example: '1%',
        }),
      ),
      guard,
    }),
    section('the cheapest trades back to a tracking error', {
      kind: kind('riskCap'),
      trackingErrorMax: fraction('tracking-error', 'positive', {
        what: 'the greatest tracking error, annual',
        example: '7%',
      }),
      guard,
    }),
    section('trade what is worth its cost until drift would undo it; one of aversion, trackingError and width', {
      kind: kind('costAware'),
      aversion: optional(number('aversion', 'positive', { what: 'risk aversion', example: '10' })),
      trackingError: optional(
        fraction('tracking-error', 'positive', {
          what: 'the tracking error to show in the long run, annual',
          example: '3%',
        }),
      ),
      width: optional(
        underlyings(
          'how far underlyings may drift, the others at their targets',
          fraction('width', 'positive', { what: 'the half-width', example: '2%' }),
        ),
      ),
      interval: duration({ what: 'the time from one decision to the next', example: '1h' }),
      drift: optional(
        choice(
          'the weights at which the drift of the book is judged; of the target unless given; held needs no width',
          ['target', 'held'],
        ),
      ),
      lasting: optional(
        duration({
          what: 'how long a deviation lasts on average if nothing is traded, before target and forecast are others; for ever unless given',
          example: '1y',
        }),
      ),
      edges: optional(
        mapOf(
          'excess returns that are expected and tilt the aim, per underlying',
          section('an excess return', {
            return: fraction('return', 'any', { what: 'expected excess return a year', example: '10%' }),
            decay: optional(duration({ what: 'the time in which it falls to 1/e; absent: it stays', example: '30d' })),
          }),
        ),
      ),
      carry: optional(
        choice('tilt: what holding costs tilts the aim; absent: it only chooses between instruments', ['tilt']),
      ),
      guard,
    }),
  ],
)
