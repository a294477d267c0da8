// The on-call calendar's weeks and colours, as pure functions.
import type { Name } from './wire'
import type { OnCall, OnCallDay, Person, Schedule, Turn } from './wire_alerts'

/** What a calendar's cell shows of one schedule. */
export interface Entry {
  schedule: Schedule
  turns: Turn[]
}

export interface Cell {
  day: string
  from: number
  to: number
  entries: Entry[]
}

/** Rows of seven days each, from the first day on; all schedules cover the same days. */
export function weeks(on: OnCall): Cell[][] {
  const days: OnCallDay[] = on.schedules[0]?.plan ?? []
  const cells = days.map((d, i) => ({
    day: d.day,
    from: d.from,
    to: d.to,
    entries: on.schedules.map((schedule) => ({ schedule, turns: schedule.plan[i]?.turns ?? [] })),
  }))
  const out: Cell[][] = []
  for (let i = 0; i < cells.length; i += 7) out.push(cells.slice(i, i + 7))
  return out
}

export const hues = 8

/** A colour for each person, by their place in the configuration; beyond that they repeat, beside the name. */
export function hueOf(on: OnCall, person: string): number {
  const i = on.people.findIndex((p) => p.id === person)
  return i < 0 ? hues - 1 : i % hues
}

/** The whole of a turn that a day shows a piece of: neighbouring pieces of the same person are one. */
export function whole(schedule: Schedule, turn: Turn): Turn {
  const all = schedule.plan.flatMap((d) => d.turns)
  let { from, to } = turn
  const same = (t: Turn) => t.person === turn.person && t.cover === turn.cover
  for (const t of [...all].reverse()) if (same(t) && t.to === from) from = t.from
  for (const t of all) if (same(t) && t.from === to) to = t.to
  return { ...turn, from, to }
}

export const holds = (t: { from: number; to: number }, now: number): boolean => t.from <= now && now < t.to

/** What a person is called; the id of one that the configuration no longer has. */
export function nameIn(people: readonly Person[], id: string, say: (n: Name) => string): string {
  const p = people.find((x) => x.id === id)
  return p ? say(p.name) : id
}
