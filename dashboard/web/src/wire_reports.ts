// The mirror of dashboard/wire_reports.go, where every field is explained.
import type { Name, Ratio, Verdict } from './wire'

export interface Scorecard {
  month: string
  source: string
  report?: string
  from: number
  to: number
  as_of: number
  rules: string
  coverage?: Ratio
  counts: VerdictCounts
  withheld: boolean
  clauses: ScoredClause[]
}

export interface VerdictCounts {
  kept: number
  at_risk: number
  broken: number
  unproven: number
  no_occasion: number
}

export interface ScoredClause {
  id: string
  title: Name
  promise: Name
  words: string
  owner: string
  verdict: Verdict
  best: Verdict
  worst: Verdict
  before?: Verdict
  trend?: string
  rule: string
  why: string
  coverage?: Ratio
  requires: ScoredRequirement[]
}

export interface ScoredRequirement {
  method: string
  title: string
  basis: string
  basis_name: string
  verdict: Verdict
  best: Verdict
  worst: Verdict
  rule: string
  why: string
  coverage?: Ratio
  kept: number
  broken: number
  unproven: number
  pending: number
  objective?: Objective
  occasions: Occasion[]
  occasions_all: number
  evidence: EvidenceRef[]
  evidence_total: number
}

export interface Objective {
  want: Ratio
  got: Ratio
  met: boolean
}

export interface Occasion {
  site?: string
  name?: Name
  subject: string
  start?: number
  limit?: number
  met?: number
  verdict: Verdict
  rule: string
  why: string
}

export interface EvidenceRef {
  kind: string
  id: string
}

export interface Report {
  id: string
  month: string
  state: 'draft' | 'review' | 'signed' | 'unsigned'
  digest: string
  made: number
  deadline?: number
  closed?: number
  signed: number
  of: number
  counts?: VerdictCounts
  sent: number
  opened: number
  published?: number
  proof?: string
  next_to_sign?: string
  may: string[]
}

export interface ReportArchive {
  reports: Report[]
  may_make: boolean
  under_way: ReportWork[]
  failed: ReportFailure[]
}

export interface ReportWork {
  month: string
  report?: string
  step: string
  since: number
}

export interface ReportFailure {
  month: string
  report?: string
  step: string
  tries: number
  next: number
}

export interface WholeReport extends Report {
  roles: string[]
  signatures: ReportSignature[]
  decisions: Name[]
  comments: ReportComment[]
  receipts: ReportReceipt[]
  files: string[]
  languages: string[]
  under_way: ReportWork[]
  failed: ReportFailure[]
}

export interface ReportSignature {
  role: string
  name: string
  at: number
  digest: string
  record: string
}

export interface ReportComment {
  name: string
  at: number
  clause?: string
  text: string
}

export interface ReportReceipt {
  to: string
  at: number
  got: string
  how: string
}

export interface MakeOrder {
  why?: string
  decisions?: Name[]
}

export interface ReportOrder {
  digest: string
  why?: string
}

export interface ReportRemark {
  digest: string
  clause?: string
  why: string
}

export interface SignOrder {
  digest: string
  role: string
  why?: string
}

export interface PublishOrder {
  digest: string
  proof: string
  why?: string
}

export interface Evidence {
  id: string
  leaves: EvidenceLeaf[]
}

export interface EvidenceLeaf {
  log: number
  n: number
  kind: string
  at: number
  commitment: string
  body?: string
  erased: boolean
  proved: boolean
  problem?: string
  size?: number
  signed_at?: number
  checkpoint?: string
  has_proof: boolean
}

export interface Ledger {
  origin: string
  size: number
  signed: number
  signed_at?: number
  keys: string[]
  failing: string[]
  exports: ('masked' | 'full')[]
}

export interface ExportOrder {
  month?: string
  clause?: string
  outage?: string
  sample?: number
  seed?: string
  profile?: string
  why: string
}
