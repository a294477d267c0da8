// Which page is shown. The address after # is the page's: #/maintenance?about=...; what
// begins otherwise is a place on the page. Single alerts, months, reports and pieces of evidence have
// addresses of their own, which messages and documents link to: #/alerts/ID.
export const pages = ['wall', 'maintenance', 'outages', 'alerts', 'silences', 'on-call', 'watch', 'scorecard', 'reports', 'evidence', 'records'] as const
export type Page = (typeof pages)[number]

const single: readonly Page[] = ['alerts', 'scorecard', 'reports', 'evidence']

export function parse(hash: string): { page: Page; about: string } | null {
  if (hash !== '' && !hash.startsWith('#/')) return null
  const [path = '', query = ''] = hash.slice(2).split('?', 2)
  const slash = path.indexOf('/')
  const name = slash < 0 ? path : path.slice(0, slash)
  const page = pages.find((p) => p === name) ?? 'wall'
  const about = single.includes(page) && slash > 0 ? decoded(path.slice(slash + 1)) : ''
  return { page, about: about || (new URLSearchParams(query).get('about') ?? '') }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // cut off or typed by hand
  }
}

/** The address of a page, and of one thing on it. */
export function to(page: Page, about = ''): string {
  if (single.includes(page) && about) return `#/${page}/${encodeURIComponent(about)}`
  return `#/${page === 'wall' ? '' : page}${about ? `?about=${encodeURIComponent(about)}` : ''}`
}
