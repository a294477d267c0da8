/** What keeps a page from showing anything, and is no failure; '' for nothing. */
export function gated(kind: string): string {
  return ['no_actor', 'denied', 'not_permitted', 'no_reports', 'no_ledger'].includes(kind) ? kind : ''
}
