// What the live feed sends: the mirror of dashboard/wire.go, where every field is
// explained. Times are ms since the epoch, durations ms, ratios thousandths of a percent.

export type Status = 'unknown' | 'up' | 'degraded' | 'down'
export type Verdict = 'unproven' | 'kept' | 'at_risk' | 'broken' | 'no_occasion'
export type Ratio = number

export interface Name {
  ko: string
  en: string
}

export interface Message {
  type: 'hello' | 'snapshot' | 'delta' | 'beat'
  epoch?: string
  seq: number
  now: number
  beat_ms?: number
  wall?: Wall
  sites?: SiteDelta[]
  checks?: CheckDelta[]
  events?: Happening[]
  groups?: Group[]
  months?: MonthDelta[]
  monitor?: MonitorHealth
}

export interface Wall {
  organisation: Name
  zone: string
  languages: string[] | null
  version: string
  demo: boolean
  monitor: MonitorHealth
  sites: Site[] | null
  groups: Group[] | null
  events: Happening[] | null
}

export interface MonitorHealth {
  started: number
  last_commit?: number
  trouble: boolean
  failing_since?: number
  uplink_down?: number
  queue: number
  missed_slots: number
  coverage?: Ratio
  config_error_at?: number
}

export interface SiteDelta {
  site: string
  status: Status
  since?: number
  closed_now: boolean
  outage?: Outage
}

export interface Site extends SiteDelta {
  name: Name
  url: string
  owner?: string
  month: Availability
  checks: Check[] | null
}

export interface MonthDelta {
  site: string
  month: Availability
}

export interface Availability {
  month: string
  raw?: Ratio
  charter?: Ratio
  coverage?: Ratio
  best?: Ratio
  worst?: Ratio
  up_ms: number
  down_ms: number
  unknown_ms: number
  verdict: Verdict
  broken_days: number
  unproven_days: number
}

export interface CheckDelta {
  check: string
  status: Status
  since?: number
  reason: string
  detail?: string
  seen_at?: number
  duration_ms?: number
  outage?: Outage
  cells?: Cell[]
}

export interface Check extends CheckDelta {
  kind: string
  target: string
  critical: boolean
  interval_ms: number
  strip: Strip
}

export interface Strip {
  from: number
  cell_ms: number
  states: string
  p95: number[] | null
}

export interface Cell {
  from: number
  state: string
  p95: number
}

export interface Outage {
  id: string
  site: string
  check?: string
  start: number
  confirmed_at: number
  recovering_since?: number
  end?: number
  reason: string
  cause: string
  checks?: string[]
  uncommitted?: boolean
}

export interface Group {
  dependency?: string
  cause: string
  outages: string[]
  start: number
}

export interface Happening {
  kind: string
  site: string
  check?: string
  at: number
  seen_at: number
  outage?: string
  status: Status
  reason: string
  count?: number
}
