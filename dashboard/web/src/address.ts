// Which page is shown. The address after # is the page's: #/maintenance?plan=...; what
// begins otherwise is a place on the page.
export type Page = 'wall' | 'maintenance' | 'outages'

export function parse(hash: string): { page: Page; about: string } | null {
  if (hash !== '' && !hash.startsWith('#/')) return null
  const [path = '', query = ''] = hash.slice(2).split('?', 2)
  const page: Page = path === 'maintenance' || path === 'outages' ? path : 'wall'
  return { page, about: new URLSearchParams(query).get('about') ?? '' }
}

/** The address of a page, and of one thing on it. */
export function to(page: Page, about = ''): string {
  return `#/${page === 'wall' ? '' : page}${about ? `?about=${encodeURIComponent(about)}` : ''}`
}
