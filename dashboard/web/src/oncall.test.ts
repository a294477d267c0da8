import { expect, it } from 'vitest'
import { holds, hueOf, hues, nameIn, weeks, whole } from './oncall'
import type { OnCall, Schedule, Turn } from './wire_alerts'

const day = 86_400_000
const turn = (person: string, from: number, to: number, cover = false): Turn => ({ person, from: from * day, to: to * day, cover })

function schedule(id: string, turns: Turn[]): Schedule {
  const plan = Array.from({ length: 14 }, (_, i) => ({
    day: `d${i}`,
    from: i * day,
    to: (i + 1) * day,
    turns: turns.map((t) => ({ ...t, from: Math.max(t.from, i * day), to: Math.min(t.to, (i + 1) * day) })).filter((t) => t.from < t.to),
  }))
  return { id, name: { ko: id, en: id }, people: [], days: 7, plan }
}
const one = schedule('first', [turn('kim', 0, 3.4), turn('lee', 3.4, 5, true), turn('kim', 5, 9), turn('lee', 9, 14)])
const two = schedule('second', [])
const on: OnCall = {
  people: [...Array(9)].map((_, i) => ({ id: `p${i}`, name: { ko: `사람${i}`, en: `Person ${i}` }, receivers: [] })),
  schedules: [one, two], escalations: [], quiet: [], covers: [], // prettier-ignore
}

it('lays a calendar out in weeks, with all schedules on each day', () => {
  const rows = weeks(on)
  expect(rows.map((r) => r.length)).toEqual([7, 7])
  expect(rows[0]![3]!.entries.map((e) => e.turns.map((t) => t.person))).toEqual([['kim', 'lee'], []])
  expect(weeks({ ...on, schedules: [] })).toEqual([])
})

it('puts a turn together again that days have cut', () => {
  const piece = one.plan[1]!.turns[0]!
  expect(whole(one, piece)).toMatchObject({ person: 'kim', from: 0, to: 3.4 * day })
  expect(whole(one, one.plan[4]!.turns[0]!)).toMatchObject({ person: 'lee', from: 3.4 * day, to: 5 * day, cover: true })
  expect(whole(one, one.plan[6]!.turns[0]!)).toMatchObject({ from: 5 * day, to: 9 * day })
})

it('gives people colours by their place, and repeats them', () => {
  expect([0, 1, 8].map((i) => hueOf(on, `p${i}`))).toEqual([0, 1, 0])
  expect(hueOf(on, 'gone')).toBe(hues - 1)
})

it('calls people by their name, and one that is gone by the id', () => {
  expect(nameIn(on.people, 'p2', (n) => n.ko)).toBe('사람2')
  expect(nameIn(on.people, 'gone', (n) => n.ko)).toBe('gone')
})

it('ends what it holds before the end', () => {
  expect([0, 5, 10].map((t) => holds({ from: 0, to: 10 }, t))).toEqual([true, true, false])
})
