// The wall's state and everything concluded from it, as pure functions.
import type { Cell, Check, CheckDelta, Happening, Message, MonitorHealth, Outage, Site, SiteDelta, Strip, Wall } from './wire'

/** What the client knows: nothing before the first snapshot. */
export interface Known {
  epoch: string
  seq: number
  wall: Wall | null
  awaiting: boolean // a snapshot has to come before any delta
}

export const nothing: Known = { epoch: '', seq: 0, wall: null, awaiting: true }

const maxEvents = 200

/**
 * Takes a message into account. "resync" means that what we know no longer follows from
 * what the server sent: start over from a snapshot. The argument is never changed.
 */
export function apply(known: Known, m: Message): Known | 'resync' {
  const sameEpoch = !m.epoch || m.epoch === known.epoch
  switch (m.type) {
    case 'hello':
      // A new epoch: the server forgot. The old picture stays until its snapshot comes.
      return sameEpoch ? known : { ...known, epoch: m.epoch ?? '', awaiting: true }
    case 'snapshot':
      return m.wall ? { epoch: m.epoch ?? known.epoch, seq: m.seq, wall: m.wall, awaiting: false } : known
    case 'beat':
      if (!known.awaiting && (!sameEpoch || m.seq > known.seq)) return 'resync'
      return m.monitor ? withMonitor(known, m.monitor) : known
    case 'delta':
      if (!known.wall || known.awaiting || !sameEpoch || m.seq > known.seq + 1) return 'resync'
      if (m.seq <= known.seq) return known
      return applyDelta(known, known.wall, m)
    default:
      return known // a newer server may say more than we understand
  }
}

function withMonitor(known: Known, monitor: MonitorHealth): Known {
  return known.wall ? { ...known, wall: { ...known.wall, monitor } } : known
}

function applyDelta(known: Known, wall: Wall, m: Message): Known | 'resync' {
  const siteDeltas = new Map((m.sites ?? []).map((d) => [d.site, d]))
  const months = new Map((m.months ?? []).map((d) => [d.site, d.month]))
  const checkDeltas = new Map((m.checks ?? []).map((d) => [d.check, d]))
  const sites = (wall.sites ?? []).map((site) => {
    const delta = siteDeltas.get(site.site)
    siteDeltas.delete(site.site)
    let touched = false
    const checks = (site.checks ?? []).map((check) => {
      const d = checkDeltas.get(check.check)
      if (!d) return check
      checkDeltas.delete(check.check)
      touched = true
      return withCheck(check, d)
    })
    const month = months.get(site.site)
    if (!delta && !touched && !month) return site
    return { ...(delta ? withSite(site, delta) : site), checks, month: month ?? site.month }
  })
  if (siteDeltas.size || checkDeltas.size) return 'resync' // something we were never told of
  return {
    ...known,
    seq: m.seq,
    wall: {
      ...wall,
      sites,
      events: m.events?.length ? [...(wall.events ?? []), ...m.events].slice(-maxEvents) : wall.events,
      groups: m.groups ?? wall.groups,
      plans: m.plans ?? wall.plans,
      boards: m.boards ?? wall.boards,
      alerts: m.alerts ?? wall.alerts,
      monitor: m.monitor ?? wall.monitor,
    },
  }
}

// A delta names all that can change: what it lacks is no longer so.
function withSite(site: Site, d: SiteDelta): Site {
  return { ...site, status: d.status, since: d.since, closed_now: d.closed_now, outage: d.outage, clocks: d.clocks, work: d.work }
}

function withCheck(check: Check, d: CheckDelta): Check {
  const { cells, ...rest } = d
  return {
    ...check,
    since: undefined,
    detail: undefined,
    seen_at: undefined,
    duration_ms: undefined,
    outage: undefined,
    ...rest,
    strip: (cells ?? []).reduce(withCell, check.strip),
  }
}

/** Writes a cell into a strip, which keeps its length. Cells nobody told us of are unknown. */
export function withCell(strip: Strip, cell: Cell): Strip {
  const length = strip.states.length
  const p95 = strip.p95 ?? []
  const i = Math.round((cell.from - strip.from) / strip.cell_ms)
  if (i < 0 || length === 0) return strip
  const shift = Math.max(0, i - length + 1)
  const states = [...strip.states].slice(shift)
  const lat = Array.from(strip.states, (_, k) => p95[k] ?? -1).slice(shift)
  while (states.length < length) {
    states.push('x')
    lat.push(-1)
  }
  states[i - shift] = cell.state
  lat[i - shift] = cell.p95
  return { from: strip.from + shift * strip.cell_ms, cell_ms: strip.cell_ms, states: states.join(''), p95: lat }
}

/**
 * What a site or check is shown as. Recovering: passes, but its outage is still open. Down is
 * split by what it is put down to: planned is announced work inside its window, closed is
 * outside the published service hours.
 */
export type Shown = 'down' | 'overrun' | 'late' | 'emergency' | 'unsettled' | 'recovering' | 'degraded' | 'unknown' | 'planned' | 'closed' | 'up'

const urgency: Shown[] = ['down', 'overrun', 'late', 'emergency', 'unsettled', 'recovering', 'degraded', 'unknown', 'planned', 'closed', 'up']

/** Customers cannot use the site, and no notice in time excuses it. */
export const broken: readonly Shown[] = ['down', 'overrun', 'late', 'emergency', 'unsettled']

const parts: readonly Shown[] = ['planned', 'late', 'unsettled', 'emergency', 'overrun']

/** How downtime is shown that is put down to a part; what nobody announced is just down. */
export function ofPart(part: string | undefined): Shown {
  return parts.includes(part as Shown) ? (part as Shown) : 'down'
}

const known: readonly string[] = ['down', 'degraded', 'unknown', 'up']

export function shown(x: { status: string; outage?: Outage; closed_now?: boolean }): Shown {
  let s: Shown = known.includes(x.status) ? (x.status as Shown) : 'unknown'
  const open = x.outage && !x.outage.end ? x.outage : undefined
  if (open?.recovering_since && (s === 'up' || s === 'degraded')) s = 'recovering'
  if (x.closed_now && s !== 'up') return 'closed'
  return s === 'down' ? ofPart(open?.part) : s
}

/** Problems first; inside a class the order of the config stays, so that rows do not dance. */
export function problemsFirst<T extends { status: string; outage?: Outage; closed_now?: boolean }>(list: readonly T[]): T[] {
  return [...list].sort((a, b) => urgency.indexOf(shown(a)) - urgency.indexOf(shown(b)))
}

/** The checks that decide a site: the critical ones, or all when none is. */
export function deciding(checks: readonly Check[] | null): Check[] {
  const list = checks ?? []
  const critical = list.filter((c) => c.critical)
  return critical.length ? critical : [...list]
}

const severity = '-uxfd' // what wins when cells fall together, weakest first

/** A strip and how often its check looks. */
export interface Watched {
  strip: Strip
  interval_ms: number
}

/**
 * A look stands until the next one is due, so that a check which looks once an hour fills
 * the quarter hours between. Past the strip's end nothing was told: unknown.
 */
function cellsOf({ strip, interval_ms }: Watched, until: number): { states: string; p95: number[] } {
  const stands = Math.max(0, Math.ceil(interval_ms / strip.cell_ms) - 1)
  let states = ''
  const p95: number[] = []
  let seen = -1 // the latest cell with something in it
  for (let i = 0; i < Math.max(until, strip.states.length); i++) {
    const told = strip.states[i]
    if (told && told !== '-') seen = i
    const holds = seen >= 0 && i - seen <= stands
    states += holds ? strip.states[seen] : (told ?? 'x')
    p95.push(holds ? (strip.p95?.[seen] ?? -1) : -1)
  }
  return { states, p95 }
}

/** How long a strip reaches back, in ms. */
export function span(strip: Strip): number {
  return strip.states.length * strip.cell_ms
}

/**
 * What the longest strip spans, up to the cell now is in: the worst state of all strips for each
 * cell. A cell that a strip does not reach is unknown, except the last, which is not over
 * yet: a strip that nobody feeds must not stand still in green. Latencies are the first
 * strip's: a fast name lookup must not stand in for a page that is down.
 */
export function worstStrip(watched: readonly Watched[], now: number): Strip {
  const cellMS = Math.max(10_000, ...watched.map((w) => w.strip.cell_ms))
  const anchor = watched[0]?.strip.from ?? 0
  const count = Math.max(1, Math.round(Math.max(0, ...watched.map((w) => span(w.strip))) / cellMS))
  const from = anchor + (Math.floor((now - anchor) / cellMS) - count + 1) * cellMS
  const worst: string[] = Array<string>(count).fill('')
  const p95 = Array<number>(count).fill(-1)
  watched.forEach((w, which) => {
    const { strip } = w
    const cells = cellsOf(w, Math.ceil((from + count * cellMS - strip.from) / strip.cell_ms))
    for (let i = 0; i < count; i++) {
      const start = from + i * cellMS
      const a = Math.max(0, Math.floor((start - strip.from) / strip.cell_ms))
      const b = Math.ceil((start + cellMS - strip.from) / strip.cell_ms)
      for (let k = a; k < b; k++) {
        const young = i === count - 1 && k >= strip.states.length && cells.states[k] === 'x'
        const c = young && !strip.states.endsWith('x') ? '-' : cells.states[k]!
        if (severity.indexOf(c) > severity.indexOf(worst[i]!) || !worst[i]) worst[i] = c
        if (which === 0) p95[i] = Math.max(p95[i]!, cells.p95[k]!)
      }
    }
  })
  return { from, cell_ms: cellMS, states: worst.map((c) => c || '-').join(''), p95 }
}

/** A stretch of one state. */
export interface Run {
  state: string
  from: number
  to: number
  p95: number // the highest, -1 for none
}

export function runs(strip: Strip, now = Infinity): Run[] {
  const out: Run[] = []
  for (let i = 0; i < strip.states.length; i++) {
    const state = strip.states[i]!
    const from = strip.from + i * strip.cell_ms
    const p95 = strip.p95?.[i] ?? -1
    const prev = out[out.length - 1]
    const to = Math.min(now, from + strip.cell_ms)
    if (prev && prev.state === state) {
      prev.to = to
      prev.p95 = Math.max(prev.p95, p95)
    } else {
      out.push({ state, from, to, p95 })
    }
  }
  return out
}

/** How long each state lasted, longest trouble first, to put a strip into words. */
export function totals(strip: Strip, now = Infinity): { state: string; ms: number }[] {
  const sum = new Map<string, number>()
  for (const r of runs(strip, now)) sum.set(r.state, (sum.get(r.state) ?? 0) + r.to - r.from)
  return [...sum].map(([state, ms]) => ({ state, ms })).sort((a, b) => severity.indexOf(b.state) - severity.indexOf(a.state))
}

/** What the wall's first line says, from which the words are made. */
export interface Overall {
  shown: Shown
  down: Site[] // out of use without a notice in time: the worst kind, then the longest outage first
  recovering: Site[]
  degraded: Site[]
  unknown: Site[]
  planned: Site[] // down for work that was announced in time
  closed: number
  sites: number
  checks: number
  lastLook: number // the latest look at any check; 0 when there was none
}

export function overall(wall: Wall): Overall {
  const sites = wall.sites ?? []
  const of = (s: Shown) => sites.filter((x) => shown(x) === s)
  const start = (s: Site) => s.outage?.start ?? s.since ?? Infinity
  const checks = sites.flatMap((s) => s.checks ?? [])
  const o: Overall = {
    shown: 'up',
    down: broken.flatMap((s) => of(s).sort((a, b) => start(a) - start(b))),
    recovering: of('recovering'),
    degraded: of('degraded'),
    unknown: of('unknown'),
    planned: of('planned'),
    closed: of('closed').length,
    sites: sites.length,
    checks: checks.length,
    lastLook: checks.reduce((t, c) => Math.max(t, c.seen_at ?? 0), 0),
  }
  if (!sites.length) return { ...o, shown: 'unknown' }
  if (o.down.length) return { ...o, shown: broken.find((s) => of(s).length) ?? 'down' }
  for (const s of ['recovering', 'degraded', 'unknown', 'planned'] as const) if (o[s].length) return { ...o, shown: s }
  return o
}

/** The events worth telling: a site's change of status goes without saying beside its cause. */
export function telling(events: readonly Happening[]): Happening[] {
  const explains = (a: Happening, b: Happening) => a.kind !== 'status_changed' && a.site === b.site && Math.abs(a.seen_at - b.seen_at) < 2_000
  return events.filter((e) => e.kind !== 'status_changed' || !events.some((other) => explains(other, e)))
}

/** The sites that a group of outages is about, in its order. */
export function groupSites(wall: Wall, outages: readonly string[]): Site[] {
  return outages.flatMap((id) => (wall.sites ?? []).find((s) => s.outage?.id === id) ?? [])
}
