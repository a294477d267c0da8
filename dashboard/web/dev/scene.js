// What the made-up association's wall shows. Everything here is invented.
import { Desk } from './desk.js'

const minute = 60_000
const hour = 60 * minute
const cellMS = 15 * minute
const cells = 96

// A small repeatable random source, so that pictures compare.
function random(seed) {
  return () => {
    seed = (seed * 1664525 + 1013904223) % 4294967296
    return seed / 4294967296
  }
}

const plans = [
  { id: 'homepage', ko: '홈페이지', en: 'Homepage', host: 'www', owner: 'web-team', ms: 180 },
  { id: 'disclosure', ko: '통합공시시스템', en: 'Disclosure system', host: 'dis', owner: 'disclosure-team', ms: 420, is: 'down' },
  { id: 'statistics', ko: '자본시장통계', en: 'Capital market statistics', host: 'stat', owner: 'data-team', ms: 950, is: 'slow' },
  { id: 'regulations', ko: '법규정보시스템', en: 'Regulations', host: 'law', owner: 'legal-team', ms: 260, is: 'recovering' },
  { id: 'professionals', ko: '전문인력조회', en: 'Licensed professionals', host: 'prof', owner: 'licence-team', ms: 310, is: 'unknown' },
  { id: 'advertising', ko: '광고심의', en: 'Advertising review', host: 'ad', owner: 'review-team', ms: 240, is: 'closed' },
  { id: 'service-centre', ko: '고객만족센터', en: 'Customer service centre', host: 'cs', owner: 'service-team', ms: 150, is: 'planned' },
  { id: 'library', ko: '정보센터', en: 'Information centre', host: 'lib', owner: 'service-team', ms: 210, is: 'late' },
  { id: 'education', ko: '교육원', en: 'Education', host: 'edu', owner: 'education-team', ms: 190, is: 'overrun' },
]

export class Scene {
  constructor(name) {
    this.name = name
    this.started = Date.now() - 9 * 24 * hour
    this.turn = 0
    this.desk = new Desk(Date.now(), name)
    this.sites = name === 'empty' ? [] : plans.map((p, i) => this.site(name === 'busy' || name === 'trouble' ? p : { ...p, is: '' }, i, Date.now()))
  }

  monitor(now) {
    const trouble = this.name === 'trouble'
    return {
      started: this.started,
      last_commit: trouble ? now - 94_000 : now - 800,
      trouble,
      failing_since: trouble ? this.since(now, 94_000) : undefined,
      uplink_down: trouble ? this.since(now, 130_000) : undefined,
      queue: trouble ? 1288 : 0,
      missed_slots: trouble ? 3 : 0,
      coverage: this.name === 'empty' ? undefined : 99_120,
      config_error_at: trouble ? this.since(now, 40 * minute) : undefined,
    }
  }

  since(now, ms) {
    this.base ??= now
    return this.base - ms
  }

  wall(now) {
    const open = this.sites.filter((s) => s.outage && !s.outage.recovering_since)
    return {
      organisation: { ko: '한국모의금융협회', en: 'Korea Model Finance Association' },
      zone: 'Asia/Seoul',
      languages: ['ko', 'en'],
      version: '0.1.0',
      demo: true,
      monitor: this.monitor(now),
      sites: this.sites,
      groups: this.name === 'trouble' && open.length ? [{ cause: 'dns', outages: this.sites.filter((s) => s.outage).map((s) => s.outage.id), start: open[0].outage.start }] : [],
      events: this.events(now),
      plans: (this.desk.plans ?? []).map(({ tellings, works, ...p }) => p),
      boards: this.desk.boards(now).filter((b) => b.status !== 'ok'),
      alerts: this.desk.floor.state(this.sites, now),
    }
  }

  /** The clocks and the announced work of a site. */
  clocks(p, outage, now) {
    const out = []
    const clock = (kind, start, length, more = {}) => out.push({ kind, site: p.id, subject: 'x', start, limit: start + length, verdict: 'at_risk', ...more })
    if (outage) {
      clock('announcement', outage.start, 30 * minute, p.is === 'recovering' ? { met: outage.start + 12 * minute, verdict: 'kept' } : p.is === 'planned' ? { met: outage.start, verdict: 'kept' } : {})
      clock('restoration', outage.start, 48 * hour)
    }
    if (p.is === 'down') clock('posting', now - 6 * hour, 2 * 24 * hour + 9 * hour)
    const work = { planned: { part: 'planned', start: now - 40 * minute, end: now + 95 * minute }, late: { part: 'late', start: now - 25 * minute, end: now + 30 * minute } }[p.is]
    return { clocks: out, work: work && { plan: 'plan-service', title: `${p.ko} 서버 정기점검`, ...work } }
  }

  site(p, i, now) {
    const url = `https://${p.host}.model.example/`
    const down = now - 14 * minute - 23_000
    const back = now - 11 * minute
    const outage = {
      down: { start: down, confirmed_at: down + minute, reason: 'connect_refused', cause: 'network' },
      planned: { start: now - 38 * minute, confirmed_at: now - 37 * minute, reason: 'status', cause: 'server', part: 'planned' },
      late: { start: now - 24 * minute, confirmed_at: now - 23 * minute, reason: 'status', cause: 'server', part: 'late' },
      overrun: { start: now - 3.4 * hour, confirmed_at: now - 3.4 * hour + minute, reason: 'status', cause: 'server', part: 'overrun' },
      recovering: { start: now - 52 * minute, confirmed_at: now - 51 * minute, recovering_since: back, reason: 'status', cause: 'server' },
    }[p.is]
    if (outage) Object.assign(outage, { id: `${p.id}@1`, site: p.id, checks: [`${p.id}/front`] })
    const status = { down: 'down', planned: 'down', late: 'down', overrun: 'down', slow: 'degraded', unknown: 'unknown', closed: 'unknown' }[p.is] ?? 'up'
    const since = outage?.start ?? now - { slow: 37 * minute, unknown: 22 * minute, closed: 3 * hour, '': 6.2 * 24 * hour + i * 3 * hour }[p.is ?? '']
    const check = (id, kind, target, critical, interval, more = {}) => ({
      kind, target, critical, interval_ms: interval, check: `${p.id}/${id}`, status: 'up', since: now - 6.2 * 24 * hour, reason: 'ok',
      seen_at: now - 3000 - i * 1700, duration_ms: p.ms * (kind === 'http' ? 1 : 0.15), strip: strip(i * 7 + id.length, kind === 'http' ? p : { ms: p.ms * 0.15 }, now), ...more,
    })
    const front = {
      planned: { status, since, reason: 'status', detail: '503' },
      late: { status, since, reason: 'status', detail: '503' },
      overrun: { status, since, reason: 'status', detail: '503' },
      down: { status, since, reason: 'connect_refused', detail: 'dial tcp 198.51.100.20:443: connection refused', outage: outage && { ...outage, check: `${p.id}/front` } },
      slow: { status, since, detail: 'p95 2,310 ms' },
      unknown: { status, since, reason: 'blocked', detail: '403, block page' },
      closed: { status, since, reason: 'blocked' },
      recovering: { since: back, outage: outage && { ...outage, check: `${p.id}/front` } },
    }[p.is] ?? {}
    const day = 22 * 24 * hour
    const month = {
      '': { charter: 100_000, raw: 99_998, coverage: 99_412, best: 100_000, worst: 99_412, up_ms: day, down_ms: 0, unknown_ms: 3 * hour, verdict: 'kept' },
      down: { charter: 99_214, raw: 99_190, coverage: 98_871, best: 99_223, worst: 98_102, up_ms: day - 4 * hour, down_ms: 4.1 * hour, unknown_ms: 6 * hour, verdict: 'broken', broken_days: 1 },
      slow: { charter: 99_987, raw: 99_987, coverage: 99_502, best: 99_988, worst: 99_490, up_ms: day, down_ms: 4 * minute, unknown_ms: 2.6 * hour, verdict: 'kept' },
      recovering: { charter: 99_871, raw: 99_871, coverage: 99_300, best: 99_872, worst: 99_172, up_ms: day, down_ms: 41 * minute, unknown_ms: 3.7 * hour, verdict: 'at_risk' },
      unknown: { charter: 99_999, raw: 99_999, coverage: 81_044, best: 99_999, worst: 81_043, up_ms: day * 0.8, down_ms: 0, unknown_ms: 100 * hour, verdict: 'unproven', unproven_days: 4 },
      closed: { up_ms: 0, down_ms: 0, unknown_ms: 0, verdict: 'unproven' },
    }
    const own = month[p.is ?? ''] ?? { ...month[''], down_ms: 3.4 * hour, planned_ms: 2.7 * hour, overrun_ms: 0.7 * hour, verdict: 'kept' }
    const none = { planned_ms: 0, unsettled_ms: 0, late_ms: 0, overrun_ms: 0, emergency_ms: 0, unannounced_ms: own.down_ms - (own.planned_ms ?? 0) - (own.overrun_ms ?? 0), contested_ms: 0 }
    const clause = (c, verdict, kept = 0, broken = 0, unproven = 0, pending = 0) => ({ clause: c, verdict, kept, broken, unproven, pending })
    const clauses = [
      p.is === 'late' ? clause('maintenance-notice', 'broken', 1, 1) : p.is === 'down' ? clause('maintenance-notice', 'at_risk', 1, 0, 0, 1) : clause('maintenance-notice', p.is ? 'kept' : 'no_occasion', p.is ? 1 : 0),
      clause('recovery-announcement', p.is === 'down' ? 'at_risk' : 'no_occasion', p.is === 'down' ? 1 : 0, 0, 0, p.is === 'down' ? 1 : 0),
      clause('recovery-time', p.is === 'down' ? 'at_risk' : 'no_occasion', p.is === 'down' ? 1 : 0, 0, 0, p.is === 'down' ? 1 : 0),
    ]
    const appealed = p.is === 'down' ? { contested_ms: 50 * minute, as_seen: { raw: 98_990, charter: 98_990, down_ms: 5 * hour } } : {}
    return {
      ...this.clocks(p, outage, now),
      site: p.id, name: { ko: p.ko, en: p.en }, url, owner: p.owner, status, since, closed_now: p.is === 'closed', outage,
      month: { month: '2026-11', broken_days: 0, unproven_days: 0, ...none, ...own, ...appealed, clauses },
      checks: [
        check('front', 'http', url, true, 30_000, front),
        check('cert', 'tls', `${p.host}.model.example:443`, false, hour, { seen_at: now - 21 * minute }),
        check('names', 'dns', `${p.host}.model.example A`, true, 5 * minute, { seen_at: now - 101_000 }),
      ],
    }
  }

  events(now) {
    if (this.name === 'empty' || this.name === 'calm') return this.name === 'calm' ? [event('blip', 'homepage', 'front', now - 5 * hour, 'up', 'timeout', 1)] : []
    return [
      event('blip', 'homepage', 'front', now - 26 * hour, 'up', 'timeout', 1),
      event('slow_started', 'statistics', 'front', now - 21 * hour, 'degraded', 'ok'),
      event('slow_ended', 'statistics', 'front', now - 20.4 * hour, 'up', 'ok'),
      event('outage_opened', 'disclosure', 'front', now - 9 * hour, 'down', 'tls_handshake'),
      event('outage_closed', 'disclosure', 'front', now - 8.4 * hour, 'up', 'ok'),
      event('blip', 'service-centre', 'front', now - 4 * hour, 'up', 'connection_reset', 2),
      event('outage_opened', 'regulations', 'front', now - 52 * minute, 'down', 'status'),
      event('slow_started', 'statistics', 'front', now - 37 * minute, 'degraded', 'ok'),
      event('status_changed', 'professionals', undefined, now - 22 * minute, 'unknown', 'blocked'),
      event('outage_opened', 'disclosure', 'front', now - 14 * minute - 23_000, 'down', 'connect_refused'),
      { ...event('notice_seen', 'professionals', undefined, now - 41 * minute, 'up', 'ok'), subject: 'professionals/news#d4', title: '전문인력조회 서비스 일시 중단 안내' },
      { ...event('notice_unclear', 'professionals', undefined, now - 41 * minute, 'up', 'ok'), subject: 'professionals/news#d4', title: '전문인력조회 서비스 일시 중단 안내' },
      { ...event('person_stated', 'disclosure', undefined, now - 6 * hour, 'up', 'ok'), subject: 'w1', said: 'work', title: '공시 서버 이중화 작업' },
      { ...event('board_unreadable', 'professionals', undefined, now - 2.2 * hour, 'up', 'ok'), subject: 'professionals/news' },
      { ...event('work_unannounced', 'education', undefined, now - 3.4 * hour, 'down', 'ok'), subject: 'x' },
      { ...event('clock_ran', 'education', undefined, now - 2.9 * hour, 'down', 'ok', 100), subject: 'x', clock: 'announcement' },
      { ...event('clock_ran', 'disclosure', undefined, now - 7 * minute, 'down', 'ok', 50), subject: 'x', clock: 'announcement' },
      event('recovery_started', 'regulations', 'front', now - 11 * minute, 'up', 'ok'),
      { ...event('person_stated', '_monitor', undefined, now - 63 * minute, 'up', 'ok'), subject: 'h1', said: 'hand_over', title: '통합공시시스템 재시작 뒤 안정됨' },
      { ...event('person_stated', 'education', undefined, now - 12 * minute, 'up', 'ok'), subject: 'k1', said: 'acknowledgement' },
    ].sort((a, b) => a.at - b.at)
  }

  /** One check a second gets a fresh look. */
  step(now) {
    if (!this.sites.length) return null
    const i = this.turn++ % this.sites.length
    const floor = this.desk.floor
    const alerts = floor.changed !== this.told ? floor.state(this.sites, now) : undefined
    this.told = floor.changed
    const site = this.sites[i]
    const check = site.checks[0]
    const { kind, target, critical, interval_ms, strip: s, ...delta } = check
    const from = Math.floor(now / cellMS) * cellMS
    check.seen_at = delta.seen_at = now - 200
    check.duration_ms = delta.duration_ms = plans[i].ms * (0.9 + Math.random() * 0.2)
    delta.cells = [{ from, state: s.states.at(-1), p95: s.p95.at(-1) }]
    return { checks: [delta], alerts }
  }
}

function event(kind, site, check, at, status, reason, count) {
  return { kind, site, check: check && `${site}/${check}`, at, seen_at: at + 65_000, status, reason, count }
}

function strip(seed, p, now) {
  const rnd = random(seed + 11)
  const last = Math.floor(now / cellMS) * cellMS
  let states = ''
  const p95 = []
  for (let i = 0; i < cells; i++) {
    const left = cells - 1 - i
    let s = rnd() < 0.012 ? 'f' : 'u'
    if (p.is === 'down') s = left <= 1 ? 'd' : left >= 33 && left <= 35 ? 'd' : left === 32 ? 'f' : s
    if (p.is === 'planned' || p.is === 'late') s = left <= 2 ? 'd' : s
    if (p.is === 'overrun') s = left <= 13 ? 'd' : s
    if (p.is === 'recovering') s = left >= 1 && left <= 3 ? 'd' : s
    if (p.is === 'unknown') s = left <= 1 || (left > 50 && left < 61) ? 'x' : s
    if (p.is === 'closed') s = left < 12 || left > 84 ? 'x' : s
    states += s
    const slow = p.is === 'slow' && left < 4 ? 2.3 : 1
    const office = 1 + 0.35 * Math.max(0, Math.sin(((i + 20) / cells) * Math.PI * 2))
    p95.push(s === 'd' || s === 'x' ? -1 : Math.round(p.ms * slow * office * (0.9 + rnd() * 0.25)))
  }
  return { from: last - (cells - 1) * cellMS, cell_ms: cellMS, states, p95 }
}
