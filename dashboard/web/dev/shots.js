// Takes pictures of the built app in its states: node dev/shots.js [directory]
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { chromium } from 'playwright-core'

const out = process.argv[2] ?? 'shots'
mkdirSync(out, { recursive: true })
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] })

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
  { name: 'first-ko-light', query: 'lang=ko&theme=light', flags: ['--hush', '0'] },
]
const wanted = process.argv[3]
for (const s of shots.filter((x) => !wanted || x.name.includes(wanted))) {
  const mock = spawn(process.execPath, [new URL('mock.js', import.meta.url).pathname, '--port', '0', '--scene', s.scene ?? 'busy', ...(s.flags ?? [])])
  const address = String(await once(mock.stdout, 'data')).trim()
  const page = await browser.newPage({ viewport: s.size ?? wide })
  const said = []
  page.on('console', (m) => ['error', 'warning'].includes(m.type()) && said.push(m.text()))
  page.on('pageerror', (e) => said.push(String(e)))
  page.on('request', (r) => new URL(r.url()).hostname === '127.0.0.1' || said.push(`outside request: ${r.url()}`))
  await page.goto(`${address}?${s.query}`)
  if (s.open) {
    await page.locator('h3 button').first().click()
    await page.locator('.link[aria-expanded]').first().click()
  }
  await sleep(s.wait ?? 1500)
  await page.screenshot({ path: join(out, `${s.name}.png`), fullPage: s.full ?? false })
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)
  console.log(s.name, sideways ? 'SCROLLS SIDEWAYS' : '', [...new Set(said)].slice(0, 4).join(' | '))
  await page.close()
  mock.kill()
}
await browser.close()
