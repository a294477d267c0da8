import { expect, it } from 'vitest'
import { ending, judgedBy, openCases, orderOf, typedIncident, uncovered, urgent } from './records'
import type { Attestation, AttestationClock, Case, Incident, ReportingDuty } from './wire_records'
import type { ScoredClause } from './wire_reports'

it('lists open cases, the longest waiting first', () => {
  const c = (ref: string, received: number, more: Partial<Case> = {}) => ({ ref, kind: 'online', received, ...more }) as Case
  const list = [c('new', 9), c('answered', 1, { answered: 2 }), c('old', 3), c('closed', 1, { closed: 2 }), c('resolved', 1, { resolved: true }), c('done', 1, { follow_up: 2 })]
  expect(openCases(list).map((x) => x.ref)).toEqual(['old', 'new'])
})

it('forgets attestations that were renewed', () => {
  const a = (clause: string, until: string, state: string) => ({ clause, until, state }) as Attestation
  const list = [a('x', '2026-01-31', 'lapsed'), a('x', '2027-01-31', 'in_date'), a('y', '2026-02-28', 'lapsed'), a('z', '2026-12-01', 'expiring')]
  expect(ending(list).map((x) => x.clause)).toEqual(['y', 'z'])
})

it('knows which clauses a kind of record is for', () => {
  const c = (id: string, ...methods: string[]) => ({ id, requires: methods.map((method) => ({ method })) }) as ScoredClause
  expect(judgedBy([c('a', 'in_date', 'published'), c('b', 'none_known'), c('c', 'yearly')], 'in_date', 'yearly').map((x) => x.id)).toEqual(['a', 'c'])
})

it('lists promises that need an attestation, the lapsed first', () => {
  const k = (clause: string, state: string) => ({ clause, state }) as AttestationClock
  expect(uncovered([k('a', 'ending'), k('b', 'in_date'), k('c', 'never'), k('d', 'later'), k('e', 'lapsed')]).map((x) => x.clause)).toEqual(['e', 'c', 'a'])
})

it('lists what is still to be reported, the most pressing first', () => {
  const x = (ref: string, ...clocks: object[]) => ({ ref, clocks }) as Incident
  const list = [x('a', { state: 'running', limit: 9 }, { state: 'told' }), x('b', { state: 'running', limit: 5 }, { state: 'overdue', limit: 1 }), x('c', { state: 'detected' }, { state: 'owed' })]
  expect(urgent(list).map((u) => `${u.incident.ref} ${u.clock.state}`)).toEqual(['b overdue', 'c owed', 'b running', 'a running'])
})

it('sends of an incident what was typed, for the duties of its kind', () => {
  const duties = [{ id: 'd', of: 'leak' }, { id: 'e', of: 'intrusion' }, { id: 'f', of: 'leak' }] as ReportingDuty[]
  const known = Date.parse('2026-11-24T00:00:00Z')
  const x = { ref: 'S-1', kind: 'leak', known, reports: [{ duty: 'd', at: known + 60_000, proof: '42' }] } as Incident
  const typed = typedIncident(x, duties, 'Asia/Seoul')
  expect(typed.known).toBe('2026-11-24T09:00')
  expect(orderOf(typed, 'Asia/Seoul')).toEqual({ ref: 'S-1', kind: 'leak', known, reports: [{ duty: 'd', at: known + 60_000, proof: '42' }] })
  expect(orderOf({ ...typed, detected: 'soon' }, 'Asia/Seoul')).toBeNull()
  expect(orderOf({ ...typed, kind: 'intrusion' }, 'Asia/Seoul')?.reports).toEqual([])
})
