// What walks through the app in a real browser share: a page that may not complain, and asking
// whoever started the walk to do something.
import { createInterface } from 'node:readline'
import axe from 'axe-core'
import { chromium } from 'playwright-core'

export const patience = 90_000

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()

/** Asks for something on stdout; a line on stdin says that it has been done. */
export async function ask(what) {
  console.log(`do ${what}`)
  if ((await lines.next()).done) throw new Error(`nobody did ${what}`)
}

/**
 * Opens a page. Complaints are what it said in its console, asked for elsewhere, or was refused.
 * A walk that fails says what the page showed.
 */
export async function open(forgiven = () => false) {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] })
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  page.setDefaultTimeout(patience)
  const complaints = []
  page.on('console', (m) => ['error', 'warning'].includes(m.type()) && !forgiven(m.text()) && complaints.push(m.text()))
  page.on('pageerror', (e) => complaints.push(String(e)))
  page.on('request', (r) => new URL(r.url()).hostname === '127.0.0.1' || complaints.push(`asks for ${r.url()}`))
  process.once('uncaughtException', async (e) => {
    console.error(e)
    const shown = await page.locator('body').innerText({ timeout: 5_000 }).catch(String)
    console.error(`\n${page.url()} shows:\n${shown}`)
    process.exit(1)
  })
  await page.addInitScript(() => addEventListener('securitypolicyviolation', (e) => console.error(`content policy: ${e.violatedDirective} ${e.blockedURI}`)))
  return {
    page,
    /** Ends the walk well, unless there were complaints. */
    async close() {
      await browser.close()
      if (complaints.length) throw new Error(`the page complains: ${[...new Set(complaints)].join(' | ')}`)
      console.log('ok')
      process.stdin.destroy() // or it would be waited for
    },
  }
}

/** Examines the page for what assistive technology could not use. */
export async function accessible(page) {
  const faults = await examine(page)
  if (faults.length) throw new Error(`${page.url()}: ${faults.join(' | ')}`)
}

/** What an automatic examination finds. The page's content policy does not see what the browser evaluates for us. */
export async function examine(page) {
  const found = await page.evaluate(`${axe.source}; axe.run(document, { resultTypes: ['violations'] })`)
  return found.violations.map((v) => `axe ${v.id}: ${v.nodes.slice(0, 2).map((n) => n.target.join(' ')).join(', ')}`)
}
