import { Floor } from './floor.js'
import { Paper } from './paper.js'

// What is on record of the made-up association's notices. Everything here is invented.
const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** An hour of the day in Seoul, so many days from now. */
function at(now, days, h, m = 0) {
  const seoul = now + 9 * hour
  return Math.floor(seoul / day) * day + days * day + h * hour + m * minute - 9 * hour
}

const limits = (start) => {
  const calendar = Math.floor((start + 9 * hour) / day) * day - 3 * day - 9 * hour
  return { by_hours: start - 3 * day, by_calendar: calendar, limit: Math.min(calendar, start - 3 * day) }
}

function window_(start, end, seen, more = {}) {
  const l = limits(start)
  const by = (limit) => (!seen ? 'unproven' : seen.first <= limit ? 'kept' : seen.absent >= limit ? 'broken' : 'unproven')
  const hours = by(l.by_hours)
  const days = by(l.by_calendar)
  const verdict = hours === 'broken' || days === 'broken' ? 'broken' : hours === 'kept' && days === 'kept' ? 'kept' : 'unproven'
  return {
    start, end, declared: !seen, review: false, notice: seen?.notice, last_absent: seen?.absent, first_seen: seen?.first, verdict,
    why: { kept: 'in_time', broken: 'late', unproven: 'straddles' }[verdict],
    lead: { ...l, hours, days, at_least_ms: seen && start - seen.first, at_most_ms: seen && start - seen.absent }, ...more,
  }
}

const reading = (more) => ({ kind: 'maintenance', state: 'planned', type: 'regular', windows: [], replaced: [], rules: 0, confidence: 0.97, needs_review: false, problems: [], ...more })

function revision(n, seen, title, text, read, more = {}) {
  return {
    n, last_absent: seen.absent, first_seen: seen.first, title, text, title_only: false, digest: `d${n}`, page: `${n}`.repeat(64), masked: 0, unread: [], sites: ['homepage'],
    rules: 'notice/1', reading: read, review_open: read.needs_review, ...more,
  }
}

export class Desk {
  constructor(now, name) {
    this.full = name === 'busy' || name === 'trouble'
    this.now = now
    this.said = []
    this.floor = new Floor(now, name)
    this.paper = new Paper(now, name)
    if (!this.full) return
    this.notices = this.makeNotices(now)
    this.plans = this.makePlans(now)
    this.said = this.makeStatements(now)
  }

  makeNotices(now) {
    const n = (id, board, first, absent, revisions, more = {}) => ({
      id, board, url: 'https://www.model.example/notice', claimed: at(now, Math.floor((first - now) / day), 0), date_only: true, first_seen: first, last_absent: absent, last_seen: now - 2 * minute, revisions, ...more,
    })
    const a = { start: at(now, 4, 22), end: at(now, 5, 2) }
    const seenA = { first: now - 3 * day, absent: now - 3 * day - 10 * minute }
    const moved = { start: at(now, 6, 22), end: at(now, 7, 1) }
    const seenM = { first: now - 5 * hour, absent: now - 5 * hour - 10 * minute }
    const lateW = { start: at(now, 1, 6), end: at(now, 1, 8) }
    const seenL = { first: now - 26 * hour, absent: now - 26 * hour - 10 * minute }
    const odd = { start: at(now, 3, 20), end: at(now, 3, 23) }
    const seenO = { first: now - 40 * minute, absent: now - 50 * minute }
    const note = (w, text) => `안녕하세요. 한국모의금융협회입니다.\n서비스 안정화를 위하여 아래와 같이 정기점검을 실시합니다.\n\n일시: ${text}\n대상: 홈페이지 전체 서비스\n작업: 데이터베이스 이전\n\n이용에 불편을 드려 죄송합니다.`
    return [
      n('homepage/news#a1', 'homepage/news', seenA.first, seenA.absent, [
        revision(1, seenA, '홈페이지 정기점검 안내', note(a, '22:00 ~ 익일 02:00'), reading({ windows: [a] })),
      ]),
      n('statistics/news#b2', 'statistics/news', now - 4 * day, now - 4 * day - 10 * minute, [
        revision(1, { first: now - 4 * day, absent: now - 4 * day - 10 * minute }, '자본시장통계 시스템 점검 안내', note(moved, '28일 22:00 ~ 24:00'), reading({ windows: [{ start: at(now, 5, 22), end: at(now, 6, 0) }] }), { sites: ['statistics'] }),
        revision(2, seenM, '[연기] 자본시장통계 시스템 점검 안내', note(moved, '30일 22:00 ~ 익일 01:00 (당초 28일 22:00 ~ 24:00)'), reading({ state: 'rescheduled', windows: [moved], replaced: [{ start: at(now, 5, 22), end: at(now, 6, 0) }] }), { sites: ['statistics'] }),
      ]),
      n('regulations/news#c3', 'regulations/news', seenL.first, seenL.absent, [
        revision(1, seenL, '법규정보시스템 점검 안내', note(lateW, '06:00 ~ 08:00'), reading({ windows: [lateW] }), { sites: ['regulations'] }),
      ]),
      n('professionals/news#d4', 'professionals/news', seenO.first, seenO.absent, [
        revision(1, seenO, '전문인력조회 서비스 일시 중단 안내', '11월 27일(토) 20:00 ~ 23:00 (2시간) 동안 서비스가 중단됩니다.\n문의: 02-***-****', reading({ type: '', windows: [odd], confidence: 0.3, needs_review: true, problems: ['weekday_mismatch', 'duration_mismatch'] }), { sites: ['professionals'], masked: 1, unread: ['image'] }),
      ]),
      n('homepage/news#e5', 'homepage/news', now - 2 * day, now - 2 * day - 10 * minute, [
        revision(1, { first: now - 2 * day, absent: now - 2 * day - 10 * minute }, '2026년 하반기 채용 공고', '신입 직원을 모집합니다.', reading({ kind: 'other', windows: [] })),
      ]),
    ]
  }

  makePlans(now) {
    const plan = (id, site, title, windows, more = {}) => ({ id, site, title, type: 'regular', state: 'planned', review: false, windows, ...more })
    const tell = (id) => {
      const notice = this.notices.find((x) => x.id === id)
      return notice.revisions.map((r) => ({
        notice: id, revision: r.n, title: r.title, state: r.reading.state, windows: r.reading.windows, last_absent: r.last_absent, first_seen: r.first_seen, counts: true, review: r.review_open,
      }))
    }
    const seen = (id, n = 1) => {
      const r = this.notices.find((x) => x.id === id).revisions[n - 1]
      return { first: r.first_seen, absent: r.last_absent, notice: id }
    }
    const works = [{ id: 'w1', site: 'disclosure', at: now - 6 * hour, by: 'kim', name: '김운영', why: '공시 서버 이중화 작업', what: 'work', work: { type: 'regular', windows: [{ start: at(now, 6, 1), end: at(now, 6, 5) }] } }]
    const odd = { first: now - 40 * minute, absent: now - 50 * minute, notice: 'professionals/news#d4' }
    return [
      plan('plan-professionals', 'professionals', '전문인력조회 서비스 일시 중단 안내', [window_(at(now, 3, 20), at(now, 3, 23), odd, { review: true, verdict: 'unproven', why: 'review' })], { type: '', review: true, tellings: tell('professionals/news#d4') }),
      plan('plan-service', 'service-centre', '고객만족센터 서버 정기점검', [window_(at(now, 0, 0), now + 95 * minute, { first: now - 6 * day, absent: now - 6 * day - 10 * minute, notice: 'x' })]),
      plan('plan-regulations', 'regulations', '법규정보시스템 점검 안내', [window_(at(now, 1, 6), at(now, 1, 8), seen('regulations/news#c3'))], { tellings: tell('regulations/news#c3') }),
      plan('plan-home', 'homepage', '홈페이지 정기점검 안내', [window_(at(now, 4, 22), at(now, 5, 2), seen('homepage/news#a1'))], { tellings: tell('homepage/news#a1') }),
      plan('work-w1', 'disclosure', '공시 서버 이중화 작업', [window_(at(now, 6, 1), at(now, 6, 5), undefined, { verdict: 'at_risk', why: 'not_posted_yet' })], { works }),
      plan('plan-stat', 'statistics', '[연기] 자본시장통계 시스템 점검 안내', [window_(at(now, 6, 22), at(now, 7, 1), seen('statistics/news#b2', 2))], { state: 'rescheduled', tellings: tell('statistics/news#b2') }),
      plan('plan-ad', 'advertising', '광고심의 시스템 점검 취소 안내', [window_(at(now, 2, 9), at(now, 2, 12), { first: now - 7 * day, absent: now - 7 * day - 10 * minute, notice: 'y' }, { verdict: 'no_occasion', why: undefined })], { state: 'cancelled', cancelled_by: now - 8 * hour }),
      plan('plan-home-2', 'homepage', '홈페이지 보안 장비 교체', [window_(at(now, 11, 1), at(now, 11, 5), { first: now - 1 * day, absent: now - 1 * day - 10 * minute, notice: 'z' })]),
      plan('plan-dis-e', 'disclosure', '통합공시시스템 긴급 점검', [window_(at(now, -1, 23), at(now, 0, 1), { first: at(now, -1, 22), absent: at(now, -1, 22) - 10 * minute, notice: 'q' }, { verdict: 'no_occasion', why: undefined })], { type: 'emergency', state: 'completed' }),
    ]
  }

  makeStatements(now) {
    return [
      { id: 'j1', site: 'homepage', at: now - 7 * day, by: 'lee', name: '이책임', why: '접속 기록으로 확인함', what: 'judgement', judgement: { appeal: 'ap1', upheld: true } },
      { id: 'ap2', site: 'disclosure', at: now - 4 * hour, by: 'park', name: '박담당', why: '방화벽이 점검 주소를 막았습니다. 같은 시간 고객 접속은 정상이었습니다.', what: 'appeal', appeal: { outage: 'disclosure@0', ground: 'probe_blocked', evidence: '방화벽 기록 2026-1123', from: now - 9 * hour, to: now - 8.6 * hour, addendum: false } },
      { id: 'ap1', site: 'homepage', at: now - 8 * day, by: 'park', name: '박담당', why: '관측 지점의 회선 작업이었습니다.', what: 'appeal', appeal: { outage: 'homepage@0', ground: 'vantage_wrong', evidence: '회선 사업자 공문 77호', addendum: false } },
      ...(this.plans.find((p) => p.id === 'work-w1')?.works ?? []),
    ]
  }

  boards(now) {
    if (!this.full) return []
    const b = (site, name, kind, more = {}) => ({ id: `${site}/${name}`, site, kind, url: `https://${site}.model.example/notice`, every_ms: 10 * minute, outage_only: false, sites: [site], status: 'ok', since: now - 9 * day, seen_at: now - 3 * minute, last_ok: now - 3 * minute, ...more })
    return [
      b('homepage', 'news', 'html'), b('statistics', 'news', 'feed'), b('regulations', 'news', 'html'),
      b('professionals', 'news', 'html', { status: 'layout', detail: 'no row matches', since: now - 2.2 * hour, last_ok: now - 2.3 * hour }),
      b('disclosure', 'outage', 'page', { outage_only: true, every_ms: minute, status: 'ok' }),
    ]
  }

  outages(sites, now) {
    if (!this.full) return []
    const parts = { planned_ms: 0, unsettled_ms: 0, late_ms: 0, overrun_ms: 0, emergency_ms: 0, unannounced_ms: 0, unknown_ms: 0, contested_ms: 0 }
    const duty = (clause, o, limit, verdict, why, met) => ({ clause, subject: o.id, start: o.start, limit, verdict, why, met })
    const account = (o, p, obligations, announcements = []) => ({ ...o, account: { ...parts, ...p, obligations, announcements } })
    const out = []
    for (const s of sites) {
      const o = s.outage
      if (!o) continue
      const length = now - o.start
      const part = o.part ?? 'unannounced'
      const told = part === 'planned' ? [{ outage: o.id, eta: now + 95 * minute, last_absent: now - 6.1 * day, first_seen: now - 6 * day, where: 'service-centre/news', notice: 'x', outside: false }] : s.site === 'regulations' ? [{ outage: o.id, eta: now + hour, last_absent: o.start + 11 * minute, first_seen: o.start + 12 * minute, where: 'regulations/outage', notice: 'x', outside: false }, { outage: o.id, eta: now + 2 * hour, last_absent: o.start + 31 * minute, first_seen: o.start + 32 * minute, where: 'regulations/outage', notice: 'x', outside: false }] : []
      out.push(account(o, part === 'overrun' ? { planned_ms: length - 22 * minute, overrun_ms: 22 * minute } : { [`${part}_ms`]: length }, [
        told.length ? duty('recovery-announcement', o, o.start + 30 * minute, 'kept', 'in_time', Math.max(o.start, told[0].first_seen)) : duty('recovery-announcement', o, o.start + 30 * minute, length > 30 * minute ? 'broken' : 'at_risk', length > 30 * minute ? 'not_announced' : 'not_announced_yet'),
        duty('recovery-time', o, o.start + 2 * day, 'at_risk', 'not_restored_yet'),
      ], told))
    }
    const old = { id: 'disclosure@0', site: 'disclosure', start: now - 9 * hour, confirmed_at: now - 9 * hour + minute, end: now - 8.4 * hour, reason: 'tls_handshake', cause: 'certificate' }
    out.push(account(old, { unannounced_ms: 36 * minute }, [
      duty('recovery-announcement', old, old.start + 30 * minute, 'kept', 'in_time', old.start + 20 * minute),
      duty('recovery-time', old, old.start + 2 * day, 'kept', 'in_time', old.end),
    ], [{ outage: old.id, eta: now - 8 * hour, first_seen: old.start + 20 * minute, where: '고객센터 전화 안내', proof: '통화 안내 대장 31쪽', outside: true }]))
    const seen = { id: 'homepage@0', site: 'homepage', start: now - 8.5 * day, confirmed_at: now - 8.5 * day + minute, end: now - 8.5 * day + 50 * minute, reason: 'timeout', cause: 'network' }
    out.push(account(seen, { unknown_ms: 50 * minute, contested_ms: 50 * minute }, [
      duty('recovery-announcement', seen, seen.start + 30 * minute, 'unproven', 'not_announced'),
      duty('recovery-time', seen, seen.start + 2 * day, 'kept', 'in_time', seen.end),
    ]))
    return out.sort((a, b) => b.start - a.start)
  }

  /** Answers what the pages ask; undefined for what they do not. */
  answer(method, path, query, body, token, sites, now, lang) {
    const paper = this.paper.answer(method, path, query, body, token, now, lang)
    if (paper) return paper
    const floor = this.floor.answer(method, path, query, body, token, sites, now)
    if (floor) return floor
    const of = (list) => [200, list.filter((x) => !query.get('site') || x.site === query.get('site') || x.board?.startsWith(`${query.get('site')}/`))]
    if (method === 'GET') {
      if (path === '/api/v1/plans') return of(this.plans ?? [])
      if (path === '/api/v1/notices') return of(this.notices ?? [])
      if (path === '/api/v1/boards') return of(this.boards(now))
      if (path === '/api/v1/statements') return of(this.said)
      if (path === '/api/v1/outages') return of(this.outages(sites, now))
      if (path.startsWith('/api/v1/notices/')) return [404, { type: 'urn:charterwatch:not_found', title: 'no picture of that page was kept', status: 404 }]
      return undefined
    }
    if (path === '/api/v1/notices/lint') return [200, lint(JSON.parse(body))]
    if (!token) return [401, { type: 'urn:charterwatch:no_actor', title: 'this needs an actor', status: 401 }]
    if (token === 'viewer') return [403, { type: 'urn:charterwatch:not_permitted', title: "the token's role may not do this", status: 403 }]
    if (path.endsWith('/judge')) return [422, { type: 'urn:charterwatch:refused_own_appeal', title: 'statement refused: own appeal', status: 422 }]
    return [200, {}]
  }
}

function lint(o) {
  const meant = o.windows ?? []
  const w = meant[0]
  const good = !!w && /\d/.test(o.text)
  return {
    ok: false,
    reading: reading({ windows: good ? [{ start: w.start + hour, end: w.end }] : [], needs_review: true, problems: ['weekday_mismatch'] }),
    differences: w ? [{ code: good ? 'start_differs' : 'window_missing', want: w, read: good ? { start: w.start + hour, end: w.end } : undefined }] : [],
    ...(w ? limits(w.start) : {}),
    suggested: w && {
      ko: { title: '홈페이지 정기점검 안내', body: '안녕하세요. 아래와 같이 서비스가 중단됩니다.\n\n■ 일시: 2026년 12월 12일(토) 22:00 ~ 2026년 12월 13일(일) 02:00 (한국시간)\n■ 대상: 홈페이지\n\n이용에 불편을 드려 죄송합니다.' },
      en: { title: 'Scheduled maintenance of the Homepage', body: 'The service will be unavailable at the following time.\n\nWhen: Saturday, 12 December 2026, 22:00 to Sunday, 13 December 2026, 02:00 (KST)\nWhat: Homepage\n\nWe apologise for the inconvenience.' },
    },
  }
}
