// Walks through a month's paper in a real browser: cases are put on record from a file, an attestation
// and a monthly record; the scorecard is read; a report is made, handed in and signed; a piece of
// evidence is looked up and exported. Every page is examined for what assistive technology could not use. It says
// "ok" at the end:
//
//   node dev/records.js ADDRESS EXPECTATIONS
//
// EXPECTATIONS is JSON: {operator, executive, month, evidence, exported}: two tokens, the month to report
// of, the id of an outage that is sealed, and where to put what is exported of it.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { accessible, open } from './guide.js'

const [address, expectations] = process.argv.slice(2)
const { operator, executive, month, evidence, exported } = JSON.parse(expectations)
const { page, close } = await open((text) => text.includes('status of 422'))
const go = (where) => page.goto(`${address}?lang=en#/${where}`)
const heading = (name) => page.getByRole('heading', { name }).first().waitFor()

async function sign(token) {
  if (await page.getByRole('button', { name: 'Sign out' }).isVisible()) await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByLabel('Token').fill(token)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('Signed in').waitFor()
}
const csv = (text) => ({ name: 'register.csv', mimeType: 'text/csv', buffer: Buffer.from(text) })
const when = `${month}-05 09:00`

await go('records')
await page.getByText('Sign in with a token to see this').waitFor()
await accessible(page)
await sign(operator)
await page.locator('summary', { hasText: 'Upload a CSV file' }).click()
const file = page.getByLabel('CSV file')
await file.setInputFiles(csv(`ref,kind,received\n010-1234-5678,online,${when}\n`))
await page.getByRole('button', { name: 'Try it first' }).click()
await page.getByText(/^1 problems/).waitFor()
await accessible(page)
await file.setInputFiles(csv(`ref,kind,received\nW-1,online,${when}\nW-2,phone,${when}\n`))
await page.getByRole('button', { name: 'Try it first' }).click()
await page.getByText('It can be taken: 2 cases').waitFor()
await page.getByRole('button', { name: 'Put on record' }).first().click()
await page.getByText('On record: 2 cases').waitFor()

const attestations = page.locator('section', { has: page.getByRole('heading', { name: /^Attestations/ }) })
await attestations.locator('summary', { hasText: 'Put an attestation on record' }).click()
await attestations.getByRole('combobox', { name: 'Promise' }).selectOption('security-consulting')
await attestations.getByLabel('What was done').fill('security consulting of the year')
await attestations.getByLabel('Signer').fill('officer Kim')
await attestations.getByLabel('Signed on').fill(`${month}-01`)
await attestations.getByLabel('Holds from').fill(`${month}-01`)
await attestations.getByLabel('Holds until').fill('2099-12-31')
await attestations.getByLabel('Proof').setInputFiles({ name: 'consulting.pdf', mimeType: 'application/pdf', buffer: Buffer.from('abc') })
await attestations.getByText('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad').waitFor()
await attestations.getByLabel('Reason').fill('yearly')
await attestations.locator('button[type=submit]').click()
await attestations.getByRole('cell', { name: 'security consulting of the year' }).waitFor()

const months = page.locator('section', { has: page.getByRole('heading', { name: /monthly records/ }) })
await months.locator('summary', { hasText: 'Put a monthly record on record' }).click()
await months.getByRole('combobox', { name: 'Promise' }).selectOption('security-incidents')
await months.getByRole('combobox', { name: 'Month' }).selectOption(month)
await months.getByLabel('Source 1', { exact: true }).fill('operations centre')
await months.getByLabel('Reason').fill('monthly')
await months.locator('button[type=submit]').click()
await months.getByText('0 known incidents (1 of 1 sources)').waitFor()
await accessible(page)

const incidents = page.locator('section', { has: page.getByRole('heading', { name: /^Incidents/ }) })
await incidents.locator('summary', { hasText: 'Put an incident on record' }).click()
await incidents.getByLabel('Reference number').fill('SEC-WALK-1')
await incidents.getByRole('combobox', { name: 'Kind' }).selectOption('intrusion')
await incidents.getByLabel('A person knew').fill(`${month}-20T09:00`)
await accessible(page)
await incidents.locator('button[type=submit]').click()
await incidents.locator('li', { hasText: 'SEC-WALK-1' }).getByText('overdue').first().waitFor()
await incidents.locator('summary', { hasText: 'Add to SEC-WALK-1' }).click()
await incidents.locator('details', { hasText: 'Add to SEC-WALK-1' }).getByLabel('Done at').first().fill(`${month}-20T12:00`)
await incidents.locator('details', { hasText: 'Add to SEC-WALK-1' }).locator('button[type=submit]').click()
await incidents.getByRole('row', { name: /SEC-WALK-1/ }).getByText('done', { exact: true }).waitFor()
await accessible(page)

await go(`scorecard/${month}`)
await heading(/^Kept \d+/)
await page.locator('h3 button').first().click()
await page.getByText('What is verified').first().waitFor()
await accessible(page)

await go('reports')
await page.locator('summary', { hasText: 'Make a report' }).click()
await page.getByRole('combobox', { name: 'Month' }).selectOption(month)
await page.getByLabel('What it corrects').fill('walk')
await page.getByRole('button', { name: 'Make a report' }).click()
await heading(/: draft$/)
await page.locator('summary', { hasText: 'Make the draft again' }).click()
await page.getByRole('button', { name: 'Add a request' }).click()
await page.getByLabel('Request 1 in English').fill('whether there is to be a second site')
await page.getByRole('button', { name: 'Make the draft again' }).click()
await page.getByRole('listitem').getByText('whether there is to be a second site').waitFor()
await accessible(page)
await page.locator('summary', { hasText: 'Hand in for review' }).click()
await page.getByRole('button', { name: 'Hand in for review' }).click()
await heading(/: in review$/)
await accessible(page)

async function signAs(role) {
  await page.locator('summary', { hasText: `Sign as ${role}` }).click()
  await page.getByRole('button', { name: `Sign as ${role}` }).click()
  await page.getByText('Confirm first').waitFor()
  await page.getByLabel(/I have read the content/).check()
  await page.getByRole('button', { name: `Sign as ${role}` }).click()
}
await signAs('Drafter')
await page.getByRole('row', { name: /^Reviewer awaited next/ }).waitFor()
await sign(executive)
await signAs('Reviewer')
await page.getByRole('row', { name: /^Approver awaited next/ }).waitFor()
await page.locator('summary', { hasText: /^▸? ?Comment$/ }).click()
await page.getByRole('textbox', { name: 'Comment' }).fill('What became of the outage?')
await page.getByRole('button', { name: 'Comment' }).click()
await page.getByText('What became of the outage?').first().waitFor()
const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: /^English.*report\.pdf/ }).click()])
if (!/^report-.*-en\.pdf$/.test(download.suggestedFilename())) throw new Error(`the document is kept as ${download.suggestedFilename()}`)
await accessible(page)

await go('evidence')
await page.getByLabel('Id of the evidence').fill(evidence)
await page.getByRole('button', { name: 'Look up' }).click()
await page.getByText('Seal confirmed').first().waitFor()
await accessible(page)

// Nobody is offered what the role may not have; what is handed out is kept under the server's name.
const form = page.locator('section', { has: page.getByRole('heading', { name: 'Export evidence' }) })
await sign(operator)
await form.getByRole('radio', { name: /^Masked/ }).waitFor()
if (await form.getByText('Full: with names').count()) throw new Error('an operator is offered the full profile')
await sign(executive)
await form.getByText('Full: with names').waitFor()
await form.getByLabel('Id of the outage').waitFor() // the evidence is there again, and with it the form made for it
await form.getByLabel('Id of the outage').fill(evidence)
await form.getByLabel('Reason').fill('audit')
const [made] = await Promise.all([page.waitForEvent('download'), form.getByRole('button', { name: 'Make the file' }).click()])
if (!/^evidence-.*-masked\.zip$/.test(made.suggestedFilename())) throw new Error(`evidence is kept as ${made.suggestedFilename()}`)
await made.saveAs(exported)
await form.getByText(`charterwatch verify --keys ledger.pub ${made.suggestedFilename()}`).waitFor()
await form.getByText(createHash('sha256').update(readFileSync(exported)).digest('hex')).waitFor()
await accessible(page)

for (const where of ['scorecard', 'reports', 'evidence', 'records']) {
  await page.goto(`${address}?lang=ko&theme=dark#/${where}`)
  await page.locator('main h1').waitFor()
  await accessible(page)
}
await close()
