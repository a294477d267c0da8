// What people type, on its way to the API.
import { fromLocal, toLocal } from './zoned'
import type { Span } from './wire'

/** A window as it is typed. */
export interface Typed {
  start: string
  end: string
}

export function typedOf(windows: readonly Span[], zone: string): Typed[] {
  const list = windows.map((w) => ({ start: toLocal(w.start, zone), end: w.end ? toLocal(w.end, zone) : '' }))
  return list.length ? list : [{ start: '', end: '' }]
}

/** The windows that were typed; null if one of them has no start, or a half-typed end. */
export function windowsOf(typed: readonly Typed[], zone: string): Span[] | null {
  const out: Span[] = []
  for (const t of typed) {
    if (!t.start && !t.end) continue
    const start = fromLocal(t.start, zone)
    const end = t.end ? fromLocal(t.end, zone) : undefined
    if (start === undefined || (t.end && end === undefined)) return null
    out.push(end === undefined ? { start } : { start, end })
  }
  return out
}
