// What the page of records concludes from what it was told, as pure functions.
import type { Attestation, AttestationClock, Case, Incident, IncidentClock, IncidentOrder, ReportingDuty } from './wire_records'
import type { ScoredClause } from './wire_reports'
import { fromLocal, toLocal } from './zoned'

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

/** Promises whose attestation asks for something: it lapsed, ends soon, or never was. */
export function uncovered(list: readonly AttestationClock[]): AttestationClock[] {
  const order = ['lapsed', 'never', 'ending']
  return list.filter((k) => order.includes(k.state)).sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state))
}

/** What is still to be reported of incidents, the most pressing first. */
export function urgent(list: readonly Incident[]): { incident: Incident; clock: IncidentClock }[] {
  const order = ['overdue', 'owed', 'running']
  const all = list.flatMap((incident) => incident.clocks.map((clock) => ({ incident, clock })))
  return all.filter((x) => order.includes(x.clock.state)).sort((a, b) => order.indexOf(a.clock.state) - order.indexOf(b.clock.state) || (a.clock.limit ?? 0) - (b.clock.limit ?? 0))
}

/** An incident as a form has it: times as they are typed, and every duty that there is. */
export interface TypedIncident {
  ref: string
  kind: string
  detected: string
  known: string
  confirmed: string
  dismissed: boolean
  reports: { duty: string; of: string; at: string; not_owed: boolean; proof: string }[]
  why: string
}

export function typedIncident(x: Incident | undefined, duties: readonly ReportingDuty[], zone: string): TypedIncident {
  const time = (ms?: number) => (ms ? toLocal(ms, zone) : '')
  return {
    ref: x?.ref ?? '',
    kind: x?.kind ?? 'leak',
    detected: time(x?.detected),
    known: time(x?.known),
    confirmed: time(x?.confirmed),
    dismissed: x?.dismissed ?? false,
    reports: duties.map((d) => {
      const r = x?.reports.find((y) => y.duty === d.id)
      return { duty: d.id, of: d.of, at: time(r?.at), not_owed: r?.not_owed ?? false, proof: r?.proof ?? '' }
    }),
    why: '',
  }
}

/** What to send; null when a time that is typed is none. */
export function orderOf(x: TypedIncident, zone: string): IncidentOrder | null {
  let good = true
  const time = (text: string) => {
    const ms = text ? fromLocal(text, zone) : undefined
    if (text && ms === undefined) good = false
    return ms
  }
  const reports = x.reports.filter((r) => r.of === x.kind && r.at).map((r) => ({ duty: r.duty, at: time(r.at) ?? 0, not_owed: r.not_owed || undefined, proof: r.proof || undefined }))
  const order = { ref: x.ref, kind: x.kind, detected: time(x.detected), known: time(x.known), confirmed: time(x.confirmed), dismissed: x.dismissed || undefined, reports, why: x.why || undefined }
  return good ? order : null
}
