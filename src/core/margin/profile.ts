/**
 * Margin profiles: what a venue published about its margin, from a date on and until another, as data. Parameters of venues change,
 * so none of them is in code: a profile is a file with its source and with what of it the venue has published only in part,
 * and a question about a moment that no profile covers is refused instead of answered from another's.
 */
import { formatInstant, type Instant, isInstant } from '../base/instant.ts'
import { fail, type Issue, quoted, type Result, refuse, succeed } from '../base/result.ts'
import { byId } from '../domain/universe.ts'
import { checkOptionTerms, type OptionMarginTerms } from './option-margin.ts'
import { checkTiers, type TierTerms } from './tiers.ts'

export interface MarginProfile {
  readonly venue: string
  /** The first moment it holds at, and the first it no longer does; null where no end is known. */
  readonly from: Instant
  readonly until: Instant | null
  /** Where it was read. */
  readonly source: string
  /** What the venue has published only in part, a sentence each. */
  readonly partly: readonly string[]
  /** By id of the instrument. */
  readonly tiers: Readonly<Record<string, TierTerms>>
  /** Standard margin of options, by underlying. */
  readonly options: Readonly<Record<string, OptionMarginTerms>>
}

/** What is wrong with a profile, all of it. */
export function checkProfile(profile: MarginProfile): readonly Issue[] {
  const issues: Issue[] = []
  const wrong = (path: string, message: string): void => {
    issues.push({
      code: 'margin.profile',
      path,
      message,
      hint: 'a profile says of which venue, when and from where its numbers are',
    })
  }
  if (profile.venue.trim() === '') wrong('venue', 'venue must say something, was empty')
  if (profile.source.trim() === '') wrong('source', 'source must say where the numbers were read, was empty')
  profile.partly.forEach((text, k) => {
    if (text.trim() === '') wrong(`partly.${k}`, 'what is published in part must be a sentence, was empty')
  })
  if (!isInstant(profile.from)) wrong('from', `from must be a time in whole milliseconds, was ${profile.from}`)
  else if (profile.until !== null && !(isInstant(profile.until) && profile.until > profile.from))
    wrong('until', `until must be a time after ${formatInstant(profile.from)}, was ${timeText(profile.until)}`)
  for (const id of Object.keys(profile.tiers).sort(byId)) issues.push(...checkTiers(`tiers.${id}`, profile.tiers[id]!))
  for (const id of Object.keys(profile.options).sort(byId))
    issues.push(...checkOptionTerms(`options.${id}`, profile.options[id]!))
  return issues
}

const timeText = (at: Instant): string => (isInstant(at) ? formatInstant(at) : String(at))

/** The one profile of a venue that holds at a moment. */
export function profileAt(
  profiles: readonly MarginProfile[],
  { venue, at }: { readonly venue: string; readonly at: Instant },
): Result<MarginProfile> {
  const known = profiles.filter((each) => each.venue === venue)
  if (known.length === 0) {
    const venues = [...new Set(profiles.map((each) => each.venue))].sort(byId).join(', ')
    return refuse(
      'margin.profile-unknown',
      venue,
      `venue must be one that a profile is of (${venues === '' ? 'none was given' : venues}), was ${quoted(venue)}`,
      "add a profile with the venue's own terms",
    )
  }
  const valid = known.filter(({ from, until }) => from <= at && (until === null || at < until))
  if (valid.length === 1) return succeed(valid[0]!)
  const spans = known.map(({ from, until }) => `${timeText(from)} to ${until === null ? 'now' : timeText(until)}`)
  return refuse(
    'margin.profile-date',
    venue,
    `${timeText(at)} must be in the validity of one profile of ${venue} (${spans.sort(byId).join('; ')}), was in ${valid.length} of them`,
    'add the profile of that time, or end one where the next begins',
  )
}

/** The tiers of one instrument, checked. */
export function tiersOf(profile: MarginProfile, instrument: string): Result<TierTerms> {
  const terms = entryOf(profile, profile.tiers, instrument)
  if (!terms.ok) return terms
  const issues = checkTiers(`tiers.${instrument}`, terms.value)
  return issues.length > 0 ? fail(issues) : terms
}

/** The rule for options on one underlying, checked. */
export function optionTermsOf(profile: MarginProfile, underlying: string): Result<OptionMarginTerms> {
  const terms = entryOf(profile, profile.options, underlying)
  if (!terms.ok) return terms
  const issues = checkOptionTerms(`options.${underlying}`, terms.value)
  return issues.length > 0 ? fail(issues) : terms
}

function entryOf<T>(profile: MarginProfile, entries: Readonly<Record<string, T>>, name: string): Result<T> {
  const terms = Object.hasOwn(entries, name) ? entries[name] : undefined
  return terms === undefined
    ? refuse(
        'margin.profile-instrument',
        name,
        `${name} must be in the profile of ${profile.venue} of ${timeText(profile.from)}, was missing`,
        'add its terms to the profile, or leave it out of the book',
      )
    : succeed(terms)
}
