// What the server sends of alerts, silences, people on call and the watch floor: the mirror of
// dashboard/wire_alerts.go, where every field is explained.
import type { Clock, Name, Outage, Statement, Verdict } from './wire'

export type Severity = 'critical' | 'warning' | 'info' | 'none'

export interface AlertsNow {
  critical: number
  warning: number
  acknowledged: number
  held: number
  drills: number
  shift?: ShiftNow
  changed: number
}

export interface ShiftNow {
  shift: string
  start: number
  end: number
  due: number
  taken_by?: string
  taken_at?: number
  verdict: Verdict
  why: string
}

export interface Alert {
  id: string
  rule: string
  severity: Severity
  site?: string
  name?: Name
  owner?: string
  check?: string
  subject?: string
  title?: string
  clause?: string
  start: number
  raised: number
  gone?: number
  end?: number
  reason: string
  cause: string
  detail?: string
  vantages?: string[]
  clock?: string
  limit?: number
  percent?: number
  count?: number // of cases
  untold?: number // of them: overdue without an announcement of the delay
  recovery?: number
  eta?: number
  held?: number
  silences: string[]
  acked?: Answered
  drill: boolean
  settled?: number
  uncommitted?: boolean
  matchers: string[]
  told?: Told
}

export interface Answered {
  by: string
  name: string
  at: number
}

export interface Told {
  delivered: number
  failing: number
  last: number
}

export interface AlertDetail extends Alert {
  receipts: Receipt[]
  acknowledgements: Statement[]
}

export interface Receipt {
  id: number
  at: number
  status: 'delivered' | 'failing' | 'failed'
  receiver: string
  channel: string
  person?: string
  name?: Name
  policy?: string
  step?: number
  firing: string[]
  resolved: string[]
  attempts: number
  took_ms: number
  problem?: string
  drill: boolean
}

export interface Silence {
  id: string
  matchers: string[]
  starts: number
  ends: number
  by: string
  why: string
  state: 'active' | 'pending' | 'expired'
  alerts: string[]
}

export interface SilenceList {
  inside: boolean
  silences: Silence[]
}

export interface OnCall {
  people: Person[]
  schedules: Schedule[]
  escalations: Escalation[]
  quiet: QuietHours[]
  covers: Statement[]
}

export interface Person {
  id: string
  name: Name
  receivers: string[]
  language?: string
}

export interface Schedule {
  id: string
  name: Name
  people: string[]
  days: number
  now?: Turn
  next?: Turn
  plan: OnCallDay[]
}

export interface OnCallDay {
  day: string
  from: number
  to: number
  turns: Turn[]
}

export interface Turn {
  person: string
  from: number
  to: number
  cover: boolean
}

export interface Escalation {
  receiver: string
  severities: Severity[]
  steps: EscalationStep[]
  repeat: number
}

export interface EscalationStep {
  after_ms: number
  schedules: string[]
  people: string[]
  receivers: string[]
}

export interface QuietHours {
  severities: Severity[]
  from: string
  to: string
  days: number[]
}

export interface WatchFloor {
  shifts: Shift[]
  grace_ms: number
  current?: Watch
  next?: Watch
  watches: Watch[]
  stands: Standing
  rules: AlertKind[]
}

export interface Shift {
  name: string
  from: string
  people: string[]
}

export interface Watch {
  shift: string
  start: number
  end: number
  due: number
  taken?: Answered
  handed?: HandedOver
  verdict: Verdict
  why: string
}

export interface HandedOver extends Answered {
  note: string
  alerts: string[]
  outages: string[]
  silences: string[]
  clocks: HandedClock[]
}

export interface HandedClock {
  kind: string
  site: string
  subject: string
  limit: number
}

export interface Standing {
  alerts: Alert[]
  outages: Outage[]
  silences: Silence[]
  clocks: Clock[]
}

export interface AlertKind {
  rule: string
  clause?: string
  monitor: boolean
}

export interface Acknowledgement {
  alerts: string[]
}

export interface SilenceSaid {
  id: string
  matchers: string[]
  starts: number
  ends: number
  expired: boolean
}

export interface Drill {
  rule: string
  site?: string
  ends: number
}

export interface Taking {
  shift: string
  start: number
  drill: boolean
}

export interface HandOver {
  shift: string
  start: number
  alerts: string[]
  outages: string[]
  silences: string[]
  clocks: HandedClock[]
  drill: boolean
}

export interface Cover {
  schedule: string
  person: string
  from: number
  to: number
}
