// What the scorecard concludes from what it was told, as pure functions.
import type { Verdict } from './wire'
import type { ScoredClause, VerdictCounts } from './wire_reports'

/** The gravest first. */
export const verdicts: readonly Verdict[] = ['broken', 'at_risk', 'unproven', 'kept', 'no_occasion']

/** 2026-10 and n months on. */
export function monthsOn(month: string, n: number): string {
  const [year = 0, m = 1] = month.split('-').map(Number)
  const at = new Date(Date.UTC(year, m - 1 + n, 1))
  return `${at.getUTCFullYear()}-${String(at.getUTCMonth() + 1).padStart(2, '0')}`
}

/** The month in which an instant falls in a zone. */
export function monthIn(at: number, zone: string): string {
  const parts = (z: string) => new Intl.DateTimeFormat('en-CA', { year: 'numeric', month: '2-digit', timeZone: z }).formatToParts(at)
  let p: Intl.DateTimeFormatPart[]
  try {
    p = parts(zone || 'UTC')
  } catch {
    p = parts('UTC') // a zone this browser does not know
  }
  const of = (type: string) => p.find((x) => x.type === type)?.value ?? ''
  return `${of('year')}-${of('month')}`
}

export const isMonth = (s: string): boolean => /^\d{4}-(0[1-9]|1[0-2])$/.test(s)

/** The months that can be chosen, the latest first: two years back, and the one that is shown. */
export function choices(now: string, shown: string): string[] {
  const out = Array.from({ length: 24 }, (_, i) => monthsOn(now, -i))
  return out.includes(shown) ? out : [...out, shown].sort().reverse()
}

/** Those with a verdict ('' for any), in the charter's order or the gravest first. */
export function arranged(list: readonly ScoredClause[], verdict: Verdict | '', grave: boolean): ScoredClause[] {
  const out = list.filter((c) => !verdict || c.verdict === verdict)
  return grave ? out.sort((a, b) => verdicts.indexOf(a.verdict) - verdicts.indexOf(b.verdict)) : out
}

export function total(n: VerdictCounts): number {
  return n.kept + n.at_risk + n.broken + n.unproven + n.no_occasion
}
