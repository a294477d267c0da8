import { describe, expect, it } from 'vitest'
import { apply, deciding, groupSites, nothing, overall, problemsFirst, runs, shown, telling, totals, withCell, worstStrip, type Known } from './wall'
import type { Check, Message, Site, Strip, Wall } from './wire'

const cell = 15 * 60_000
const t0 = 1_800_000_000_000 - (1_800_000_000_000 % cell)

const noParts = { planned_ms: 0, unsettled_ms: 0, late_ms: 0, overrun_ms: 0, emergency_ms: 0, unannounced_ms: 0 }

function strip(states: string, from = t0, cell_ms = cell): Strip {
  return { from, cell_ms, states, p95: [...states].map((s) => (s === 'u' ? 100 : -1)) }
}

function check(id: string, more: Partial<Check> = {}): Check {
  return { check: id, kind: 'http', target: 'x', critical: true, interval_ms: 30_000, status: 'up', reason: 'ok', strip: strip('uuuu'), ...more }
}

function site(id: string, more: Partial<Site> = {}): Site {
  return {
    site: id,
    name: { ko: id, en: id },
    url: '',
    status: 'up',
    closed_now: false,
    checks: [check(`${id}/front`)],
    month: { month: '2026-11', up_ms: 0, down_ms: 0, unknown_ms: 0, verdict: 'unproven', broken_days: 0, unproven_days: 0, ...noParts, contested_ms: 0, clauses: [] },
    ...more,
  }
}

function wall(sites: Site[]): Wall {
  return {
    organisation: { ko: '협회', en: 'A' },
    zone: 'Asia/Seoul',
    languages: ['ko'],
    version: '0',
    demo: false,
    monitor: { started: 0, trouble: false, queue: 0, missed_slots: 0 },
    sites,
    groups: [],
    events: [],
    plans: [],
    boards: [],
    alerts: null,
  }
}

const outage = { id: 'o1', site: 'a', start: 5, confirmed_at: 6, reason: 'timeout', cause: 'slow' }
const known: Known = { epoch: 'e', seq: 7, wall: wall([site('a'), site('b')]), awaiting: false }
const delta = (seq: number, more: Partial<Message> = {}): Message => ({ type: 'delta', seq, now: 0, ...more })

function applied(k: Known, m: Message): Known {
  const next = apply(k, m)
  if (next === 'resync') throw new Error('asked to resync')
  return next
}

describe('apply', () => {
  it('starts from a snapshot', () => {
    const w = wall([])
    expect(apply(nothing, { type: 'snapshot', epoch: 'e', seq: 3, now: 0, wall: w })).toEqual({ epoch: 'e', seq: 3, wall: w, awaiting: false })
  })
  it('takes the next delta and leaves its argument alone', () => {
    const before = JSON.stringify(known)
    const next = applied(known, delta(8, { sites: [{ site: 'a', status: 'down', since: 5, closed_now: false, outage }] }))
    expect(next.seq).toBe(8)
    expect(next.wall!.sites![0]).toMatchObject({ status: 'down', outage, name: { ko: 'a' } })
    expect(next.wall!.sites![1]).toBe(known.wall!.sites![1])
    expect(JSON.stringify(known)).toBe(before)
  })
  it('forgets an outage that a delta no longer names', () => {
    const k = { ...known, wall: wall([site('a', { status: 'down', outage })]) }
    const next = applied(k, delta(8, { sites: [{ site: 'a', status: 'up', closed_now: false }] }))
    expect(next.wall!.sites![0]!.outage).toBeUndefined()
  })
  it('forgets a detail that a check no longer has and writes its cell', () => {
    const k = { ...known, wall: wall([site('a', { checks: [check('a/front', { detail: 'old', outage })] })]) }
    const next = applied(k, delta(8, { checks: [{ check: 'a/front', status: 'up', reason: 'ok', cells: [{ from: t0 + 3 * cell, state: 'd', p95: -1 }, { from: t0 + 4 * cell, state: 'f', p95: 9 }] }] }))
    const c = next.wall!.sites![0]!.checks![0]!
    expect([c.detail, c.outage, c.strip.states, c.target]).toEqual([undefined, undefined, 'uudf', 'x'])
    expect('cells' in c).toBe(false)
  })
  it('replaces what it knows of alerts only when told', () => {
    const alerts = { critical: 1, warning: 0, acknowledged: 0, held: 0, drills: 0, changed: 5 }
    const one = applied(known, delta(8, { alerts }))
    expect(one.wall!.alerts).toEqual(alerts)
    expect(applied(one, delta(9, {})).wall!.alerts).toEqual(alerts)
  })

  it('replaces plans and boards only when told, and a site\'s clocks with every delta', () => {
    const plans = [{ id: 'p', site: 'a', title: 't', state: 'planned', review: false, windows: [] }]
    const clocks = [{ kind: 'announcement' as const, site: 'a', subject: 'o1', start: 1, limit: 2, verdict: 'at_risk' as const }]
    const one = applied(known, delta(8, { plans, boards: [], sites: [{ site: 'a', status: 'down', closed_now: false, clocks }] }))
    expect([one.wall!.plans, one.wall!.sites![0]!.clocks]).toEqual([plans, clocks])
    const two = applied(one, delta(9, { sites: [{ site: 'a', status: 'up', closed_now: false }] }))
    expect([two.wall!.plans, two.wall!.sites![0]!.clocks]).toEqual([plans, undefined])
  })
  it('adds events and replaces groups only when told', () => {
    const e = { kind: 'blip', site: 'a', at: 1, seen_at: 2, status: 'up' as const, reason: 'timeout' }
    const next = applied(known, delta(8, { events: [e], groups: [{ cause: 'dns', outages: ['o1', 'o2'], start: 1 }] }))
    expect(next.wall!.events).toEqual([e])
    expect(applied(next, delta(9)).wall!.groups).toHaveLength(1)
    expect(applied(next, delta(9, { groups: [] })).wall!.groups).toHaveLength(0)
  })
  it('takes months computed anew', () => {
    const month = { ...site('a').month, verdict: 'kept' as const }
    const next = applied(known, delta(8, { months: [{ site: 'a', month }] }))
    expect(next.wall!.sites!.map((s) => s.month.verdict)).toEqual(['kept', 'unproven'])
  })
  it.each<[string, Message]>([
    ['a jump in the sequence', delta(9)],
    ['a delta of another epoch', delta(8, { epoch: 'f' })],
    ['a site it was never told of', delta(8, { sites: [{ site: 'new', status: 'up', closed_now: false }] })],
    ['a check it was never told of', delta(8, { checks: [{ check: 'a/new', status: 'up', reason: 'ok' }] })],
    ['a beat that is ahead', { type: 'beat', seq: 8, now: 0 }],
  ])('asks to resync at %s', (_, m) => expect(apply(known, m)).toBe('resync'))
  it('ignores what it already has', () => expect(apply(known, delta(7))).toBe(known))
  it('ignores a kind of message it does not know', () => expect(apply(known, { type: 'later' } as unknown as Message)).toBe(known))
  it('awaits a snapshot after a new epoch, keeping the old picture', () => {
    const next = applied(known, { type: 'hello', epoch: 'f', seq: 1, now: 0 })
    expect(next.wall).toBe(known.wall)
    expect(apply(next, delta(8, { epoch: 'f' }))).toBe('resync')
    expect(apply(next, { type: 'beat', seq: 99, now: 0 })).toBe(next)
  })
  it('takes the health of the monitor from a beat', () => {
    const monitor = { started: 1, trouble: true, queue: 9, missed_slots: 0 }
    expect(applied(known, { type: 'beat', seq: 7, now: 0, monitor }).wall!.monitor).toBe(monitor)
  })
})

describe('withCell', () => {
  const at = (k: number, state = 'd') => ({ from: t0 + k * cell, state, p95: -1 })
  it('replaces the current cell', () => expect(withCell(strip('uuuu'), at(3)).states).toBe('uuud'))
  it('moves on by one', () => expect(withCell(strip('dfuu'), at(4))).toMatchObject({ states: 'fuud', from: t0 + cell }))
  it('calls the cells between unknown, never up', () => expect(withCell(strip('uuuu'), at(6)).states).toBe('uxxd'))
  it('survives a jump beyond its length', () => expect(withCell(strip('uuuu'), at(50)).states).toBe('xxxd'))
  it('ignores the past', () => expect(withCell(strip('uuuu'), at(-1)).states).toBe('uuuu'))
})

describe('shown', () => {
  it.each([
    [{ status: 'up' }, 'up'],
    [{ status: 'down', outage }, 'down'],
    [{ status: 'up', outage: { ...outage, recovering_since: 9 } }, 'recovering'],
    [{ status: 'up', outage: { ...outage, recovering_since: 9, end: 9 } }, 'up'],
    [{ status: 'unknown', outage: { ...outage, recovering_since: 9 } }, 'unknown'],
    [{ status: 'down', outage, closed_now: true }, 'closed'],
    [{ status: 'up', closed_now: true }, 'up'],
    [{ status: 'down', outage: { ...outage, part: 'planned' } }, 'planned'],
    [{ status: 'down', outage: { ...outage, part: 'late' } }, 'late'],
    [{ status: 'down', outage: { ...outage, part: 'overrun' } }, 'overrun'],
    [{ status: 'down', outage: { ...outage, part: 'emergency' } }, 'emergency'],
    [{ status: 'down', outage: { ...outage, part: 'unsettled' } }, 'unsettled'],
    [{ status: 'down', outage: { ...outage, part: 'unannounced' } }, 'down'],
    [{ status: 'down', outage: { ...outage, part: 'something new' } }, 'down'],
    [{ status: 'up', outage: { ...outage, part: 'planned', recovering_since: 9 } }, 'recovering'],
    [{ status: 'unknown', outage: { ...outage, part: 'planned' } }, 'unknown'],
    [{ status: 'something new' }, 'unknown'],
  ] as const)('%j is %s', (x, want) => expect(shown(x)).toBe(want))
})

it('puts problems first and keeps the order inside a class', () => {
  const list = [site('u1'), site('x', { status: 'unknown' }), site('d1', { status: 'down' }), site('u2'), site('f', { status: 'degraded' }), site('d2', { status: 'down' })]
  expect(problemsFirst(list).map((s) => s.site)).toEqual(['d1', 'd2', 'f', 'x', 'u1', 'u2'])
})

it('lets the critical checks decide, or all when none is', () => {
  const a = check('a', { critical: false })
  const b = check('b')
  expect(deciding([a, b])).toEqual([b])
  expect(deciding([a])).toEqual([a])
  expect(deciding(null)).toEqual([])
})

describe('worstStrip', () => {
  const full = (tail: string) => 'u'.repeat(96 - tail.length) + tail
  const end = (s: Strip) => s.states.slice(-4)
  const now = t0 + 95 * cell + 1000
  const of = (s: Strip, interval_ms = 30_000) => ({ strip: s, interval_ms })
  it('takes the worst of every cell', () => {
    expect(end(worstStrip([of(strip(full('dfxu'))), of(strip(full('uuu-')))], now))).toBe('dfxu')
  })
  it('covers 24 hours up to now', () => {
    const s = worstStrip([of(strip(full('')))], now)
    expect(s.states).toHaveLength(96)
    expect(s.from + 96 * cell).toBe(t0 + 96 * cell)
  })
  it('spans what a young history does', () => {
    const s = worstStrip([of(strip(full('d'), t0, 60_000))], t0 + 95 * 60_000 + 1000)
    expect([s.states.length, s.cell_ms, end(s)]).toEqual([96, 60_000, 'uuud'])
  })
  it('turns unknown, not green, when nobody feeds it', () => {
    expect(end(worstStrip([of(strip(full('')))], now + 3 * cell))).toBe('uxx-')
  })
  it('turns unknown when one of two strips is not fed', () => {
    const [dead, fed] = [of(strip(full(''))), of(strip(full(''), t0 + 3 * cell))]
    expect(end(worstStrip([dead, fed], now + 3 * cell))).toBe('uxxu')
    expect(end(worstStrip([fed, dead], now + 3 * cell))).toBe('uxxu')
  })
  it('stays unknown when it was so before nobody fed it', () => {
    expect(end(worstStrip([of(strip(full('x')))], now + 2 * cell))).toBe('uxxx')
  })
  it('lets a look stand until the next one is due, and no longer', () => {
    const hourly = of(strip('-'.repeat(92) + 'd---'), 60 * 60_000)
    expect(end(worstStrip([hourly], now))).toBe('dddd')
    expect(end(worstStrip([hourly], now + 2 * cell))).toBe('ddx-')
    expect(end(worstStrip([of(strip('-'.repeat(93) + 'u--'), 20 * 60_000)], now))).toBe('-uu-')
  })
  it('leaves what was never watched alone', () => expect(end(worstStrip([of(strip('-'.repeat(96)))], now))).toBe('----'))
  it('joins strips of different cells', () => {
    const fine = strip('u'.repeat(287) + 'd', t0, 5 * 60_000)
    expect(end(worstStrip([of(strip(full(''))), of(fine)], now))).toBe('uuud')
  })
  it('takes latencies from the first strip alone', () => {
    const fast = { ...strip(full('')), p95: Array<number>(96).fill(5) }
    expect(worstStrip([of(strip(full('d'))), of(fast)], now).p95!.slice(-2)).toEqual([100, -1])
  })
  it('says not watched when there is nothing', () => expect(worstStrip([], now).states).toMatch(/^-+$/))
})

it('joins cells to runs and adds them up', () => {
  expect(runs(strip('uudx')).map((r) => [r.state, (r.to - r.from) / cell])).toEqual([
    ['u', 2],
    ['d', 1],
    ['x', 1],
  ])
  expect(totals(strip('uduf'), t0 + 3.5 * cell)).toEqual([
    { state: 'd', ms: cell },
    { state: 'f', ms: cell / 2 },
    { state: 'u', ms: 2 * cell },
  ])
})

describe('overall', () => {
  it('is calm only when every site is up or closed', () => {
    expect(overall(wall([site('a'), site('b', { closed_now: true, status: 'unknown' })])).shown).toBe('up')
    expect(overall(wall([site('a'), site('b', { status: 'unknown' })])).shown).toBe('unknown')
    expect(overall(wall([])).shown).toBe('unknown')
  })
  it('names the longest outage first', () => {
    const o = overall(wall([site('a', { status: 'down', outage: { ...outage, start: 9 } }), site('b', { status: 'down', outage: { ...outage, start: 2 } })]))
    expect(o.shown).toBe('down')
    expect(o.down.map((s) => s.site)).toEqual(['b', 'a'])
  })
  it('tells planned work from what is broken', () => {
    const planned = site('a', { status: 'down', outage: { ...outage, part: 'planned' } })
    const late = site('b', { status: 'down', outage: { ...outage, part: 'late' } })
    const only = overall(wall([planned, site('c')]))
    expect([only.shown, only.down.length, only.planned.map((s) => s.site)]).toEqual(['planned', 0, ['a']])
    const both = overall(wall([planned, late]))
    expect([both.shown, both.down.map((s) => s.site), both.planned.length]).toEqual(['late', ['b'], 1])
    expect(overall(wall([late, site('d', { status: 'down', outage })])).shown).toBe('down')
  })
  it('knows the latest look', () => expect(overall(wall([site('a', { checks: [check('x', { seen_at: 4 }), check('y', { seen_at: 9 })] })])).lastLook).toBe(9))
})

it('finds the sites of a group', () => {
  expect(groupSites(wall([site('a', { outage }), site('b')]), ['o1', 'gone']).map((s) => s.site)).toEqual(['a'])
})

it('does not tell a change of status beside its cause', () => {
  const e = (kind: string, site: string, seen_at: number) => ({ kind, site, at: 0, seen_at, status: 'down' as const, reason: 'timeout' })
  const alone = e('status_changed', 'b', 1000)
  const cause = e('outage_opened', 'a', 1000)
  expect(telling([cause, e('status_changed', 'a', 1500), alone])).toEqual([cause, alone])
  expect(telling([cause, e('status_changed', 'a', 9000)])).toHaveLength(2)
})
