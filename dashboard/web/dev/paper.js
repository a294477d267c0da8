// What the made-up association has on paper: a scorecard, reports, evidence, cases, attestations.
// Everything here is invented.
import { createHash } from 'node:crypto'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

const monthOf = (ms) => new Date(ms + 9 * hour).toISOString().slice(0, 7)
const monthsOn = (m, n) => {
  const [y, k] = m.split('-').map(Number)
  return new Date(Date.UTC(y, k - 1 + n, 1)).toISOString().slice(0, 7)
}
const digest = (n) => 'c0ffee0123456789abcdef'.repeat(3).slice(n % 7).padEnd(64, String(n)).slice(0, 64)
const refused = (rule) => [422, { type: `urn:charterwatch:refused_${rule}`, title: `statement refused: ${rule}`, status: 422 }]
const denied = [403, { type: 'urn:charterwatch:not_permitted', title: "the token's role may not do this", status: 403 }]

// id, title, verdict, trend, before, method, basis, words, why
const clauses = [
  ['availability', '365일 웹사이트 운영', 'Served every day', 'broken', 'worse', 'kept', 'served_days', 'probe', '365일 웹사이트를 운영하겠습니다', '31일 가운데 1일을 제공하지 못했습니다. 계획되지 않은 중단은 모두 1시간 14분이며 대부분 통합공시시스템에서 났습니다', '1 of 31 days were not served; unplanned downtime on them was 1 h 14 min in all, most of it at Disclosure system'],
  ['maintenance-notice', '정기점검 3일 전 안내', 'Maintenance announced ahead', 'unproven', 'same', 'unproven', 'announced_work', 'notice', '정기 점검시간은 3일 이전에 해당 웹사이트를 통해서 알려드리겠습니다', '정기점검 안내 4건 가운데 1건은 기한을 지켰는지 알 수 없습니다', 'of 1 of 4 notices of regular maintenance nobody can say whether they were in time'],
  ['recovery-announcement', '복구 예정 안내', 'Recovery announced', 'kept', 'better', 'broken', 'announced_recovery', 'notice', '서비스의 중단이 발생된 경우, 복구 예정일을 즉각 안내해 드리고', '복구 예정 안내 2건이 모두 기한 안에 있었습니다(관측 기준)', 'all 2 announcements of a recovery time were in time, as observed'],
  ['recovery-time', '2일 이내 복구', 'Restored in time', 'kept', 'same', 'kept', 'restored_in_time', 'probe', '2일 이내에 서비스가 정상화될 수 있도록 조치하겠습니다', '복구 2건이 모두 기한 안에 끝났습니다(관측 기준)', 'all 2 restorations were in time, as observed'],
  ['inquiry-online', '온라인 문의 답변', 'Online inquiries answered', 'at_risk', 'worse', 'kept', 'each_case', 'record', '온라인으로 문의하실 경우 1일 이내 답변 드리겠습니다.', '사례 3건이 진행 중이며 다음 기한은 2026-11-25 24:00입니다', '3 cases are pending; the next limit is 2026-11-26 00:00'],
  ['security-incidents', '보안 침해사고 차단', 'No known intrusions', 'kept', 'same', 'kept', 'none_known', 'record', '보안 침해사고를 100% 차단하겠습니다', '알려진 사고 0건(출처 4/4)', '0 known incidents (4 of 4 sources)'],
  ['security-consulting', '정보보호 컨설팅', 'Security consulting', 'kept', 'same', 'kept', 'in_date', 'attestation', '주기적인 정보보호 컨설팅을 통해 보안 무사고 운영을 실현하겠습니다', '2026 정보보호 컨설팅: 2027-02-28까지 확인됨', '2026 security consulting: attested until 2027-02-28'],
  ['satisfaction-survey', '고객만족도 조사', 'Satisfaction survey', 'at_risk', 'same', 'at_risk', 'yearly', 'attestation', '고객만족도 조사를 연 1회 이상 실시하겠습니다', '올해는 아직 확인되지 않았습니다. 2027-01-01까지 해야 합니다', 'not attested this year; due before 2027-01-01'],
  ['privacy-sweeps', '개인정보 노출 점검', 'Privacy sweeps', 'unproven', 'new', undefined, 'not_observed', 'sweep', '주기적인 개인정보 노출 점검', '아직 이것을 관측하지 않습니다', 'nothing observes this yet'],
  ['guarantee', '서비스 보증', 'Service guarantee', 'no_occasion', 'same', 'no_occasion', 'each_case', 'record', '사실 확인 후 그 결과를 1일 이내에 알려드리고', '사례가 발생하지 않았습니다', 'no cases occurred'],
]
const duties = [
  { id: 'leak-persons', of: 'leak', to: { ko: '정보주체에게 통지', en: 'the persons concerned are told' }, when: { ko: '', en: '' }, within_ms: 72 * hour, from: '2023-09-15', source: { ko: '개인정보 보호법 제34조제1항', en: 'Personal Information Protection Act art. 34 (1)' } },
  { id: 'leak-authority', of: 'leak', to: { ko: '개인정보보호위원회 또는 한국인터넷진흥원에 신고', en: 'report to the Personal Information Protection Commission or KISA' }, when: { ko: '1천 명 이상, 민감정보나 고유식별정보, 또는 외부의 불법적인 접근에 의한 유출', en: '1,000 persons or more, sensitive or uniquely identifying data, or illegal access from outside' }, within_ms: 72 * hour, from: '2023-09-15', source: { ko: '개인정보 보호법 제34조제3항', en: 'Personal Information Protection Act art. 34 (3)' } },
  { id: 'intrusion-authority', of: 'intrusion', to: { ko: '과학기술정보통신부장관 또는 한국인터넷진흥원에 신고', en: 'report to the Minister of Science and ICT or KISA' }, when: { ko: '', en: '' }, within_ms: 24 * hour, from: '2024-08-14', source: { ko: '정보통신망법 제48조의3', en: 'Network Act art. 48-3' } },
]
const basisNames = { probe: ['탐지', 'probe'], notice: ['공지', 'notice'], record: ['기록', 'record'], attestation: ['확인서', 'attestation'], sweep: ['점검', 'sweep'] }

export class Paper {
  constructor(now, name) {
    this.full = name === 'busy' || name === 'trouble'
    this.trouble = name === 'trouble'
    this.off = name === 'external'
    this.now = now
    const last = monthsOn(monthOf(now), -1)
    this.reports = this.full ? this.makeReports(now, last) : []
    this.incidents = this.full ? [
      { id: 'x2', at: now - 3 * hour, by: '김보안', ref: 'SEC-2026-8', kind: 'leak', detected: now - 40 * hour, known: now - 60 * hour, reports: [{ duty: 'leak-persons', at: now - 20 * hour, proof: '안내문 2026-31' }], clocks: [{ duty: 'leak-authority', limit: now + 12 * hour, state: 'running' }, { duty: 'leak-persons', limit: now + 12 * hour, state: 'told' }] },
      { id: 'x1', at: now - 5 * day, by: '김보안', ref: 'SEC-2026-7', kind: 'intrusion', known: now - 6 * day, confirmed: now - 5.5 * day, reports: [], clocks: [{ duty: 'intrusion-authority', limit: now - 5 * day, state: 'overdue' }] },
    ] : []
    this.attestations = this.full ? this.makeAttestations(now) : []
    this.months = this.full ? [{ id: 'mr1', at: now - 20 * day, by: '김보안', clause: 'security-incidents', month: last, known: 0, sources: ['관제 센터', '방화벽', '인터넷진흥원 통보', '직원 신고'].map((n) => ({ name: n, reported: true })) }] : []
    this.imports = this.full ? [{ id: 'i2', at: now - 3 * day, by: '박상담', source: 'file', sha256: digest(2), count: 214 }, { id: 'i1', at: now - 34 * day, by: '박상담', source: 'api', count: 3 }] : []
  }

  makeReports(now, last) {
    const counts = { kept: 18, at_risk: 2, broken: 1, unproven: 16, no_occasion: 2 }
    const r = (id, more) => ({ id, month: id.slice(0, 7), digest: digest(id.length + Number(id.slice(5, 7))), made: now - 2 * day, deadline: now + 3 * day, counts, sent: 0, opened: 0, roles: ['drafter', 'reviewer', 'approver'], signatures: [], decisions: [], comments: [], receipts: [], ...more })
    const sign = (role, name, at, d) => ({ role, name, at, digest: d, record: `statement/${role}-9f2c1a77` })
    const draft = r(last, { state: 'review' })
    draft.signatures = [sign('drafter', '김작성', now - 26 * hour, draft.digest)]
    draft.decisions = [{ ko: '회선 이중화 예산을 4분기에 집행할지 결정해 주십시오.', en: 'Whether the second line is paid for in the fourth quarter.' }, { ko: '점검 공지를 게시판 담당이 먼저 올리도록 절차를 바꿀지 정해 주십시오.', en: '' }]
    draft.comments = [{ name: '이검토', at: now - 20 * hour, clause: 'availability', text: '7일의 중단은 회선 사업자 장애입니다. 이의가 있으면 접수하고, 없으면 담당 부서의 재발 방지 대책을 붙여 주십시오.' }]
    const before = monthsOn(last, -1)
    const old = r(before, { state: 'unsigned', made: now - 33 * day, deadline: now - 28 * day, closed: now - 28 * day, published: now - 28 * day, proof: 'smtp_accepted: staff@model.example' })
    old.signatures = [sign('drafter', '김작성', now - 32 * day, old.digest), sign('reviewer', '이검토', now - 30 * day, old.digest)]
    old.receipts = [{ to: 'chair@model.example', at: now - 28 * day, got: 'sent', how: 'smtp_accepted' }, { to: 'staff@model.example', at: now - 28 * day, got: 'sent', how: 'smtp_accepted' }, { to: 'chair@model.example', at: now - 27.4 * day, got: 'opened', how: 'link' }]
    const fix = r(`${before}+1`, { state: 'signed', made: now - 20 * day, closed: now - 18 * day, deadline: now - 15 * day, published: now - 17 * day, proof: '그룹웨어 공지 2026-311' })
    fix.signatures = [sign('drafter', '김작성', now - 19 * day, fix.digest), sign('reviewer', '이검토', now - 18.5 * day, fix.digest), sign('approver', '정승인', now - 18 * day, fix.digest)]
    return [draft, fix, old]
  }

  makeAttestations(now) {
    const date = (ms) => new Date(ms).toISOString().slice(0, 10)
    const a = (id, clause, what, signer, from, until, state) => ({ id, at: from, by: '박담당', clause, what, signer, signed: date(from), from: date(from), until: date(until), proof: { name: `${id}.pdf`, sha256: digest(id.length), size: 120_000 }, state })
    return [
      a('consulting-2026', 'security-consulting', '2026 정보보호 컨설팅', '정보보호최고책임자 김보안', now - 200 * day, now + 96 * day, 'in_date'),
      a('accessibility-2025', 'accessibility', '웹 접근성 품질인증', '정보시스템부장 오전산', now - 340 * day, now + 24 * day, 'expiring'),
      a('panel-2025', 'advisory-panel', '고객 자문회의 개최', '고객만족팀장 한고객', now - 420 * day, now - 55 * day, 'lapsed'),
    ]
  }

  scorecard(month, lang, signed) {
    const ko = lang !== 'en'
    const list = clauses.map(([id, tk, te, verdict, trend, before, method, basis, words, wk, we]) => {
      const record = basis === 'record' || basis === 'attestation'
      const t = this.now - 12 * day
      const occasions = method === 'served_days' ? [
        { site: 'disclosure', name: { ko: '통합공시시스템', en: 'Disclosure system' }, subject: '2026-11-07', start: t, limit: t + day, verdict: 'broken', rule: 'not_served', why: ko ? '제공하지 못함' : 'not served' },
        { site: 'homepage', name: { ko: '홈페이지', en: 'Homepage' }, subject: '2026-11-07', start: t, limit: t + day, met: t + day, verdict: 'kept', rule: 'served', why: ko ? '제공함' : 'served' },
      ] : id === 'inquiry-online' ? [{ subject: 'Q-2026-1187', start: t, limit: this.now + day, verdict: 'at_risk', rule: 'not_done_yet', why: ko ? '아직 처리하지 않음' : 'not done yet' }] : []
      const evidence = method === 'not_observed' ? [] : [{ kind: 'outage', id: 'outage/disclosure@20261107T0014' }, { kind: 'hour', id: 'hour/2026-11-07T00' }]
      const hide = record && !signed
      const why = ko ? wk : we
      return {
        id, title: { ko: tk, en: te }, promise: { ko: '매일 서비스를 제공하고, 확인된 계획되지 않은 중단이 하루 60분을 넘지 않는다', en: 'Every calendar day was served, with at most 60 minutes of confirmed unplanned downtime' }, words, owner: '정보시스템부', verdict,
        best: verdict === 'unproven' ? 'kept' : verdict, worst: verdict === 'unproven' ? 'broken' : verdict, before, trend, rule: 'x', why, ...(basis === 'probe' || verdict === 'unproven' ? { coverage: basis === 'probe' ? 99_871 : 61_204 } : {}),
        requires: [{
          method, title: ko ? tk : te, basis, basis_name: basisNames[basis][ko ? 0 : 1], verdict, best: verdict, worst: verdict, rule: 'x', why, ...(basis === 'probe' ? { coverage: 99_871 } : {}), kept: 30, broken: verdict === 'broken' ? 1 : 0, unproven: 0, pending: 0,
          ...(id === 'availability' ? { objective: { want: 99_900, got: 99_812, met: false } } : {}),
          occasions: hide ? [] : occasions, occasions_all: id === 'availability' ? 217 : occasions.length, evidence: hide ? [] : evidence, evidence_total: id === 'availability' ? 744 : evidence.length,
        }],
      }
    })
    const counts = { kept: 0, at_risk: 0, broken: 0, unproven: 0, no_occasion: 0 }
    for (const c of list) counts[c.verdict]++
    const closed = this.reports.find((r) => r.month === month && r.closed)
    return { month, source: closed ? 'report' : 'now', report: closed?.id, from: this.now - 30 * day, to: this.now, as_of: closed ? closed.made : Date.now() - 4000, rules: '1', coverage: 99_640, counts, withheld: !signed, clauses: list }
  }

  whole(r, token) {
    const next = r.roles[r.signatures.length]
    const drafts = token === 'operator'
    const signs = token === 'executive'
    const may = [
      ...(drafts ? ['make'] : []), ...(drafts && r.state === 'draft' ? ['submit'] : []), ...((drafts || signs) && !r.closed ? ['comment'] : []), ...(signs && r.state === 'review' ? ['return'] : []),
      ...(next && (r.state === 'review' || r.closed) && (signs || (drafts && next === 'drafter')) ? ['sign'] : []), ...(drafts && r.closed && !r.published ? ['publish'] : []),
    ]
    const got = (g) => new Set(r.receipts.filter((x) => x.got === g).map((x) => x.to)).size
    return { ...r, signed: r.signatures.length, of: r.roles.length, sent: got('sent'), opened: got('opened'), next_to_sign: next, may, files: ['report.pdf', 'report.html', 'report.json', 'verdicts.csv', 'report.xlsx'], languages: ['ko', 'en'], ...this.work(Date.now(), r.id) }
  }

  /** In trouble, last month's report cannot be sent, and an older one is being made. */
  work(now, id) {
    const last = monthsOn(monthOf(this.now), -1)
    const about = (x) => !id || x.report === id || (!x.report && x.month === id.slice(0, 7))
    if (!this.trouble) return { under_way: [], failed: [] }
    return {
      under_way: [{ month: monthsOn(last, -2), step: 'judge', since: now - 2000 }].filter(about),
      failed: [{ month: last, report: last, step: 'send', tries: 4, next: this.now + 23 * minute }, { month: monthsOn(last, -3), step: 'gather', tries: 1, next: this.now - minute }].filter(about),
    }
  }

  step(r, step, o, token, now) {
    if (o.digest !== r.digest) return refused('other_content')
    const who = { operator: '김작성', executive: '이검토' }[token]
    if (!who) return denied
    if (step === 'submit') r.state = 'review'
    if (step === 'comment' || step === 'return') r.comments.push({ name: who, at: now, text: o.why })
    if (step === 'return') Object.assign(r, { state: 'draft', signatures: [] })
    if (step === 'publish') Object.assign(r, { published: now, proof: o.proof })
    if (step === 'sign') {
      if (r.signatures.some((s) => s.name === who)) return refused('signed_twice')
      r.signatures.push({ role: o.role, name: who, at: now, digest: o.digest, record: `statement/${o.role}-1b2c3d4e` })
      if (r.signatures.length === r.roles.length) r.state = 'signed'
    }
    return [200, this.whole(r, token)]
  }

  evidence(id, now) {
    if (!id.startsWith('outage/') && !id.startsWith('statement/') && !id.startsWith('hour/')) return [404, { type: 'urn:charterwatch:not_sealed', title: 'the ledger has no leaf of that id', status: 404 }]
    const checkpoint = 'watch.model.example/charterwatch\n18204\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— watch.model.example/charterwatch 4Xg2Qk3o0m3n\n'
    const body = (end) => JSON.stringify({ format: 'charterwatch outage 2', id: 'disclosure@20261107T0014', site: 'disclosure', start: '2026-11-07T00:14:00Z', ...(end ? { end } : {}), reason: 'connect_refused', checks: ['disclosure/front'], seen: 12345678901234567 })
    const leaf = (n, more) => ({ log: 1, n, kind: id.split('/')[0], at: now - 12 * day, commitment: digest(n), erased: false, proved: true, size: 18_204, checkpoint, has_proof: true, body: body(), ...more })
    return [200, { id, leaves: [
      leaf(9120, { erased: true, body: undefined }), leaf(9188, { proved: false, problem: 'the body is not what the leaf commits to' }), leaf(9204, { signed_at: now - 9 * minute, body: body('2026-11-07T01:28:00Z') }), leaf(18_207, { proved: false, size: undefined, checkpoint: undefined, has_proof: false }),
    ] }]
  }

  export(o, token) {
    if (o.profile === 'full' && !['officer', 'executive'].includes(token)) return [403, { type: 'urn:charterwatch:full_not_permitted', title: 'the full profile holds names of people', status: 403 }]
    if (o.month > monthOf(this.now)) return [404, { type: 'urn:charterwatch:nothing_signed', title: 'nothing was signed of that time', status: 404 }]
    const file = `made up: ${JSON.stringify(o)}`
    const name = ['evidence', o.month, o.clause, o.outage?.replace(/[^A-Za-z0-9._-]+/g, '_'), o.sample && `sample-${o.sample}`, o.profile].filter(Boolean).join('-')
    return [200, file, { 'content-type': 'application/zip', 'content-disposition': `attachment; filename=${name}.zip`, 'repr-digest': `sha-256=:${createHash('sha256').update(file).digest('base64')}:` }]
  }

  cases(o) {
    const lines = (o.csv ?? '').trim().split('\n')
    const problems = lines.flatMap((l, i) => (/01\d-?\d{3,4}-?\d{4}/.test(l) ? [{ line: i + 1, column: 'ref', rule: 'personal', title: '전화번호로 보입니다. 접수 번호만 적으십시오.' }] : []))
    const answer = { cases: lines.length - 1, days: 0, ...(problems.length ? { problems } : {}) }
    if (problems.length) return [o.dry_run ? 200 : 422, answer]
    if (o.dry_run) return [200, answer]
    this.imports.unshift({ id: `i${this.imports.length + 1}`, at: Date.now(), by: '박상담', source: 'file', sha256: o.sha256, count: answer.cases })
    return [200, { ...answer, import: `i${this.imports.length}` }]
  }

  /** Answers what the pages ask; undefined for what they do not. */
  answer(method, path, query, body, token, now, lang) {
    const at = path.replace('/api/v1/', '')
    const [first, id, what, name] = at.split('/').map(decodeURIComponent)
    if (!['scorecard', 'reports', 'evidence', 'evidence-export', 'ledger', 'cases', 'attestations', 'attestation-clocks', 'incidents', 'month-records'].includes(first)) return undefined
    if (first === 'scorecard') {
      if (this.off) return [501, { type: 'urn:charterwatch:no_reports', title: 'this monitor makes no reports', status: 501 }]
      const month = query.get('month')
      if (month < '2026-01') return [404, { type: 'urn:charterwatch:no_month', title: 'nothing was watched in that month', status: 404 }]
      return [200, this.scorecard(month, lang, !!token)]
    }
    if (!token) return [401, { type: 'urn:charterwatch:no_actor', title: 'this needs an actor', status: 401 }]
    const o = method === 'POST' ? JSON.parse(body) : {}
    if (first === 'evidence-export') return this.export(o, token)
    if (first === 'evidence') return query.get('format') === 'proof' ? [200, 'c2sp.org/tlog-proof@v1\n'] : this.evidence(at.slice('evidence/'.length).split('/').map(decodeURIComponent).join('/'), now)
    if (first === 'ledger') return [200, { origin: 'watch.model.example/charterwatch', size: 18_211, signed: 18_204, signed_at: now - 9 * minute, keys: ['watch.model.example/charterwatch+e51b5aa1+AQ3v7cVx0H3gk1JmE0y3sV0c0Qb5l5Jm0q1Zb9kQv9oG'], failing: this.full ? ['https://witness.model.example/'] : [], exports: ['officer', 'executive'].includes(token) ? ['masked', 'full'] : ['masked'] }]
    if (first === 'cases') {
      if (method === 'POST') return this.cases(o)
      const c = (ref, kind, age, more) => ({ ref, kind, received: now - age, ...more })
      return [200, { cases: this.full ? [c('Q-2026-1187', 'online', 20 * hour), c('Q-2026-1190', 'online', 6 * hour, { difficult: true }), c('T-0412', 'callback', 31 * minute), c('Q-2026-1101', 'online', 9 * day, { answered: now - 8 * day })] : [], clocks: this.full ? [{ clause: 'inquiry-online', title: { ko: '온라인 문의 답변', en: 'Answers to online inquiries' }, kind: 'online', ref: 'Q-2026-1187', start: now - 20 * hour, limit: now + 10 * hour, told: false, state: 'tomorrow' }, { clause: 'callback', title: { ko: '30분 이내 연락', en: 'Called back within 30 minutes' }, kind: 'callback', ref: 'T-0412', start: now - 31 * minute, limit: now - minute, told: false, state: 'unclear' }] : [], calls: [], complete: this.full ? [{ kind: 'online', from: '2026-10-01', until: '2026-10-31' }] : [], imports: this.imports }]
    }
    if (first === 'attestation-clocks') return [200, this.full ? [{ clause: 'confidentiality', title: { ko: '비밀 유지', en: 'Confidentiality' }, owner: '준법감시팀', method: 'in_date', state: 'never' }, { clause: 'accessibility', title: { ko: '웹 접근성', en: 'Accessibility' }, owner: '정보시스템부', method: 'in_date', state: 'ending', what: '웹 접근성 품질인증', until: new Date(now + 24 * day).toISOString().slice(0, 10), left: 24 }, { clause: 'advisory-panel', title: { ko: '고객 자문회의', en: 'Advisory panel' }, owner: '고객만족팀', method: 'in_date', state: 'lapsed', since: new Date(now - 54 * day).toISOString().slice(0, 10) }] : []]
    if (first === 'incidents') {
      if (method === 'GET') return [200, { incidents: this.incidents, duties }]
      const x = { id: `x${this.incidents.length}`, at: now, by: '김보안', reports: [], ...o, clocks: duties.filter((d) => d.of === o.kind).map((d) => ({ duty: d.id, limit: o.known + d.within_ms, state: 'running' })) }
      this.incidents = [x, ...this.incidents.filter((y) => y.ref !== x.ref)]
      return [200, x]
    }
    if (first === 'attestations') {
      if (method === 'GET') return [200, this.attestations]
      this.attestations.unshift({ id: `a${this.attestations.length}`, at: now, by: '박담당', ...o, state: 'in_date' })
      return [200, this.attestations[0]]
    }
    if (first === 'month-records') {
      if (method === 'GET') return [200, this.months]
      this.months.unshift({ id: `m${this.months.length}`, at: now, by: '김보안', ...o })
      return [200, this.months[0]]
    }
    if (!id) return [200, { reports: this.reports.map((r) => this.whole(r, token)), may_make: token === 'operator', ...this.work(now) }]
    if (what === 'make') {
      if (token !== 'operator') return denied
      const frozen = this.reports.find((r) => r.month === id && (r.signatures.length || r.closed))
      if (frozen && !o.why) return refused('no_reason')
      this.reports.unshift({ id: frozen ? `${id}+9` : id, month: id, state: 'draft', digest: digest(this.reports.length), made: now, deadline: now + 5 * day, counts: this.scorecard(id).counts, roles: ['drafter', 'reviewer', 'approver'], signatures: [], decisions: o.decisions ?? [], comments: [], receipts: [] })
      return [200, this.whole(this.reports[0], token)]
    }
    const r = this.reports.find((x) => x.id === id)
    if (!r) return [404, { type: 'urn:charterwatch:not_found', title: 'there is no such report on record', status: 404 }]
    if (what === 'files') return [200, `${r.id} ${name}`]
    return what ? this.step(r, what, o, token, now) : [200, this.whole(r, token)]
  }
}
