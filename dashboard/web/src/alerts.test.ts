import { describe, expect, it } from 'vitest'
import { day, elsewhere, goDuration, grouped, hour, limit, minute, owed, share, stateOf, takeable, tally, waits, watchdog } from './alerts'
import type { Alert, Silence, Watch } from './wire_alerts'

const now = Date.UTC(2026, 10, 24, 6)

function alert(id: string, more: Partial<Alert> = {}): Alert {
  return { id, rule: 'SiteDown', severity: 'critical', start: now - hour, raised: now - hour, reason: 'ok', cause: '', silences: [], drill: false, matchers: [], ...more }
}
const acked = { by: 'kim', name: '김운영', at: now }

describe('what waits for a person', () => {
  it.each([
    ['open', {}, true],
    ['a warning', { severity: 'warning' }, true],
    ['over', { end: now }, false],
    ['acknowledged', { acked }, false],
    ['held by announced work', { held: now + 1 }, false],
    ['held until just now', { held: now }, true],
    ['a drill', { drill: true }, false],
    ['mere information', { severity: 'info' }, false],
  ] as const)('%s', (_, more, want) => expect(waits(alert('a', more as Partial<Alert>), now)).toBe(want))

  it('is counted by severity, beside what somebody answers', () => {
    const list = [alert('a'), alert('b', { acked }), alert('c', { severity: 'warning' }), alert('d', { severity: 'info', acked }), alert('e', { drill: true, acked }), alert('f', { end: now, acked })]
    expect(tally(list, now)).toEqual({ critical: 1, warning: 1, acknowledged: 1 })
  })
})

describe('the order of alerts', () => {
  const dog = alert('dog', { rule: 'Watchdog', severity: 'none' })
  it('is the gravest first, what waits before what somebody answers, the latest first', () => {
    const list = [
      dog,
      alert('w', { severity: 'warning' }),
      alert('answered', { acked, raised: now }),
      alert('drill', { drill: true, raised: now }),
      alert('old', { raised: now - day }),
      alert('new', { raised: now - minute }),
    ]
    const got = grouped(list, now)
    expect(got.map((g) => g.severity)).toEqual(['critical', 'warning'])
    expect(got[0]!.alerts.map((a) => a.id)).toEqual(['new', 'old', 'drill', 'answered'])
    expect(list[0]).toBe(dog) // what was given is left as it is
  })
  it('leaves the signal that always stands aside, but not a drill of it', () => {
    expect(watchdog([alert('a'), dog])).toBe(dog)
    expect(watchdog([alert('a', { rule: 'Watchdog', drill: true })])).toBeUndefined()
  })
})

describe('a clock', () => {
  const at = (start: number, end: number) => limit(alert('a', { start: now + start, limit: now + end }), now)
  it('runs, draws near and runs out', () => {
    expect(limit(alert('a'), now)).toBeNull()
    expect(at(-hour, 3 * hour)).toEqual({ face: 'running', left: 3 * hour, part: 0.25 })
    expect(at(-3 * hour, hour)?.face).toBe('near')
    expect(at(-3 * hour, 0)?.face).toBe('over')
    expect(at(-3 * hour, -hour)).toMatchObject({ face: 'over', left: -hour, part: 1 })
    expect(at(hour, 2 * hour)?.part).toBe(0)
  })
})

it('reads how the server writes a span', () => {
  expect(['24h0m0s', '1h0m0s', '5m0s', '30s', '1h30m'].map(goDuration)).toEqual([day, hour, 5 * minute, 30_000, 90 * minute])
  expect(['', 'soon', '1 h', 'connect: refused'].map(goDuration)).toEqual([undefined, undefined, undefined, undefined])
})

it('knows what a percentage is a share of', () => {
  expect((['BurnFast', 'DiskLow', 'CoverageLow', 'RecoveryClock'] as const).map((rule) => share(alert('a', { rule })))).toEqual([
    'alerts.evidence.spent', 'alerts.evidence.free', 'alerts.evidence.covered', null, // prettier-ignore
  ])
})

it('leads to where more is to be seen', () => {
  const to = (rule: string, more = {}) => elsewhere(alert('a', { rule, subject: 'x@1', ...more }))?.href
  expect(to('SiteDown')).toBe('#/outages?about=x%401')
  expect(to('SiteDown', { drill: true })).toBeUndefined()
  expect(to('NoticeLate')).toBe('#/maintenance?about=x%401')
  expect(to('BoardUnreadable')).toBe('#/maintenance')
  expect(to('ShiftUntaken')).toBe('#/watch')
  expect(to('DiskLow')).toBeUndefined()
})

it('lets silences begin and end by the clock alone', () => {
  const s = (starts: number, ends: number, state: Silence['state'] = 'active') => stateOf({ id: 's', matchers: [], starts: now + starts, ends: now + ends, by: '', why: '', state, alerts: [] }, now)
  expect([s(-1, 1), s(1, 2, 'pending'), s(-1, 1, 'pending'), s(-2, 0), s(-1, 1, 'expired')]).toEqual(['active', 'pending', 'active', 'expired', 'expired'])
})

describe('shifts', () => {
  const watch = (start: number, more: Partial<Watch> = {}): Watch => ({ shift: 'day', start: now + start, end: now + start + 12 * hour, due: 0, verdict: 'at_risk', why: '', ...more })
  it('can be taken from half an hour ahead until they end', () => {
    const can = (start: number, more = {}) => takeable(watch(start, more), now)
    expect([can(31 * minute), can(30 * minute), can(0), can(-12 * hour), can(0, { taken: acked })]).toEqual([false, true, true, false, false])
    expect(takeable(undefined, now)).toBe(false)
  })
  it('are owed a hand-over once they were taken', () => {
    const current = watch(-hour, { taken: acked })
    const past = [current, watch(-13 * hour, { taken: acked }), watch(-25 * hour), watch(-37 * hour, { taken: acked, handed: { ...acked, note: '', alerts: [], outages: [], silences: [], clocks: [] } })]
    expect(owed(current, past)).toEqual([current, past[1]])
    expect(owed(watch(-hour), past.slice(2))).toEqual([])
  })
})
