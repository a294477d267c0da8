// Times as people type them: on the organisation's clock, whatever clock the browser has.

function offset(ms: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
    hourCycle: 'h23',
  }).formatToParts(ms)
  const n = (type: string) => Number(parts.find((p) => p.type === type)?.value)
  return Date.UTC(n('year'), n('month') - 1, n('day'), n('hour'), n('minute'), n('second')) - Math.floor(ms / 1000) * 1000
}

/** "2026-11-28T22:00" for an input of type datetime-local. */
export function toLocal(ms: number, zone: string): string {
  return new Date(ms + offset(ms, zone)).toISOString().slice(0, 16)
}

/** The instant that a clock in the zone shows as this; undefined for what is no time. */
export function fromLocal(text: string, zone: string): number | undefined {
  const wall = Date.parse(`${text}Z`)
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(text) || Number.isNaN(wall)) return undefined
  // The offset depends on the instant that is sought: two steps settle it.
  const guess = wall - offset(wall, zone)
  return wall - offset(guess, zone)
}
