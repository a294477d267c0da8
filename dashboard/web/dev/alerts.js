// Walks through the story of an alert in a real browser: it comes, somebody takes the shift and the
// alert, silences it, hands over; somebody else stands in on call; a drill is held. Every page is
// examined for what assistive technology could not use. It says "ok" at the end:
//
//   node dev/alerts.js ADDRESS EXPECTATIONS
//
// EXPECTATIONS is JSON: {token, site}: an operator's token, and the name of the site that breaks, in English.
import { accessible, ask, open } from './guide.js'

const [address, expectations] = process.argv.slice(2)
const { token, site } = JSON.parse(expectations)
const { page, close } = await open()
const go = (where) => page.goto(`${address}?lang=en#/${where}`)
const alert = (words) => page.locator('article.alert', { hasText: words }).first()

await go('')
const bar = page.getByRole('navigation', { name: 'Alerts and the watch floor' })
await bar.getByText('shift not taken yet').or(bar.getByText('Nobody has taken')).waitFor()
await ask('break')
await bar.getByText(/Critical, not acknowledged: \d/).waitFor()
await accessible(page)

await go('alerts')
const down = alert(`${site} · Site down`)
await down.getByText('Time to restore').first().waitFor()
await down.getByText('nobody yet').waitFor()
await page.getByLabel('Token').fill(token)
await page.getByRole('button', { name: 'Sign in' }).click()
await down.locator('summary', { hasText: 'Notifications' }).click()
await down.locator('td.delivered').first().waitFor()
await down.locator('summary', { hasText: 'Acknowledge' }).click()
await down.getByLabel('Note (optional)').fill('on the phone with its owner')
await down.getByRole('button', { name: 'Acknowledge' }).click()
await down.getByText('is on it since').waitFor()
await down.getByText('on the phone with its owner').waitFor()
await down.getByRole('link', { name: 'Address of this alert' }).click()
await page.getByRole('heading', { name: 'This alert' }).waitFor()
if (!/#\/alerts\/[^/?#|]+$/.test(page.url())) throw new Error(`the alert's address is ${page.url()}`)
await accessible(page)

const chosen = page.locator('article.chosen')
await chosen.locator('summary', { hasText: 'Silence' }).click()
await chosen.getByLabel('4 h', { exact: true }).check()
await chosen.getByLabel('Reason').fill('power cut in the building')
await chosen.getByRole('button', { name: 'Silence', exact: true }).click()
await chosen.getByRole('link', { name: 'silenced' }).click()
const silence = page.locator('article', { hasText: 'power cut in the building' }).first()
await silence.getByText('Standing alerts that it mutes: 1').waitFor()
await accessible(page)
await silence.locator('summary', { hasText: 'End it now' }).click()
await silence.getByLabel('Reason').fill('power is back')
await silence.getByRole('button', { name: 'End it now' }).click()
await page.getByRole('heading', { name: 'No silence is in force' }).waitFor()

await go('watch')
await page.getByRole('button', { name: 'Take the shift' }).click()
await page.getByText(/taken by .* at/).first().waitFor()
await page.locator('summary', { hasText: 'Hand over the' }).first().click()
await page.getByLabel('Note').fill('the site is down; its owner knows')
await page.getByText('Recorded with it: alerts').waitFor()
await page.getByRole('button', { name: 'Hand the shift over' }).click()
await page.getByRole('heading', { name: 'shift handed over' }).waitFor()
await page.locator('summary', { hasText: 'Start a drill' }).click()
await page.getByLabel(/^Site/).selectOption({ index: 1 })
await page.getByLabel('What is exercised?').fill('the quarter')
await page.getByRole('button', { name: 'Start the drill' }).click()
await page.getByText('Drills under way').waitFor()
await accessible(page)

await go('on-call')
await page.getByRole('heading', { name: /First line: / }).waitFor()
await page.locator('button.turn.current').first().click()
const dialog = page.getByRole('dialog')
await dialog.getByLabel('Who covers').waitFor()
await accessible(page)
await dialog.getByLabel('Reason').fill('leave')
await dialog.getByRole('button', { name: 'Put on record' }).click()
await dialog.getByText('On record.').waitFor()
await page.keyboard.press('Escape')
await page.locator('button.turn.current', { hasText: 'cover' }).first().waitFor()
await accessible(page)

for (const where of ['', 'alerts', 'silences', 'on-call', 'watch']) {
  await page.goto(`${address}?lang=ko&theme=dark#/${where}`)
  await page.locator('main h1').waitFor()
  await accessible(page)
}
await close()
