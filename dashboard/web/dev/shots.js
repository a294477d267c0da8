// Takes pictures of the built app in its states: node dev/shots.js [directory]
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { chromium } from 'playwright-core'
import { examine } from './guide.js'

const out = process.argv[2] ?? 'shots'
mkdirSync(out, { recursive: true })
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] })

const narrow = { width: 360, height: 780 }

async function sign(page) {
  await page.locator('.sign input').fill('operator')
  await page.locator('.sign button').click()
}
async function lint(page) {
  await page.locator('summary', { hasText: '분명한가' }).click()
  const form = page.locator('details[open] form', { has: page.locator('textarea') })
  await form.locator('input[type=datetime-local]').nth(1).fill('2026-12-12T22:00')
  await form.locator('input[type=datetime-local]').nth(2).fill('2026-12-13T02:00')
  await form.locator('input:not([type])').first().fill('홈페이지 점검')
  await form.locator('textarea').fill('12월 12일(금) 23:00 ~ 익일 02:00 점검합니다.')
  await form.locator('button[type=submit]').click()
}
async function review(page) {
  await sign(page)
  await page.locator('input[value=corrected]').first().check()
  await page.locator('.boxed form input:not([type])').first().fill('요일이 틀렸음을 담당자가 확인함')
}
async function diff(page) {
  const card = page.locator('article.plan', { hasText: '[연기]' })
  await card.locator('summary').first().click()
  await card.locator('summary', { hasText: '이전 판과 비교' }).click()
  await card.getByRole('button', { name: '화면 사진 보기' }).first().click()
}
async function declare(page) {
  await page.locator('summary', { hasText: 'Declare' }).click()
  await page.getByRole('button', { name: 'Add a window' }).first().click()
}
async function judge(page) {
  await sign(page)
  await page.locator('summary', { hasText: '판정' }).first().click()
  await page.locator('input[value=yes]').first().check()
  await page.locator('li form input:not([type])').first().fill('맞습니다')
  await page.locator('li form button[type=submit]').first().click()
  await page.locator('summary', { hasText: '이의 제기' }).first().click()
}

async function card(page, words, act) {
  await sign(page)
  const of = page.locator('article.alert', { hasText: words }).first()
  await of.locator('summary', { hasText: act }).click()
  await of.scrollIntoViewIfNeeded()
}

async function openOne(page) {
  await page.locator('article.alert', { hasText: '통합공시시스템' }).first().getByRole('link', { name: '이 알림의 주소' }).click()
}
async function cover(page) {
  await sign(page)
  await page.locator('button.turn').nth(9).click()
}
async function handOver(page) {
  await sign(page)
  await page.getByRole('button', { name: 'Take the shift' }).click()
  await page.locator('summary', { hasText: 'Hand over' }).first().click()
}

async function records(page) {
  await sign(page)
  await page.locator('input[type=file]').first().waitFor({ state: 'attached' })
  for (const s of await page.locator('section.part > details > summary').all()) await s.click()
}
async function csv(page) {
  await sign(page)
  await page.locator('summary', { hasText: 'CSV' }).click()
  await page.locator('input[type=file]').first().setInputFiles({ name: '대장.csv', mimeType: 'text/csv', buffer: Buffer.from('ref,kind,received\n010-1234-5678,online,2026-10-05 09:00\n') })
  await page.locator('form', { has: page.locator('input[accept]') }).locator('button[type=submit]').click()
}
async function clause(page) {
  await page.locator('h3 button').first().click()
  await page.locator('section.requirement summary').first().click()
}
async function signing(page) {
  await page.locator('.sign input').fill('executive')
  await page.locator('.sign button').click()
  await page.locator('summary', { hasText: /서명|Sign as/ }).first().click()
}

async function makingOne(page) {
  await page.route('**/make', () => {}) // never answered
  await page.route('**/api/v1/reports', async (r) => {
    const value = await (await r.fetch()).json()
    await r.fulfill({ json: { ...value, under_way: [{ month: '2026-10', step: 'gather', since: Date.now() }] } })
  })
  await sign(page)
  await page.locator('details.fold summary').click()
  await page.locator('details.fold button[type=submit]').click()
}
async function exporting(page, token, kind, late) {
  if (late) await page.route('**/evidence-export', () => {}) // never answered
  await page.locator('.sign input').fill(token)
  await page.locator('.sign button').click()
  const form = page.locator('form', { has: page.locator('fieldset') })
  await form.locator(`input[value=${kind}]`).check()
  if (kind === 'clause') await form.locator('select').last().selectOption('availability')
  if (token === 'officer') await form.locator('input[value=full]').check()
  await form.locator('input[maxlength="1000"]').fill('2026년 하반기 감사 자료')
  await form.locator('button[type=submit]').click()
}

const wide = { width: 1440, height: 900 }
const shots = [
  { name: 'busy-ko-light', query: 'lang=ko&theme=light' },
  { name: 'busy-en-dark', query: 'lang=en&theme=dark' },
  { name: 'busy-ko-open', query: 'lang=ko&theme=light', full: true, open: true },
  { name: 'calm-ko-light', scene: 'calm', query: 'lang=ko&theme=light' },
  { name: 'calm-ko-dark', scene: 'calm', query: 'lang=ko&theme=dark' },
  { name: 'trouble-ko-dark', scene: 'trouble', query: 'lang=ko&theme=dark', full: true },
  { name: 'empty-en-light', scene: 'empty', query: 'lang=en&theme=light' },
  { name: 'kiosk-ko-dark', query: 'lang=ko&theme=dark&kiosk=1', size: { width: 1920, height: 1080 } },
  { name: 'narrow-ko-light', query: 'lang=ko&theme=light', size: { width: 360, height: 780 }, full: true },
  { name: 'narrow-en-dark-open', query: 'lang=en&theme=dark', size: { width: 360, height: 780 }, full: true, open: true },
  { name: 'tablet-en-light', query: 'lang=en&theme=light', size: { width: 1024, height: 768 } },
  { name: 'stale-ko-light', query: 'lang=ko&theme=light', flags: ['--hush', '4'], wait: 12_000 },
  { name: 'stale-en-dark-narrow', query: 'lang=en&theme=dark', flags: ['--hush', '4'], wait: 12_000, size: { width: 360, height: 780 } },
  { name: 'polling-ko-light', query: 'lang=ko&theme=light', flags: ['--no-socket'], wait: 6_000 },
  { name: 'maintenance-ko-light', query: 'lang=ko&theme=light', page: 'maintenance', full: true },
  { name: 'maintenance-en-dark', query: 'lang=en&theme=dark', page: 'maintenance', full: true },
  { name: 'maintenance-ko-narrow', query: 'lang=ko&theme=light', page: 'maintenance', full: true, size: narrow },
  { name: 'maintenance-en-narrow-dark', query: 'lang=en&theme=dark', page: 'maintenance', full: true, size: narrow },
  { name: 'maintenance-empty-ko', scene: 'empty', query: 'lang=ko&theme=light', page: 'maintenance', full: true },
  { name: 'maintenance-lint-ko', query: 'lang=ko&theme=light', page: 'maintenance', full: true, act: lint },
  { name: 'maintenance-review-ko', query: 'lang=ko&theme=dark', page: 'maintenance', full: true, act: review },
  { name: 'maintenance-diff-ko', query: 'lang=ko&theme=light', page: 'maintenance', full: true, act: diff },
  { name: 'maintenance-declare-en', query: 'lang=en&theme=light', page: 'maintenance', full: true, act: declare },
  { name: 'outages-ko-light', query: 'lang=ko&theme=light', page: 'outages', full: true },
  { name: 'outages-en-dark', query: 'lang=en&theme=dark', page: 'outages', full: true },
  { name: 'outages-ko-narrow', query: 'lang=ko&theme=dark', page: 'outages', full: true, size: narrow },
  { name: 'outages-empty-en', scene: 'calm', query: 'lang=en&theme=light', page: 'outages', full: true },
  { name: 'outages-judge-ko', query: 'lang=ko&theme=light', page: 'outages', full: true, act: judge },
  { name: 'alerts-ko-light', query: 'lang=ko&theme=light', page: 'alerts', full: true },
  { name: 'alerts-en-dark', query: 'lang=en&theme=dark', page: 'alerts', full: true },
  { name: 'alerts-ko-narrow', query: 'lang=ko&theme=light', page: 'alerts', full: true, size: narrow },
  { name: 'alerts-en-narrow-dark', query: 'lang=en&theme=dark', page: 'alerts', full: true, size: narrow },
  { name: 'alerts-empty-ko', scene: 'calm', query: 'lang=ko&theme=light', page: 'alerts', full: true },
  { name: 'alerts-history-en', query: 'lang=en&theme=light', page: 'alerts', full: true, act: (page) => page.locator('.bar select').first().selectOption('7') },
  { name: 'alerts-receipts-ko', query: 'lang=ko&theme=dark', page: 'alerts', act: (page) => card(page, '통합공시시스템', '알린 기록') },
  { name: 'alerts-ack-ko', query: 'lang=ko&theme=light', page: 'alerts', act: (page) => card(page, '통합공시시스템', '대응 시작') },
  { name: 'alerts-silence-en', query: 'lang=en&theme=light', page: 'alerts', act: (page) => card(page, 'Disclosure system', 'Silence') },
  { name: 'alerts-one-ko', query: 'lang=ko&theme=light', page: 'alerts', act: openOne },
  { name: 'alerts-gone-en', query: 'lang=en&theme=light', page: 'alerts/SiteDown-000000000000' },
  { name: 'silences-ko-light', query: 'lang=ko&theme=light', page: 'silences', full: true },
  { name: 'silences-en-narrow-dark', query: 'lang=en&theme=dark', page: 'silences', full: true, size: narrow, act: (page) => page.locator('details.fold summary').first().click() },
  { name: 'silences-external-ko', scene: 'external', query: 'lang=ko&theme=dark', page: 'silences', full: true },
  { name: 'silences-empty-en', scene: 'calm', query: 'lang=en&theme=light', page: 'silences', full: true },
  { name: 'on-call-ko-light', query: 'lang=ko&theme=light', page: 'on-call', full: true },
  { name: 'on-call-en-dark', query: 'lang=en&theme=dark', page: 'on-call', full: true },
  { name: 'on-call-ko-narrow', query: 'lang=ko&theme=light', page: 'on-call', full: true, size: narrow },
  { name: 'on-call-cover-ko', query: 'lang=ko&theme=light', page: 'on-call', act: cover },
  { name: 'on-call-empty-ko', scene: 'calm', query: 'lang=ko&theme=light', page: 'on-call', full: true },
  { name: 'watch-ko-light', query: 'lang=ko&theme=light', page: 'watch', full: true },
  { name: 'watch-en-dark', query: 'lang=en&theme=dark', page: 'watch', full: true, act: handOver },
  { name: 'watch-ko-narrow', query: 'lang=ko&theme=light', page: 'watch', full: true, size: narrow },
  { name: 'watch-drill-en', scene: 'calm', query: 'lang=en&theme=light', page: 'watch', full: true, act: (page) => page.locator('summary', { hasText: 'drill' }).click() },
  { name: 'watch-empty-ko', scene: 'empty', query: 'lang=ko&theme=light', page: 'watch', full: true },
  { name: 'scorecard-ko-light', query: 'lang=ko&theme=light', page: 'scorecard', full: true },
  { name: 'scorecard-en-dark', query: 'lang=en&theme=dark', page: 'scorecard', full: true, act: clause },
  { name: 'scorecard-ko-narrow', query: 'lang=ko&theme=light', page: 'scorecard', full: true, size: narrow, act: clause },
  { name: 'scorecard-wide-en', query: 'lang=en&theme=light', page: 'scorecard', full: true, size: { width: 1920, height: 1080 } },
  { name: 'scorecard-off-ko', scene: 'external', query: 'lang=ko&theme=dark', page: 'scorecard' },
  { name: 'reports-ko-light', query: 'lang=ko&theme=light', page: 'reports', full: true, act: sign },
  { name: 'reports-en-narrow-dark', query: 'lang=en&theme=dark', page: 'reports', full: true, size: narrow, act: sign },
  { name: 'reports-out-en', query: 'lang=en&theme=light', page: 'reports' },
  { name: 'reports-work-ko', scene: 'trouble', query: 'lang=ko&theme=light', page: 'reports', full: true, act: sign },
  { name: 'reports-work-en-narrow-dark', scene: 'trouble', query: 'lang=en&theme=dark', page: 'reports', full: true, size: narrow, act: sign },
  { name: 'reports-making-ko-dark', query: 'lang=ko&theme=dark', page: 'reports', full: true, act: makingOne, wait: 4000 },
  { name: 'report-work-en', scene: 'trouble', query: 'lang=en&theme=light', page: 'reports/2026-10', full: true, act: sign },
  { name: 'report-ko-light', query: 'lang=ko&theme=light', page: 'reports/2026-10', full: true, act: signing },
  { name: 'report-en-dark', query: 'lang=en&theme=dark', page: 'reports/2026-09', full: true, act: sign },
  { name: 'report-ko-narrow', query: 'lang=ko&theme=light', page: 'reports/2026-10', full: true, size: narrow, act: signing },
  { name: 'evidence-ko-light', query: 'lang=ko&theme=light', page: 'evidence/outage/disclosure@20261107T0014', full: true, act: sign },
  { name: 'evidence-en-narrow-dark', query: 'lang=en&theme=dark', page: 'evidence/outage/disclosure@20261107T0014', full: true, size: narrow, act: sign },
  { name: 'evidence-export-ko', query: 'lang=ko&theme=light', page: 'evidence', full: true, act: (page) => exporting(page, 'officer', 'month') },
  { name: 'evidence-export-making-en', query: 'lang=en&theme=dark', page: 'evidence', full: true, act: (page) => exporting(page, 'operator', 'sample', true) },
  { name: 'evidence-export-ko-narrow-dark', query: 'lang=ko&theme=dark', page: 'evidence', full: true, size: narrow, act: (page) => exporting(page, 'operator', 'clause') },
  { name: 'evidence-export-en-narrow', query: 'lang=en&theme=light', page: 'evidence', full: true, size: narrow, act: (page) => exporting(page, 'officer', 'sample') },
  { name: 'records-ko-light', query: 'lang=ko&theme=light', page: 'records', full: true, act: records },
  { name: 'records-en-dark', query: 'lang=en&theme=dark', page: 'records', full: true, act: sign },
  { name: 'records-ko-narrow', query: 'lang=ko&theme=light', page: 'records', full: true, size: narrow, act: records },
  { name: 'records-csv-ko', query: 'lang=ko&theme=dark', page: 'records', full: true, act: csv },
  { name: 'scorecard-tablet-en', query: 'lang=en&theme=light', page: 'scorecard', size: { width: 1024, height: 768 } },
  { name: 'menu-ko-narrow', query: 'lang=ko&theme=light', size: narrow, act: (page) => page.locator('button.menu').click() },
  { name: 'alerts-wide-ko', query: 'lang=ko&theme=light', page: 'alerts', full: true, size: { width: 1920, height: 1080 } },
  { name: 'on-call-wide-en', query: 'lang=en&theme=light', page: 'on-call', full: true, size: { width: 1920, height: 1080 } },
  { name: 'wide-ko-light', query: 'lang=ko&theme=light', size: { width: 1920, height: 1080 }, full: true },
  { name: 'table-en-light', query: 'lang=en&theme=light', full: true, act: (page) => page.getByRole('button', { name: 'View as a table' }).last().click() },
  { name: 'first-ko-light', query: 'lang=ko&theme=light', flags: ['--hush', '0'] },
]
const wanted = process.argv[3]?.split(',')
for (const s of shots.filter((x) => !wanted || wanted.some((w) => x.name.includes(w)))) {
  const mock = spawn(process.execPath, [new URL('mock.js', import.meta.url).pathname, '--port', '0', '--scene', s.scene ?? 'busy', ...(s.flags ?? [])])
  const address = String(await once(mock.stdout, 'data')).trim()
  const page = await browser.newPage({ viewport: s.size ?? wide })
  const said = []
  page.on('console', (m) => ['error', 'warning'].includes(m.type()) && said.push(m.text()))
  page.on('pageerror', (e) => said.push(String(e)))
  page.on('request', (r) => new URL(r.url()).hostname === '127.0.0.1' || said.push(`outside request: ${r.url()}`))
  await page.goto(`${address}?${s.query}${s.page ? `#/${s.page}` : ''}`)
  if (s.open) {
    await page.locator('h3 button').first().click()
    await page.locator('.link[aria-expanded]').first().click()
  }
  if (s.act) {
    await sleep(800)
    await s.act(page)
  }
  await sleep(s.wait ?? 1500)
  await page.screenshot({ path: join(out, `${s.name}.png`), fullPage: s.full ?? false })
  for (const v of await examine(page)) said.push(v)
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)
  console.log(s.name, sideways ? 'SCROLLS SIDEWAYS' : '', [...new Set(said)].slice(0, 4).join(' | '))
  await page.close()
  mock.kill()
}
await browser.close()
