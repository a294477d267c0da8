// What the server sends: the mirror of dashboard/wire.go and wire_notices.go, where every
// field is explained. Times are ms since the epoch, durations ms, ratios thousandths of a percent.

import type { Acknowledgement, AlertsNow, Cover, Drill, HandOver, SilenceSaid, Taking } from './wire_alerts'

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
  plans?: Plan[]
  boards?: Board[]
  alerts?: AlertsNow
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
  plans: Plan[] | null
  boards: Board[] | null
  alerts: AlertsNow | null
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
  clocks?: Clock[]
  work?: WorkNow
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

export interface Availability extends Parts {
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
  contested_ms: number
  as_seen?: AsSeen
  clauses: ClauseVerdict[] | null
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
  part?: string
  account?: OutageAccount
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
  subject?: string
  title?: string
  clock?: string
  limit?: number
  said?: string
}

export interface Clock {
  kind: 'posting' | 'announcement' | 'restoration' | 'window'
  site: string
  subject: string
  start: number
  limit: number
  met?: number
  verdict: Verdict
}

export interface WorkNow {
  plan: string
  title: string
  part: string
  start: number
  end?: number
}

export interface ClauseVerdict {
  clause: string
  verdict: Verdict
  kept: number
  broken: number
  unproven: number
  pending: number
}

export interface AsSeen {
  raw?: Ratio
  charter?: Ratio
  down_ms: number
}

export interface Parts {
  planned_ms: number
  unsettled_ms: number
  late_ms: number
  overrun_ms: number
  emergency_ms: number
  unannounced_ms: number
}

export interface Plan {
  id: string
  site: string
  title: string
  type?: string
  state: string
  review: boolean
  windows: PlanWindow[]
  cancelled_by?: number
  tellings?: Telling[]
  works?: Statement[]
}

export interface PlanWindow {
  start: number
  end?: number
  declared: boolean
  review: boolean
  notice?: string
  last_absent?: number
  first_seen?: number
  verdict: Verdict
  why?: string
  lead: Lead
}

export interface Lead {
  by_hours: number
  by_calendar: number
  limit: number
  hours: Verdict
  days: Verdict
  at_least_ms?: number
  at_most_ms?: number
}

export interface Telling {
  notice: string
  revision: number
  title: string
  state: string
  windows: Span[]
  last_absent?: number
  first_seen: number
  counts: boolean
  review: boolean
}

export interface Span {
  start: number
  end?: number
}

export interface Board {
  id: string
  site: string
  kind: string
  url: string
  every_ms: number
  outage_only: boolean
  sites: string[]
  status?: string
  detail?: string
  since?: number
  seen_at?: number
  last_ok?: number
}

export interface Notice {
  id: string
  board: string
  url?: string
  claimed?: number
  date_only: boolean
  last_absent?: number
  first_seen: number
  last_seen: number
  vanished?: number
  revisions: NoticeRevision[]
}

export interface NoticeRevision {
  n: number
  last_absent?: number
  first_seen: number
  title: string
  text: string
  title_only: boolean
  digest: string
  page?: string
  masked: number
  unread: string[]
  sites: string[]
  rules: string
  reading: Reading
  ruled?: string
  ruling?: string
  ruled_as?: Reading
  review_open: boolean
}

export interface Reading {
  kind: string
  state?: string
  type?: string
  windows: Span[]
  replaced: Span[]
  rules: number
  eta?: number
  confidence: number
  needs_review: boolean
  problems: string[]
}

export interface Statement {
  id: string
  site: string
  at: number
  by: string
  name: string
  why: string
  what: string
  ruling?: Ruling
  work?: Work
  withdraws?: string
  announcement?: Announcement
  appeal?: Appeal
  judgement?: Judgement
  acknowledgement?: Acknowledgement
  silence?: SilenceSaid
  drill?: Drill
  taking?: Taking
  hand_over?: HandOver
  cover?: Cover
}

export interface Ruling {
  notice: string
  revision: number
  ruled: string
  reading?: Reading
}

export interface Work {
  type?: string
  windows: Span[]
}

export interface Announcement {
  outage: string
  eta: number
  last_absent?: number
  first_seen: number
  where: string
  notice?: string
  proof?: string
  outside: boolean
}

export interface Appeal {
  outage: string
  from?: number
  to?: number
  ground: string
  evidence: string
  addendum: boolean
}

export interface Judgement {
  appeal: string
  upheld: boolean
}

export interface Obligation {
  clause: string
  subject: string
  start: number
  limit: number
  met?: number
  verdict: Verdict
  why: string
}

export interface OutageAccount extends Parts {
  unknown_ms: number
  contested_ms: number
  announcements: Announcement[]
  obligations: Obligation[]
}

export interface LintAnswer {
  ok: boolean
  reading: Reading
  differences: LintDifference[]
  by_hours?: number
  by_calendar?: number
  limit?: number
  suggested?: Suggested
}

export interface LintDifference {
  code: string
  want?: Span
  read?: Span
}

export interface Suggested {
  ko: Draft
  en: Draft
}

export interface Draft {
  title: string
  body: string
}
