import { expect, it } from 'vitest'
import { ending, judgedBy, openCases } from './records'
import type { Attestation, Case } from './wire_records'
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
