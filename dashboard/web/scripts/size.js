// Adds up what the app's scripts weigh on the wire and fails above the budget.
import { readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const budget = 100 * 1024
const assets = new URL('../dist/assets/', import.meta.url)
let total = 0
for (const name of readdirSync(assets).filter((n) => n.endsWith('.js') || n.endsWith('.css'))) {
  const bytes = gzipSync(readFileSync(new URL(name, assets)), { level: 9 }).length
  if (name.endsWith('.js')) total += bytes
  console.log(`${(bytes / 1024).toFixed(1).padStart(7)} KB  ${name}`)
}
console.log(`${(total / 1024).toFixed(1).padStart(7)} KB  scripts in all, gzipped; budget ${budget / 1024} KB`)
if (total === 0 || total > budget) {
  console.error(total === 0 ? 'nothing was built' : 'over the budget')
  process.exit(1)
}
