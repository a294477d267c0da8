// What the pages of reports conclude from what they were told, as pure functions.
import type { Report } from './wire_reports'

/** How often it is asked at which step a report is, while somebody works at one (ms). */
export const workEvery = 1500

export const steps = ['draft', 'review', 'signed', 'sent'] as const
export type Step = (typeof steps)[number]
export type Stage = 'done' | 'now' | 'ahead' | 'missed'

/** How far a report has come, step by step. One that went out without all signatures missed them. */
export function stages(r: Pick<Report, 'state' | 'closed' | 'signed' | 'of'>): { step: Step; stage: Stage }[] {
  const at = { draft: 0, review: 1, signed: 2, unsigned: 3 }[r.state]
  return steps.map((step, i) => {
    if (r.closed) return { step, stage: step === 'signed' && r.signed < r.of ? 'missed' : 'done' }
    return { step, stage: i < at ? 'done' : i === at ? 'now' : 'ahead' }
  })
}

/** The number of an addendum; 0 for a report. */
export function addendum(id: string): number {
  return Number(/\+(\d+)$/.exec(id)?.[1] ?? 0)
}

/** The beginning of a digest, as it stands on each page of a report. */
export const short = (digest: string): string => digest.slice(0, 12)

/** The name under which a document is kept. */
export function fileName(file: string, id: string, lang: string): string {
  const dot = file.lastIndexOf('.')
  return `${file.slice(0, dot)}-${id}-${lang}${file.slice(dot)}`
}
