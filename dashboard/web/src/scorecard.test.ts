import { expect, it } from 'vitest'
import { arranged, choices, isMonth, monthIn, monthsOn, total } from './scorecard'
import type { ScoredClause } from './wire_reports'

it.each([
  ['2026-10', -1, '2026-09'],
  ['2026-01', -1, '2025-12'],
  ['2026-12', 1, '2027-01'],
])('%s and %d months on is %s', (m, n, want) => expect(monthsOn(m, n)).toBe(want))

it('knows the month in the organisation’s zone', () => {
  const at = Date.UTC(2026, 9, 31, 15)
  expect(monthIn(at - 1, 'Asia/Seoul')).toBe('2026-10')
  expect(monthIn(at, 'Asia/Seoul')).toBe('2026-11')
  expect(monthIn(at, 'Nowhere/Nothing')).toBe('2026-10')
})

it('offers the month that is shown, however old', () => {
  expect(choices('2026-11', '2026-10')).toHaveLength(24)
  expect(choices('2026-11', '2020-01').at(-1)).toBe('2020-01')
  expect(choices('2026-11', '2026-12')[0]).toBe('2026-12')
})

it.each([
  ['2026-10', true],
  ['2026-13', false],
  ['x', false],
  ['', false],
])('%s is a month: %s', (s, want) => expect(isMonth(s)).toBe(want))

it('puts the gravest first, and otherwise keeps the charter’s order', () => {
  const clause = (id: string, verdict: string) => ({ id, verdict }) as ScoredClause
  const list = [clause('a', 'kept'), clause('b', 'unproven'), clause('c', 'broken'), clause('d', 'kept'), clause('e', 'at_risk')]
  const ids = (l: ScoredClause[]) => l.map((c) => c.id).join('')
  expect(ids(arranged(list, '', true))).toBe('cebad')
  expect(ids(arranged(list, '', false))).toBe('abcde')
  expect(ids(arranged(list, 'kept', true))).toBe('ad')
  expect(ids(list)).toBe('abcde')
})

it('counts', () => expect(total({ kept: 1, at_risk: 2, broken: 3, unproven: 4, no_occasion: 5 })).toBe(15))
