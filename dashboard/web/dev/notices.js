// Walks through the story of notices in a real browser: an announcement in time, one with a wrong
// weekday that a person rules on, work that is declared, an outage with and one without a recovery
// date, and an appeal. It says "ok" at the end:
//
//   node dev/notices.js ADDRESS EXPECTATIONS
//
// EXPECTATIONS is JSON: {token, second, good, unclear, told, silent}: two operators' tokens, the titles of
// two notices, and the names of two sites in English.
import { ask, open } from './guide.js'

const [address, expectations] = process.argv.slice(2)
const { token, second, good, unclear, told, silent } = JSON.parse(expectations)
const { page, close } = await open((text) => /status of 422/.test(text)) // which is asked for below

async function signIn(secret) {
  const leave = page.getByRole('button', { name: 'Sign out' })
  if (await leave.count()) await leave.click()
  await page.getByLabel('Token').fill(secret)
  await page.getByRole('button', { name: 'Sign in' }).click()
}
const plan = (words) => page.locator('article.plan', { hasText: words }).first()

await page.goto(`${address}?lang=en#/maintenance`)
await plan(good).getByText('In time', { exact: true }).first().waitFor()
const ruled = plan(unclear)
await ruled.getByText('Awaits review').first().waitFor()
await ruled.getByText('the weekday does not fit the date').waitFor()
await signIn(token)
await ruled.getByLabel('Reason').fill('asked the owner: the date is right')
await ruled.getByRole('button', { name: 'Put on record' }).click()
await plan(unclear).getByText('In time', { exact: true }).first().waitFor()

const declare = page.locator('details', { has: page.getByText('Declare work ahead', { exact: true }) })
await declare.locator('summary').first().click()
await declare.getByLabel('Site').selectOption({ label: silent })
const day = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10)
await declare.locator('input[type="datetime-local"]').nth(0).fill(`${day}T22:00`)
await declare.locator('input[type="datetime-local"]').nth(1).fill(`${day}T23:00`)
await declare.locator('input[required]').last().fill('new disks')
await declare.getByRole('button', { name: 'Put on record' }).click()
await plan(silent).getByText('Declared, not posted yet').first().waitFor()

await page.goto(`${address}?lang=en#/`)
const row = (site) => page.locator('li.site', { has: page.locator('h3').getByText(site, { exact: true }) })
await row(told).and(page.locator('.up')).waitFor()
await ask('break')
await row(told).and(page.locator('.down')).waitFor()
await row(told).getByText('Recovery time announced after').waitFor()
await row(silent).getByText('Recovery time not announced ·').waitFor()
await ask('heal')
await row(silent).and(page.locator('.up')).waitFor()

await page.goto(`${address}?lang=en#/outages`)
const outage = page.locator('article.outage', { hasText: silent }).first()
const fold = (words) => outage.locator('details', { has: page.locator('summary', { hasText: words }) })
await fold('Appeal').locator('summary').click()
await fold('Appeal').locator('input[required]').fill('firewall log 12')
await fold('Appeal').locator('textarea').fill('our probe was blocked')
await fold('Appeal').getByRole('button', { name: 'Put on record' }).click()
const judge = outage.locator('li details').first()
async function uphold() {
  await judge.getByLabel('Uphold').check()
  await judge.locator('input[required]').last().fill('the log shows it')
  await judge.getByRole('button', { name: 'Put on record' }).click()
}
await judge.locator('summary').click()
await uphold()
await judge.getByText('another person must judge your own appeal').waitFor()
await signIn(second)
await uphold()
await outage.locator('p.verdict.upheld').waitFor()
await close()
