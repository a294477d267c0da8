// What the page of records concludes from what it was told, as pure functions.
import type { Attestation, Case } from './wire_records'
import type { ScoredClause } from './wire_reports'

/** Cases that are neither answered nor closed, the longest waiting first. */
export function openCases(list: readonly Case[]): Case[] {
  return list.filter((c) => !c.answered && !c.closed && !c.resolved && !c.follow_up).sort((a, b) => a.received - b.received)
}

/** Attestations that ask for something: those that lapsed or soon will, and were not renewed. */
export function ending(list: readonly Attestation[]): Attestation[] {
  return list.filter((a) => (a.state === 'expiring' || a.state === 'lapsed') && !list.some((b) => b.clause === a.clause && b.until > a.until))
}

/** The clauses that one of the methods verifies. */
export function judgedBy(clauses: readonly ScoredClause[], ...methods: string[]): ScoredClause[] {
  return clauses.filter((c) => c.requires.some((r) => methods.includes(r.method)))
}
