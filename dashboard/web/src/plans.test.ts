import { describe, expect, it } from 'vitest'
import { diff, endOf, face, mark, nextWindow, plansInOrder, rowClocks, rows, worstMark } from './plans'
import type { Clock, Plan, PlanWindow } from './wire'
import { fromLocal, toLocal } from './zoned'

const hour = 3_600_000
const day = 24 * hour
const now = Date.UTC(2026, 10, 24, 6)

function win(start: number, more: Partial<PlanWindow> = {}): PlanWindow {
  return {
    start,
    end: start + 2 * hour,
    declared: false,
    review: false,
    notice: 'a/news#1',
    first_seen: start - 5 * day,
    verdict: 'kept',
    lead: { by_hours: start - 3 * day, by_calendar: start - 4 * day, limit: start - 4 * day, hours: 'kept', days: 'kept' },
    ...more,
  }
}

function plan(id: string, windows: PlanWindow[], more: Partial<Plan> = {}): Plan {
  return { id, site: 'a', title: id, state: 'planned', review: false, windows, ...more }
}

describe('mark', () => {
  const unposted = { declared: true, notice: undefined, first_seen: undefined }
  it.each([
    ['in_time', plan('p', [win(now)])],
    ['late', plan('p', [win(now, { verdict: 'broken' })])],
    ['unproven', plan('p', [win(now, { verdict: 'unproven' })])],
    ['declared', plan('p', [win(now, { ...unposted, verdict: 'at_risk' })])],
    ['unposted', plan('p', [win(now, { ...unposted, verdict: 'broken' })])],
    ['unposted', plan('p', [win(now, { ...unposted, verdict: 'unproven' })])],
    ['review', plan('p', [win(now, { review: true })])],
    ['review', plan('p', [win(now)], { review: true })],
    ['review', plan('p', [], { review: true })],
    ['emergency', plan('p', [win(now, { verdict: 'no_occasion' })], { type: 'emergency' })],
    ['review', plan('p', [win(now, { review: true })], { type: 'emergency' })],
    ['cancelled', plan('p', [win(now, { verdict: 'broken' })], { state: 'cancelled', review: true })],
  ] as const)('%s', (want, p) => expect(mark(p as Plan, (p as Plan).windows[0])).toBe(want))
  it('of a plan is that of its worst window', () => expect(worstMark(plan('p', [win(now), win(now + day, { verdict: 'broken' })]))).toBe('late'))
})

it('puts what awaits a person first, then problems, then what is near, then the past', () => {
  const list = [
    plan('past', [win(now - 3 * day)]),
    plan('older', [win(now - 9 * day, { verdict: 'broken' })]),
    plan('far', [win(now + 9 * day)]),
    plan('near', [win(now + day)]),
    plan('late', [win(now + 5 * day, { verdict: 'broken' })]),
    plan('unclear', [], { review: true }),
  ]
  expect(plansInOrder(list, now).map((p) => p.id)).toEqual(['unclear', 'late', 'near', 'far', 'past', 'older'])
})

describe('clocks', () => {
  const clock = (kind: Clock['kind'], start: number, limit: number, met?: number): Clock => ({ kind, site: 'a', subject: 'o', start, limit, met, verdict: 'at_risk' })
  it.each([
    ['running', 10, 100, undefined],
    ['near', 75, 100, undefined],
    ['over', 100, 100, undefined],
    ['met', 200, 100, 50],
  ] as const)('is %s', (want, at, limit, met) => expect(face(clock('announcement', 0, limit, met), at)).toBe(want))
  it('keeps those of the outage and the next posting', () => {
    const list = [clock('posting', 0, now + 1), clock('posting', 0, now + 2), clock('restoration', 0, now + 3), clock('announcement', 0, now)]
    expect(rowClocks(list, now).map((c) => c.kind)).toEqual(['announcement', 'restoration', 'posting'])
    expect(rowClocks([clock('posting', 0, now - 8 * day)], now)).toEqual([])
    expect(rowClocks(undefined, now)).toEqual([])
  })
})

it('finds the next announced window of a site', () => {
  const plans = [
    plan('began', [win(now - hour)]),
    plan('declared', [win(now + hour, { declared: true })]),
    plan('off', [win(now + hour)], { state: 'cancelled' }),
    plan('other', [win(now + hour)], { site: 'b' }),
    plan('later', [win(now + 3 * day), win(now + 2 * day)]),
  ]
  expect(nextWindow(plans, 'a', now)?.window.start).toBe(now + 2 * day)
  expect(nextWindow(null, 'a', now)).toBeUndefined()
})

it('draws a row for each site, clipped to the span', () => {
  const got = rows([plan('p', [win(now - day - hour), win(now + 15 * day)]), plan('q', [win(now, { end: undefined })], { site: 'b' })], now)
  expect(got.map((r) => r.site)).toEqual(['a', 'b'])
  expect(got[0]!.bars).toHaveLength(1)
  expect(got[0]!.bars[0]!.from).toBe(now - day)
  expect(endOf(got[1]!.bars[0]!.window)).toBe(now + day)
})

describe('diff', () => {
  it('tells words that changed', () => {
    expect(diff('11월 28일 22:00 점검', '11월 29일 22:00 점검')).toEqual([
      { kind: 'same', text: '11월 ' },
      { kind: 'removed', text: '28일' },
      { kind: 'added', text: '29일' },
      { kind: 'same', text: ' 22:00 점검' },
    ])
  })
  it.each([['', 'a b'], ['a b', ''], ['a b', 'a b'], ['a\nb  c', 'x\nb  y']])('puts %j and %j together again', (a, b) => {
    const got = diff(a, b)
    expect(got.filter((p) => p.kind !== 'added').map((p) => p.text).join('')).toBe(a)
    expect(got.filter((p) => p.kind !== 'removed').map((p) => p.text).join('')).toBe(b)
  })
  it('does not compare what is too long', () => {
    const long = 'a '.repeat(3000)
    expect(diff(long, `${long}b`)).toHaveLength(2)
  })
})

describe('times on the clock of a zone', () => {
  it.each([
    ['2026-11-28T22:00', 'Asia/Seoul', Date.UTC(2026, 10, 28, 13)],
    ['2026-01-01T00:00', 'Asia/Seoul', Date.UTC(2025, 11, 31, 15)],
    ['2026-07-01T12:00', 'Europe/London', Date.UTC(2026, 6, 1, 11)],
    ['2026-10-25T03:00', 'Europe/London', Date.UTC(2026, 9, 25, 3)],
    ['2026-06-30T23:30', 'America/St_Johns', Date.UTC(2026, 6, 1, 2)],
  ])('%s in %s', (text, zone, ms) => {
    expect(fromLocal(text, zone)).toBe(ms)
    expect(toLocal(ms, zone)).toBe(text)
  })
  it.each(['', 'tomorrow', '2026-13-01T00:00', '2026-11-28'])('%j is no time', (text) => expect(fromLocal(text, 'Asia/Seoul')).toBeUndefined())
})
