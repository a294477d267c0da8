// The mirror of dashboard/wire_records.go, where every field is explained.
import type { Name } from './wire'

export interface Case {
  ref: string
  kind: string
  received: number
  difficult?: boolean
  wanted?: string
  by?: string
  forwarded?: number
  called?: number
  answered?: number
  closed?: number
  confirmed?: number
  resolved?: boolean
  follow_up?: number
  reply_by?: number
  delay_told?: number
  delay_to?: number
  recorded?: number
}

export interface CaseDays {
  kind: string
  from: string
  until: string
}

export interface CaseOrder {
  csv?: string
  name?: string
  sha256?: string
  cases?: Case[]
  complete?: CaseDays[]
  complete_from?: string
  complete_until?: string
  dry_run?: boolean
}

export interface CaseAnswer {
  import?: string
  cases: number
  days: number
  problems?: CaseProblem[]
}

export interface CaseProblem {
  line?: number
  column?: string
  rule: string
  title: string
}

export interface CaseBook {
  cases: Case[]
  clocks: CaseClock[] // of the open ones, by limit
  calls: CallDay[]
  complete: CaseDays[]
  imports: CaseImport[]
}

export interface CaseClock {
  clause: string
  title: { ko: string; en: string }
  kind: string
  ref: string
  start: number
  limit?: number
  told: boolean
  state: string
}

export interface CallDay {
  day: string
  calls: number
  in_time: number
}

export interface CaseImport {
  id: string
  at: number
  by: string
  source: string
  sha256?: string
  count: number
}

export interface DocumentProof {
  name: string
  sha256: string
  size?: number
}

export interface AttestationOrder {
  clause: string
  what: string
  signer: string
  signed: string
  from: string
  until: string
  proof: DocumentProof
  why: string
}

export interface Attestation {
  id: string
  at: number
  by: string
  clause: string
  what: string
  signer: string
  signed: string
  from: string
  until: string
  proof: DocumentProof
  state: string
}

export interface MonthRecordOrder {
  clause: string
  month: string
  known: number
  sources: SourceReport[]
  proof?: DocumentProof
  why: string
}

export interface MonthRecord {
  id: string
  at: number
  by: string
  clause: string
  month: string
  known: number
  sources: SourceReport[]
  proof?: DocumentProof
}

export interface SourceReport {
  name: string
  reported: boolean
}

export interface PageNow {
  id: string
  site: string
  url: string
  clauses: string[]
  status?: string
  since?: number
  seen_at?: number
  updated?: number
  missing?: string[]
}

export interface AttestationClock {
  clause: string
  title: Name
  owner: string
  method: string
  state: string
  what?: string
  until?: string
  left?: number
  since?: string
}

export interface IncidentBook {
  incidents: Incident[]
  duties: ReportingDuty[]
}

export interface Incident {
  id: string
  at: number
  by: string
  why?: string
  ref: string
  kind: string
  detected?: number
  known?: number
  confirmed?: number
  dismissed?: boolean
  reports: IncidentReport[]
  clocks: IncidentClock[]
}

export interface IncidentReport {
  duty: string
  at: number
  not_owed?: boolean
  proof?: string
}

export interface IncidentClock {
  duty?: string
  limit?: number
  state: string
}

export interface ReportingDuty {
  id: string
  of: string
  to: Name
  when: Name
  within_ms?: number
  from: string
  until?: string
  source: Name
}

export interface IncidentOrder {
  ref: string
  kind: string
  detected?: number
  known?: number
  confirmed?: number
  dismissed?: boolean
  reports?: IncidentReport[]
  why?: string
}
