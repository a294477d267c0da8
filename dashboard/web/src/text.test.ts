import { describe, expect, it } from 'vitest'
import { Speech } from './text'

const today = () => Date.UTC(2026, 10, 24)
const ko = new Speech('ko', 'Asia/Seoul', today)
const en = new Speech('en', 'Asia/Seoul', today)
const h = 3_600_000

describe('Speech', () => {
  it.each([
    [0, '0초', '0 s'],
    [59_999, '59초', '59 s'],
    [72 * 60_000, '1시간 12분', '1 h 12 min'],
    [24 * h, '1일', '1 d'],
    [6 * 24 * h + 4 * h + 59 * 60_000, '6일 4시간', '6 d 4 h'],
    [24 * h + 5 * 60_000, '1일', '1 d'],
    [-5, '0초', '0 s'],
  ])('says %d ms', (ms, k, e) => {
    expect(ko.duration(ms)).toBe(k)
    expect(en.duration(ms)).toBe(e)
  })
  it('names spans in whole units', () => {
    expect([24 * h, 96 * 60_000, 8 * h].map((ms) => ko.span(ms))).toEqual(['24시간', '96분', '8시간'])
    expect([24 * h, 96 * 60_000].map((ms) => en.span(ms))).toEqual(['24 hours', '96 minutes'])
  })
  it('writes windows without saying a day twice', () => {
    const at = Date.UTC(2026, 10, 28, 13)
    expect(ko.window({ start: at, end: at + h })).toBe('11월 28일 (토) 22:00 – 23:00')
    expect(ko.window({ start: at, end: at + 4 * h })).toBe('11월 28일 (토) 22:00 – 11월 29일 (일) 02:00')
    expect(en.window({ start: at })).toContain('no end')
  })
  it('says the year of another year', () => {
    expect(ko.date(Date.UTC(2025, 11, 31, 14))).toBe('2025년 12월 31일 (수)')
    expect(ko.date(Date.UTC(2025, 11, 31, 15))).toBe('1월 1일 (목)')
  })
  it('ends a day at 24:00', () => {
    const at = Date.UTC(2026, 10, 24, 15)
    expect(ko.deadline(at)).toBe('11월 24일 (화) 24:00')
    expect(ko.deadline(at - 60_000)).toBe('11월 24일 (화) 23:59')
  })
  it('says why something was not taken', () => {
    expect(ko.refusal({ kind: 'refused_own_appeal', title: '' })).toBe('받아들여지지 않음: 자신이 낸 이의는 다른 사람이 판정해야 합니다')
    expect(en.refusal({ kind: 'refused_new_rule', title: 'statement refused: new rule' })).toBe('Not taken: statement refused: new rule')
    expect(en.refusal({ kind: 'not_permitted', title: '' })).toContain('role')
    expect(en.refusal({ kind: 'something else', title: '' })).toBe(en.t('statement.error.internal'))
  })
  it('runs clocks', () => {
    expect([14_000, 30 * 60_000, 2 * h].map((ms) => ko.minutes(ms))).toEqual(['00:14', '30:00', '02:00:00'])
    expect(ko.clock(14 * 60_000 + 23_000)).toBe('00:14:23')
    expect(ko.clock(27 * h)).toBe('1일 03:00:00')
  })
  it('floors percentages: the thousandths are the server\'s', () => {
    expect(ko.percent(99_999)).toBe('99.999 %')
    expect(ko.percent(100_000)).toBe('100.000 %')
    expect(ko.percent(5)).toBe('0.005 %')
  })
  it('tells the time in the zone of the organisation', () => {
    const at = Date.UTC(2026, 10, 22, 15, 4, 5)
    expect(ko.time(at)).toBe('00:04:05')
    expect(en.hourMinute(at)).toBe('00:04')
    expect(ko.dayName(at, at + h)).toBe('오늘')
    expect(en.dayName(at - h, at)).toBe('Yesterday')
    expect(ko.moment(at)).toContain('2026')
  })
  it('falls back to UTC for a zone the browser does not know', () => {
    expect(new Speech('en', 'Nowhere/Nothing').hourMinute(0)).toBe('00:00')
  })
  it('fills words and keeps names it has no word for', () => {
    expect(ko.word('event', 'blip', { count: 2, reason: '연결 거부됨' })).toBe('일시적 실패 2회 · 연결 거부됨')
    expect(en.word('reason', 'something_new')).toBe('something_new')
  })
  it('writes latencies', () => {
    expect([0.42, 9.96, 182.4, 2638, 12_340].map((n) => en.ms(n))).toEqual(['0.4 ms', '10 ms', '182 ms', '2,638 ms', '12.3 s'])
  })
})
