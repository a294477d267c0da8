// What maintenance and its clocks are shown as, as pure functions.
import type { Clock, Plan, PlanWindow } from './wire'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** How a window stands, each with a shape, a colour and a word. */
export type Mark = 'in_time' | 'late' | 'review' | 'unproven' | 'declared' | 'unposted' | 'emergency' | 'cancelled'

export const marks: readonly Mark[] = ['late', 'unposted', 'review', 'unproven', 'declared', 'emergency', 'in_time', 'cancelled']

/** What awaits a person comes before any verdict: the verdict is not known without them. */
export function mark(plan: Plan, w?: PlanWindow): Mark {
  if (plan.state === 'cancelled') return 'cancelled'
  if (!w || w.review || plan.review) return 'review'
  if (plan.type === 'emergency') return 'emergency'
  if (w.declared || !w.first_seen) return w.verdict === 'at_risk' ? 'declared' : 'unposted'
  if (w.verdict === 'kept') return 'in_time'
  return w.verdict === 'broken' ? 'late' : 'unproven'
}

/** The mark of the plan's window that needs attention most. */
export function worstMark(plan: Plan): Mark {
  const all = plan.windows.length ? plan.windows.map((w) => mark(plan, w)) : [mark(plan)]
  return marks.find((m) => all.includes(m)) ?? 'review'
}

/** A window without an end is taken to last a day at most, as the server does. */
export function endOf(w: { start: number; end?: number }): number {
  return w.end ?? w.start + day
}

/** Problems and what awaits a person, then what is ahead, the nearest first, then the past. */
export function plansInOrder(plans: readonly Plan[], now: number): Plan[] {
  const begins = (p: Plan) => p.windows[0]?.start ?? p.tellings?.[0]?.first_seen ?? 0
  const over = (p: Plan) => p.windows.length > 0 && p.windows.every((w) => endOf(w) < now)
  const rank = (p: Plan) => {
    const m = worstMark(p)
    if (m === 'review') return 0
    if (over(p)) return 3
    return m === 'late' || m === 'unposted' || m === 'unproven' || m === 'declared' ? 1 : 2
  }
  return [...plans].sort((a, b) => rank(a) - rank(b) || (rank(a) === 3 ? begins(b) - begins(a) : begins(a) - begins(b)))
}

/** What a clock says: running, run out unmet, or met. */
export type Face = 'running' | 'near' | 'over' | 'met'

export function face(c: Clock, now: number): Face {
  if (c.met) return 'met'
  if (now >= c.limit) return 'over'
  return now - c.start >= (c.limit - c.start) * 0.75 ? 'near' : 'running'
}

/** The clocks worth a place on a row: those of the outage, and the next posting. */
export function rowClocks(clocks: readonly Clock[] | undefined, now: number): Clock[] {
  const list = clocks ?? []
  const posting = list.filter((c) => c.kind === 'posting' && c.limit > now - 7 * day).slice(0, 1)
  // A restoration limit that lies far ahead would only distract from the announcement.
  return [...list.filter((c) => c.kind === 'announcement'), ...list.filter((c) => c.kind === 'restoration'), ...posting]
}

/** The next window of a site that was announced and lies ahead. */
export function nextWindow(plans: readonly Plan[] | null, site: string, now: number): { plan: Plan; window: PlanWindow } | undefined {
  let best: { plan: Plan; window: PlanWindow } | undefined
  for (const plan of plans ?? []) {
    if (plan.site !== site || plan.state === 'cancelled') continue
    for (const window of plan.windows) {
      if (window.declared || window.start <= now) continue
      if (!best || window.start < best.window.start) best = { plan, window }
    }
  }
  return best
}

/** The timeline's span: from yesterday to two weeks ahead. */
export function reach(now: number): { from: number; to: number } {
  return { from: now - day, to: now + 14 * day }
}

export interface Bar {
  plan: Plan
  window: PlanWindow
  mark: Mark
  from: number // clipped to the span
  to: number
}

/** What the timeline draws, a row for each site that has something in it. */
export function rows(plans: readonly Plan[] | null, now: number): { site: string; bars: Bar[] }[] {
  const { from, to } = reach(now)
  const out = new Map<string, Bar[]>()
  for (const plan of plans ?? []) {
    for (const window of plan.windows) {
      if (endOf(window) <= from || window.start >= to) continue
      const bar = { plan, window, mark: mark(plan, window), from: Math.max(from, window.start), to: Math.min(to, endOf(window)) }
      out.set(plan.site, [...(out.get(plan.site) ?? []), bar])
    }
  }
  return [...out].map(([site, bars]) => ({ site, bars: bars.sort((a, b) => a.window.start - b.window.start) }))
}

/** Pieces of a text against an older one. */
export interface Piece {
  kind: 'same' | 'added' | 'removed'
  text: string
}

const most = 4_000_000 // comparisons; beyond it the whole text counts as changed

/** What changed from one wording to the next, word by word. */
export function diff(older: string, newer: string): Piece[] {
  const a = older.match(/\s+|[^\s]+/g) ?? []
  const b = newer.match(/\s+|[^\s]+/g) ?? []
  const out: Piece[] = []
  const put = (kind: Piece['kind'], text: string) => {
    const last = out[out.length - 1]
    if (last?.kind === kind) last.text += text
    else if (text) out.push({ kind, text })
  }
  if (a.length * b.length > most) {
    put('removed', older)
    put('added', newer)
    return out
  }
  // Longest common subsequence, from the end.
  const width = b.length + 1
  const len = new Uint32Array((a.length + 1) * width)
  for (let i = a.length - 1; i >= 0; i--) {
    for (let k = b.length - 1; k >= 0; k--) {
      len[i * width + k] = a[i] === b[k] ? len[(i + 1) * width + k + 1]! + 1 : Math.max(len[(i + 1) * width + k]!, len[i * width + k + 1]!)
    }
  }
  let i = 0
  let k = 0
  while (i < a.length || k < b.length) {
    if (i < a.length && k < b.length && a[i] === b[k]) {
      put('same', a[i]!)
      i++
      k++
    } else if (k >= b.length || (i < a.length && len[(i + 1) * width + k]! >= len[i * width + k + 1]!)) {
      put('removed', a[i++]!)
    } else {
      put('added', b[k++]!)
    }
  }
  return out
}
