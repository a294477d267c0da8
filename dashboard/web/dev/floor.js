// What the made-up association knows of alerts, silences, people on call and the watch floor.
// Everything here is invented.
const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

const seoulDay = (ms) => Math.floor((ms + 9 * hour) / day) * day - 9 * hour
const monday = (ms) => seoulDay(ms) - ((Math.floor((ms + 9 * hour) / day) + 3) % 7) * day

const people = [
  { id: 'kim', name: { ko: '김운영', en: 'Kim Un-yeong' }, receivers: ['kim-sms', 'kim-mail'] },
  { id: 'lee', name: { ko: '이담당', en: 'Lee Dam-dang' }, receivers: ['lee-sms'], language: 'ko' },
  { id: 'park', name: { ko: '박보안', en: 'Park Bo-an' }, receivers: ['park-sms'] },
  { id: 'head', name: { ko: '최팀장', en: 'Choi, head of team' }, receivers: ['choi-call'] },
]

export class Floor {
  constructor(now, name) {
    this.full = name === 'busy' || name === 'trouble'
    this.external = name === 'external'
    this.staffed = this.full || name === 'calm' || this.external
    this.now = now
    this.changed = now
    this.silences = this.full ? this.makeSilences(now) : []
    this.acked = {}
    this.taken = name === 'calm'
  }

  state(sites, now) {
    const open = this.alerts(sites, now).filter((a) => !a.drill && ['critical', 'warning'].includes(a.severity))
    const of = (s) => open.filter((a) => a.severity === s && !a.acked && !a.held).length
    const w = this.current(now)
    return {
      critical: of('critical'), warning: of('warning'), acknowledged: open.filter((a) => a.acked).length, held: open.filter((a) => a.held && !a.acked).length,
      drills: this.full ? 1 : 0, changed: this.changed,
      shift: w && { shift: w.shift, start: w.start, end: w.end, due: w.due, taken_by: w.taken?.name, taken_at: w.taken?.at, verdict: w.verdict, why: w.why },
    }
  }

  alerts(sites, now) {
    if (!sites.length) return []
    const alert = (rule, severity, site, start, more = {}) => {
      const s = sites.find((x) => x.site === site)
      const id = `${rule}-${Math.abs(Math.imul(rule.length * 7919 + (site ?? 'm').length, 2654435761)).toString(16).padStart(12, '0').slice(0, 12)}${more.drill ? 'd' : ''}`
      const matchers = [`alertname="${rule}"`, ...(site ? [`site="${site}"`] : []), ...(more.check ? [`check="${more.check}"`] : [])]
      const made = {
        id, rule, severity, site, name: s?.name, owner: s?.owner, start, raised: start + minute, reason: 'ok', cause: '', silences: [], drill: false, matchers,
        told: { delivered: 2, failing: 0, last: start + 2 * minute }, ...more,
      }
      if (this.acked[id]) made.acked = this.acked[id]
      return made
    }
    const dog = alert('Watchdog', 'none', undefined, now - 9 * day, { told: undefined })
    if (!this.full) return [dog]
    const down = now - 14 * minute - 23_000
    return [
      alert('SiteDown', 'critical', 'disclosure', down, {
        subject: 'disclosure@1', clause: 'availability', reason: 'connect_refused', cause: 'network', detail: 'connect 203.0.113.7:443: refused', vantages: ['서울', '부산'],
        clock: 'restoration', limit: down + 48 * hour, told: { delivered: 3, failing: 1, last: now - 4 * minute },
      }),
      alert('WorkOverrun', 'critical', 'education', now - 22 * minute, { subject: 'plan-x', clause: 'maintenance-notice', title: '교육원 서버 교체', reason: 'status', cause: 'server', acked: { by: 'token/2', name: '이담당', at: now - 12 * minute } }),
      alert('RecoveryUnannounced', 'critical', 'education', now - 3.4 * hour, { subject: 'education@1', clause: 'recovery-announcement', reason: 'status', cause: 'server', clock: 'announcement', limit: now - 2.9 * hour, told: { delivered: 4, failing: 0, last: now - 31 * minute } }),
      alert('SiteDown', 'critical', 'service-centre', now - 38 * minute, { subject: 'service-centre@1', clause: 'availability', reason: 'status', cause: 'server', detail: '503', vantages: ['서울'], held: now + 95 * minute, clock: 'restoration', limit: now + 47 * hour, told: undefined }),
      alert('RecoveryUnannounced', 'warning', 'disclosure', down, { subject: 'disclosure@1', clause: 'recovery-announcement', reason: 'connect_refused', cause: 'network', clock: 'announcement', limit: down + 30 * minute }),
      alert('NoticeMissing', 'warning', 'disclosure', now - 6 * hour, { subject: 'work-w1', title: '공시 서버 이중화 작업', detail: '공시 서버 이중화 작업', clause: 'maintenance-notice', clock: 'posting', limit: now + 2.4 * day, percent: 50 }),
      alert('LatencyHigh', 'warning', 'statistics', now - 37 * minute, { check: 'statistics/front', silences: ['s1'], told: undefined }),
      alert('NoticeUnclear', 'warning', 'professionals', now - 41 * minute, { subject: 'professionals/news#d4', title: '전문인력조회 서비스 일시 중단 안내', detail: '전문인력조회 서비스 일시 중단 안내', clause: 'maintenance-notice' }),
      alert('BurnSlow', 'warning', 'education', now - 2 * hour, { clause: 'availability', percent: 34, detail: '24h0m0s', acked: { by: 'token/2', name: '이담당', at: now - hour } }),
      alert('DeliveryFailing', 'critical', undefined, now - 9 * minute, { subject: 'park-sms/webhook', told: { delivered: 1, failing: 0, last: now - 8 * minute } }),
      alert('DiskLow', 'warning', undefined, now - 5 * hour, { percent: 7, uncommitted: true }),
      alert('ShiftUntaken', 'warning', undefined, now - 40 * minute, { subject: '주간 2026-11-24', clause: 'security-watch', limit: now - 25 * minute }),
      alert('SiteDegraded', 'info', 'statistics', now - 36 * minute, { told: undefined }),
      alert('SiteDown', 'critical', 'library', now - 8 * minute, { drill: true, subject: 'd1', detail: '분기 야간 호출 훈련', told: { delivered: 1, failing: 0, last: now - 7 * minute } }),
      dog,
    ]
  }

  history(sites, now) {
    return this.alerts(sites, now).filter((a) => a.rule !== 'Watchdog').map((a, i) => ({
      ...a, id: `${a.id}h`, start: a.start - (i + 1) * 7 * hour, raised: a.raised - (i + 1) * 7 * hour, end: a.start - (i + 1) * 7 * hour + (i + 1) * 9 * minute, held: undefined, silences: [],
      acked: i % 3 ? { by: 'token/1', name: '김운영', at: a.start - (i + 1) * 7 * hour + 4 * minute } : undefined,
    }))
  }

  receipts(a, now) {
    if (!a.told) return []
    const r = (id, ago, status, receiver, channel, more = {}) => ({ id, at: now - ago, status, receiver, channel, firing: [a.id], resolved: [], attempts: 1, took_ms: 340, drill: a.drill, ...more })
    return [
      ...(a.told.failing ? [r(4, 4 * minute, 'failing', 'park-sms', 'webhook', { person: 'park', name: people[2].name, policy: 'on-call', step: 2, attempts: 6, problem: 'the receiver answered 500' })] : []),
      r(3, 12 * minute, 'delivered', 'kim-sms', 'webhook', { person: 'kim', name: people[0].name, policy: 'on-call', step: 1 }),
      r(2, 13 * minute, 'delivered', 'security-team', 'email'),
      ...(a.told.failing ? [r(1, 13 * minute, 'failed', 'old-chat', 'slack', { problem: 'the receiver answered 404' })] : []),
    ]
  }

  makeSilences(now) {
    return [
      { id: 's1', matchers: ['alertname="LatencyHigh"', 'site="statistics"'], starts: now - 2 * hour, ends: now + 2 * hour + 11 * minute, by: '이담당', why: '월말 통계 적재로 느림. 새벽에 끝남', state: 'active', alerts: ['LatencyHigh'] },
      { id: 's2', matchers: ['site=~"library|education"', 'severity!="critical"'], starts: now + 5 * hour, ends: now + 9 * hour, by: '김운영', why: '교육원 서버 교체', state: 'pending', alerts: [] },
      { id: 's3', matchers: ['alertname="DiskLow"'], starts: now - 3 * day, ends: now - 2 * day, by: '김운영', why: '디스크 증설 주문함', state: 'expired', alerts: [] },
    ]
  }

  onCall(from, now) {
    const schedules = this.full || this.external ? [['first', '1선', 'First line', ['kim', 'lee', 'park'], 7], ['second', '2선', 'Second line', ['head', 'kim'], 14]] : []
    const turnAt = (list, days, at) => {
      const origin = monday(now) - 4 * 7 * day + 9 * hour
      const n = Math.floor((at - origin) / (days * day))
      return { person: list[((n % list.length) + list.length) % list.length], from: origin + n * days * day, to: origin + (n + 1) * days * day, cover: false }
    }
    const covered = { from: seoulDay(now) + day + 9 * hour, to: seoulDay(now) + 3 * day + 9 * hour, person: 'park' }
    const pieces = (id, list, days, a, b) => {
      const out = []
      for (let at = a; at < b; ) {
        const t = turnAt(list, days, at)
        const c = id === 'first' && at >= covered.from && at < covered.to
        const end = Math.min(b, t.to, c ? covered.to : id === 'first' && covered.from > at ? covered.from : b)
        out.push({ person: c ? covered.person : t.person, from: at, to: end, cover: c })
        at = end
      }
      return out
    }
    return {
      people,
      schedules: schedules.map(([id, ko, en, list, days]) => {
        const t = turnAt(list, days, now)
        return {
          id, name: { ko, en }, people: list, days, now: t, next: turnAt(list, days, t.to),
          plan: Array.from({ length: 28 }, (_, i) => {
            const a = from + i * day
            return { day: new Date(a + 9 * hour).toISOString().slice(0, 10), from: a, to: a + day, turns: pieces(id, list, days, a, a + day) }
          }),
        }
      }),
      escalations: schedules.length ? [{ receiver: 'on-call', severities: ['critical'], repeat: 2, steps: [{ after_ms: 0, schedules: ['first'], people: [], receivers: [] }, { after_ms: 10 * minute, schedules: ['second'], people: [], receivers: ['situation-room'] }, { after_ms: 30 * minute, schedules: [], people: ['head'], receivers: [] }] }] : [],
      quiet: schedules.length ? [{ severities: ['warning', 'info'], from: '22:00', to: '07:00', days: [0, 1, 2, 3, 4, 5, 6] }] : [],
      covers: schedules.length ? [{ id: 'c1', site: '_monitor', at: now - 5 * hour, by: 'token/2', name: '이담당', why: '연차', what: 'cover', cover: { schedule: 'first', person: 'park', from: covered.from, to: covered.to } }] : [],
    }
  }

  watches(now) {
    const out = []
    for (let d = 14; d >= 0; d--) {
      for (const [shift, h] of [['주간', 9], ['야간', 21]]) {
        const start = seoulDay(now) - d * day + h * hour
        if (start > now) continue
        const w = { shift, start, end: start + 12 * hour, due: start + 15 * minute }
        const name = shift === '주간' ? '김운영' : '박보안'
        const n = d * 2 + (h === 9 ? 0 : 1)
        if (w.end > now) {
          if (this.taken) w.taken = { by: 'token/1', name, at: start + 4 * minute }
          out.push({ ...w, verdict: !this.taken && now > w.due ? 'broken' : 'at_risk', why: this.taken ? 'not_handed_over_yet' : now > w.due ? 'not_taken' : 'not_taken_yet' })
          continue
        }
        if (n === 9) { out.push({ ...w, verdict: 'broken', why: 'not_taken' }); continue }
        w.taken = { by: 'token/1', name, at: start + (n === 14 ? 32 : 4) * minute }
        if (n !== 2) w.handed = { by: 'token/1', name, at: w.end + 3 * minute, note: '통합공시시스템 재시작 뒤 안정됨.\n교육원 점검 연장 여부를 09:00에 담당자에게 확인할 것.', alerts: ['a', 'b'], outages: ['x'], silences: ['s1'], clocks: [] }
        const verdict = n === 14 || n === 2 ? 'broken' : 'kept'
        out.push({ ...w, verdict, why: n === 14 ? 'taken_late' : n === 2 ? 'not_handed_over' : 'taken_and_handed_over' })
      }
    }
    return out.reverse()
  }

  current(now) {
    return this.staffed && !this.external ? this.watches(now).find((w) => w.start <= now && now < w.end) : undefined
  }

  floor(sites, now) {
    const current = this.current(now)
    const rules = ['SiteDown', 'SiteDegraded', 'CheckDown', 'RecoveryUnannounced', 'WorkOverrun'].map((rule) => ({ rule, monitor: false }))
    return {
      shifts: current ? [{ name: '주간', from: '09:00', people: ['김운영', '이담당'] }, { name: '야간', from: '21:00', people: ['박보안'] }] : [],
      grace_ms: 15 * minute, current, next: current && { shift: current.shift === '주간' ? '야간' : '주간', start: current.end, end: current.end + 12 * hour, due: current.end + 15 * minute, verdict: 'at_risk', why: 'not_taken_yet' },
      watches: current ? this.watches(now) : [],
      stands: {
        alerts: this.alerts(sites, now).filter((a) => !a.drill && a.severity !== 'none'), outages: this.full ? sites.filter((s) => s.outage).map((s) => s.outage) : [],
        silences: this.silences.filter((s) => s.state === 'active'), clocks: this.full ? sites.flatMap((s) => s.clocks).filter((c) => !c.met).slice(0, 6) : [],
      },
      rules: [...rules, { rule: 'UplinkDown', monitor: true }, { rule: 'DeliveryFailing', monitor: true }],
    }
  }

  /** Answers what the pages ask; undefined for what they do not. */
  answer(method, path, query, body, token, sites, now) {
    const part = path.replace('/api/v1/', '')
    if (method === 'GET') return this.read(part, query, sites, now)
    if (!/^(acknowledgements|silences|covers|takings|hand-overs|drills)/.test(part)) return undefined
    if (!token || token === 'viewer') return undefined // the desk refuses
    this.changed = now
    const o = JSON.parse(body)
    if (part === 'acknowledgements') for (const id of o.alerts) this.acked[id] = { by: 'token/1', name: '김운영', at: now }
    if (part === 'takings') this.taken = true
    if (part === 'hand-overs' && !o.note.trim()) return [422, { type: 'urn:charterwatch:refused_no_note', title: 'statement refused: no note', status: 422 }]
    if (part === 'silences') this.silences.unshift({ id: `s${now}`, starts: now, by: '김운영', state: 'active', alerts: [], ...o })
    const ended = method === 'DELETE' && this.silences.find((s) => part === `silences/${s.id}`)
    if (ended) ended.state = 'expired'
    return [200, {}]
  }

  read(part, query, sites, now) {
    const all = this.alerts(sites, now)
    const of = (list) => list.filter((a) => !query.get('site') || (a.site ?? '_monitor') === query.get('site'))
    if (part === 'alerts') return [200, of(query.get('open') === 'false' ? this.history(sites, now) : all)]
    if (part.startsWith('alerts/')) {
      const a = [...all, ...this.history(sites, now)].find((x) => x.id === decodeURIComponent(part.slice(7)))
      if (!a) return [404, { type: 'urn:charterwatch:not_found', title: 'there is no such alert on record', status: 404 }]
      const answers = a.acked ? [{ id: 'k1', site: a.site, at: a.acked.at, by: a.acked.by, name: a.acked.name, why: '담당자와 통화 중', what: 'acknowledgement', acknowledgement: { alerts: [a.id] } }] : []
      return [200, { ...a, receipts: this.receipts(a, now), acknowledgements: answers }]
    }
    if (part === 'silences') {
      if (this.external) return [200, { inside: false, silences: [] }]
      return [200, { inside: true, silences: this.silences.map((s) => ({ ...s, alerts: all.filter((a) => a.silences.includes(s.id)).map((a) => a.id) })) }]
    }
    if (part === 'on-call') return [200, this.onCall(Number(query.get('from')) || monday(now), now)]
    if (part === 'watch-floor') return [200, this.floor(sites, now)]
    return undefined
  }
}
