// What the pages of alerts conclude from what they were told, as pure functions.
import { to } from './address'
import type { Alert, Severity, Silence, Watch } from './wire_alerts'

export const minute = 60_000
export const hour = 60 * minute
export const day = 24 * hour

/** What concerns the monitor itself is filed under this name; no site can be called so. */
export const monitorScope = '_monitor'

export const severities: readonly Severity[] = ['critical', 'warning', 'info', 'none']

/** Whether it waits for a person. */
export function waits(a: Alert, now: number): boolean {
  return !a.end && !a.acked && !a.drill && !(a.held && a.held > now) && (a.severity === 'critical' || a.severity === 'warning')
}

/** The signal that always stands is no alert that anybody must see among the others. */
export function watchdog(list: readonly Alert[]): Alert | undefined {
  return list.find((a) => a.rule === 'Watchdog' && !a.drill)
}

/** By severity, the gravest first; within it what waits for a person, then the latest. Empty groups are left out. */
export function grouped(list: readonly Alert[], now: number): { severity: Severity; alerts: Alert[] }[] {
  const rank = (a: Alert) => (waits(a, now) ? 0 : a.acked ? 2 : 1)
  return severities
    .map((severity) => ({
      severity,
      alerts: list.filter((a) => a.severity === severity && a !== watchdog(list)).sort((a, b) => rank(a) - rank(b) || b.raised - a.raised),
    }))
    .filter((g) => g.alerts.length)
}

/** How many wait for a person, by severity, and how many somebody answers. */
export function tally(list: readonly Alert[], now: number): { critical: number; warning: number; acknowledged: number } {
  const open = list.filter((a) => !a.end && !a.drill && (a.severity === 'critical' || a.severity === 'warning'))
  const of = (s: Severity) => open.filter((a) => a.severity === s && waits(a, now)).length
  return { critical: of('critical'), warning: of('warning'), acknowledged: open.filter((a) => a.acked).length }
}

/** Which promise's clock an alert shows, and how it stands. */
export function limit(a: Alert, now: number): { face: 'running' | 'near' | 'over'; left: number; part: number } | null {
  if (!a.limit) return null
  const left = a.limit - now
  const part = Math.max(0, Math.min(1, (now - a.start) / Math.max(1, a.limit - a.start)))
  return { face: left <= 0 ? 'over' : part >= 0.75 ? 'near' : 'running', left, part }
}

export type Link = { key: 'alerts.open_outage' | 'alerts.open_plan' | 'alerts.open_notices' | 'alerts.open_watch'; href: string }

/** Where more is to be seen of what an alert speaks of. */
export function elsewhere(a: Alert): Link | null {
  switch (a.rule) {
    case 'SiteDown':
    case 'RecoveryUnannounced':
    case 'RecoveryClock':
      return a.drill ? null : { key: 'alerts.open_outage', href: to('outages', a.subject) }
    case 'NoticeMissing':
    case 'NoticeLate':
    case 'WorkOverrun':
    case 'WorkUnannounced':
      return { key: 'alerts.open_plan', href: to('maintenance', a.subject) }
    case 'NoticeUnclear':
    case 'HoursUnannounced':
    case 'BoardUnreadable':
      return { key: 'alerts.open_notices', href: to('maintenance') }
    case 'ShiftUntaken':
    case 'HandOverMissing':
      return { key: 'alerts.open_watch', href: to('watch') }
    default:
      return null
  }
}

/** What an alert's percentage is a share of; a clock's mark is shown by the clock itself. */
export function share(a: Alert): 'alerts.evidence.spent' | 'alerts.evidence.free' | 'alerts.evidence.covered' | null {
  switch (a.rule) {
    case 'BurnFast':
    case 'BurnSlow':
      return 'alerts.evidence.spent'
    case 'DiskLow':
      return 'alerts.evidence.free'
    case 'CoverageLow':
      return 'alerts.evidence.covered'
    default:
      return null
  }
}

/** "1h0m0s", as the server writes how long a window is, in ms; undefined for anything else. */
export function goDuration(text: string): number | undefined {
  const m = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text)
  if (!m || !text) return undefined
  return Number(m[1] ?? 0) * hour + Number(m[2] ?? 0) * minute + Number(m[3] ?? 0) * 1000
}

/** A silence as it stands at now: it begins and ends without a word from the server. */
export function stateOf(s: Silence, now: number): Silence['state'] {
  if (s.state === 'expired' || s.ends <= now) return 'expired'
  return s.starts > now ? 'pending' : 'active'
}

/** Whether a shift can be taken at now: from half an hour ahead. */
export function takeable(w: Watch | undefined, now: number): boolean {
  return !!w && !w.taken && now >= w.start - 30 * minute && now < w.end
}

/** The shifts whose hand-over is still owed: the one that is on and those that were taken and never handed over, the latest first. */
export function owed(current: Watch | undefined, watches: readonly Watch[]): Watch[] {
  const past = watches.filter((w) => w.taken && !w.handed && w.start !== current?.start)
  return [...(current?.taken && !current.handed ? [current] : []), ...past.slice(0, 2)]
}
