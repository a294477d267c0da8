// Walks through the wall of a running charterwatch in a real browser, and says "ok" at the end:
//
//   node dev/walk.js ADDRESS EXPECTATIONS
//
// EXPECTATIONS is JSON: {sites: [{ko, en}, ...], victim: {ko, en}}. What must happen to the
// watched site and to the server is asked for on stdout ("do break", "do kill", "do serve"); a line on
// stdin says that it has been done.
import { ask, open } from './guide.js'

const [address, expectations] = process.argv.slice(2)
const { sites, victim } = JSON.parse(expectations)
let away = false // while the server is, failed connections are no fault of the page
const { page, close } = await open((text) => away && /ERR_CONNECTION|WebSocket connection|Failed to load resource/.test(text))

for (const lang of ['ko', 'en']) {
  await page.goto(`${address}?lang=${lang}`)
  for (const s of sites) await page.locator('li.site h3').getByText(s[lang], { exact: true }).waitFor()
  const shown = await page.locator('li.site').count()
  if (shown !== sites.length) throw new Error(`${shown} sites in ${lang}, want ${sites.length}`)
  await page.locator('.link.live').waitFor()
}
await page.evaluate(() => (window.sameLoad = true))
const tile = page.locator('li.site', { has: page.locator('h3').getByText(victim.en, { exact: true }) })
await tile.and(page.locator('.up')).waitFor()
const calm = await tile.locator('strong').first().evaluate((e) => getComputedStyle(e).color)
await ask('break')
await tile.and(page.locator('.down')).waitFor()
const alarmed = await tile.locator('strong.is-down').first().evaluate((e) => getComputedStyle(e).color)
if (alarmed === calm) throw new Error(`down has the colour of up: ${calm}`)
if (await page.locator('section.stale').count()) throw new Error('stale while the server is well')

away = true
await ask('kill')
await page.locator('section.stale').waitFor()
await ask('serve')
await page.locator('section.stale').waitFor({ state: 'detached' })
await page.locator('.link.live').waitFor()
if (!(await page.evaluate(() => window.sameLoad))) throw new Error('the page was loaded anew')
await close()
