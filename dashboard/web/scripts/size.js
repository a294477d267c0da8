// Adds up what the app's scripts weigh on the wire and fails above the budgets: what the first page
// needs, and what each page that is loaded when it is opened adds to it.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const budget = { first: 100 * 1024, later: 25 * 1024 }
const dist = new URL('../dist/', import.meta.url)
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'))
const weigh = (file) => gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length
const say = (bytes, what) => console.log(`${(bytes / 1024).toFixed(1).padStart(7)} KB  ${what}`)

/** The keys of a chunk and of all that it imports at once. */
function needed(key, seen = new Set()) {
  if (!seen.has(key)) {
    seen.add(key)
    for (const k of manifest[key].imports ?? []) needed(k, seen)
  }
  return seen
}
const sum = (keys) => [...keys].reduce((n, k) => n + weigh(manifest[k].file), 0)

const entry = Object.keys(manifest).find((k) => manifest[k].isEntry)
const first = needed(entry)
const total = sum(first)
let over = total > budget.first
for (const k of first) for (const css of manifest[k].css ?? []) say(weigh(css), css)
say(total, `scripts of the first page, gzipped; budget ${budget.first / 1024} KB`)
for (const [key, chunk] of Object.entries(manifest)) {
  if (!chunk.isDynamicEntry) continue
  const bytes = sum([...needed(key)].filter((k) => !first.has(k)))
  over ||= bytes > budget.later
  say(bytes, `${key}, with what it adds; budget ${budget.later / 1024} KB`)
}
if (over) {
  console.error('over the budget')
  process.exit(1)
}
