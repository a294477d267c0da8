import { expect, it } from 'vitest'
import { addendum, fileName, short, stages } from './report'

const of = (r: Parameters<typeof stages>[0]) => stages(r).map((s) => s.stage).join(' ')

it.each([
  ['draft', 0, 0, 'now ahead ahead ahead'],
  ['review', 0, 1, 'done now ahead ahead'],
  ['signed', 0, 3, 'done done now ahead'],
  ['signed', 1, 3, 'done done done done'],
  ['unsigned', 1, 1, 'done done missed done'],
  ['unsigned', 1, 0, 'done done missed done'],
  ['signed', 1, 3, 'done done done done'],
] as const)('%s (closed %d, %d of 3) is %s', (state, closed, signed, want) => expect(of({ state, closed, signed, of: 3 })).toBe(want))

it('knows addenda', () => expect(['2026-10', '2026-10+1', '2026-10+12'].map(addendum)).toEqual([0, 1, 12]))

it('names documents as the server does', () => {
  expect(fileName('report.pdf', '2026-10+1', 'ko')).toBe('report-2026-10+1-ko.pdf')
  expect(short('0123456789abcdef')).toBe('0123456789ab')
})
