// Words, times, durations and percentages in the reader's language.
import en from '../../../internal/messages/en.json'
import ko from '../../../internal/messages/ko.json'
import type pagesKo from '../../../internal/messages/pages.ko.json'
import type { Name, Ratio } from './wire'

export type Lang = 'ko' | 'en'
export type Key = keyof typeof ko | keyof typeof pagesKo
type Args = Record<string, string | number>

/** What the words for closed sets of names begin with. */
type Prefix =
  | 'status' | 'reason' | 'cause' | 'event' | 'verdict' | 'kind' | 'cell' | 'clock' | 'mark' | 'board' | 'boardkind' | 'part' | 'clause'
  | 'alert_title' | 'alert_means' | 'alert_first' | 'alert_severity' | 'receipts.status'
  | 'nav' | 'report_state' | 'reports.role' | 'reports.how' | 'reports.step' | 'reports.doing' | 'reports.undone' | 'records.kind' | 'records.clock' | 'records.source' | 'records.state'
  | 'records.incident.kind' | 'records.incident.state' | 'records.uncovered'
  | 'scorecard.trend' | 'why' | 'planstate' | 'plantype' | 'noticekind' | 'ruled' | 'ground' | 'said' | 'problem' | 'differ' // prettier-ignore

const texts: Record<Lang, Record<string, string>> = { ko: { ...ko }, en: { ...en } }
const locales: Record<Lang, string> = { ko: 'ko-KR', en: 'en-GB' }

export const languages: readonly Lang[] = ['ko', 'en']
/** What a language calls itself. */
export const ownName = (l: Lang): string => texts[l]['language.name'] ?? l
export const isLang = (s: unknown): s is Lang => languages.includes(s as Lang)

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** Adds the texts of pages that are loaded when they are opened. */
export function addTexts(more: Record<Lang, Record<string, string>>): void {
  for (const l of languages) Object.assign(texts[l], more[l])
}

/** Everything that depends on language and time zone. */
export class Speech {
  private readonly formats = new Map<string, Intl.DateTimeFormat>()

  constructor(
    readonly lang: Lang,
    readonly zone: string,
    private readonly today: () => number = Date.now,
  ) {}

  t(key: Key, args: Args = {}): string {
    return this.say(key, args) ?? key
  }

  /** The text of a key made from a name on the wire; the name itself when there is no word for it yet. */
  word(prefix: Prefix, name: string, args: Args = {}): string {
    return this.say(`${prefix}.${name}`, args) ?? name
  }

  private say(key: string, args: Args): string | undefined {
    const text = texts[this.lang][key] ?? texts[this.lang === 'ko' ? 'en' : 'ko'][key]
    return text?.replace(/\{(\w+)\}/g, (hole, name: string) => (name in args ? String(args[name]) : hole))
  }

  name(n: Name): string {
    return n[this.lang] || n.ko || n.en
  }

  /** 24시간, 96분; 24 hours, 96 minutes: a span that is a whole number of either. */
  span(ms: number): string {
    const whole = ms % hour === 0
    return this.t(whole ? 'span.hours' : 'span.minutes', { n: Math.round(ms / (whole ? hour : 60_000)) })
  }

  /** 1시간 12분, 1 h 12 min: the two largest units, floored. */
  duration(ms: number): string {
    const s = Math.max(0, Math.floor(ms / 1000))
    const parts: [Key, number][] = [
      ['duration.days', Math.floor(s / 86_400)],
      ['duration.hours', Math.floor(s / 3_600) % 24],
      ['duration.minutes', Math.floor(s / 60) % 60],
      ['duration.seconds', s % 60],
    ]
    const first = parts.findIndex(([, n]) => n > 0)
    if (first < 0) return this.t('duration.seconds', { n: 0 })
    return parts
      .slice(first, first + 2)
      .filter(([, n]) => n > 0)
      .map(([key, n]) => this.t(key, { n }))
      .join(' ')
  }

  /** 00:14:23, a running clock: hours, minutes, seconds. */
  clock(ms: number): string {
    const s = Math.max(0, Math.floor(ms / 1000))
    const two = (n: number) => String(n).padStart(2, '0')
    const clock = `${two(Math.floor(s / 3600) % 24)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`
    return s < 86_400 ? clock : this.t('duration.clock_days', { n: Math.floor(s / 86_400), clock })
  }

  /** 00:14, a short running clock: minutes and seconds, hours where there are any. */
  minutes(ms: number): string {
    const s = Math.max(0, Math.floor(ms / 1000))
    const two = (n: number) => String(n).padStart(2, '0')
    return s < 3600 ? `${two(Math.floor(s / 60))}:${two(s % 60)}` : this.clock(ms)
  }

  /** A stretch of time: its end without the day when that is the same. */
  window(w: { start: number; end?: number }): string {
    const from = `${this.date(w.start)} ${this.hourMinute(w.start)}`
    if (!w.end) return `${from} – ${this.t('maintenance.open_end')}`
    const same = this.dayOf(w.start) === this.dayOf(w.end)
    return `${from} – ${same ? '' : `${this.date(w.end)} `}${this.hourMinute(w.end)}`
  }

  /** The end of a span of days: midnight is 24:00 of the day that ends. */
  deadline(ms: number): string {
    return this.hourMinute(ms) === '00:00' ? this.t('time.midnight', { date: this.date(ms - 1) }) : this.dayTime(ms)
  }

  /** 11/28, for an axis. */
  shortDate(ms: number): string {
    return this.format('short', { month: 'numeric', day: 'numeric' }, ms)
  }

  /** Saturday or Sunday in the zone. */
  weekend(ms: number): boolean {
    return ['토', '일', 'Sat', 'Sun'].includes(this.format('weekday', { weekday: 'short' }, ms))
  }

  /** 월, Mon: of a day in the zone. */
  weekday(ms: number): string {
    return this.format('weekday', { weekday: 'short' }, ms)
  }

  /** The same of a number, 0 for Sunday. */
  dayOfWeek(n: number): string {
    return new Intl.DateTimeFormat(locales[this.lang], { weekday: 'short', timeZone: 'UTC' }).format(Date.UTC(2026, 10, 22 + n))
  }

  /** A day and a time of day. */
  dayTime(ms: number): string {
    return `${this.date(ms)} ${this.hourMinute(ms)}`
  }

  /** The wire's word for why something was not taken, in words. */
  refusal(r: { kind: string; title: string }): string {
    const rule = r.kind.startsWith('refused_') ? r.kind.slice('refused_'.length) : ''
    if (rule) return this.t('statement.error.refused', { why: this.say(`statement.refused.${rule}`, {}) ?? r.title })
    return this.say(`statement.error.${r.kind}`, { title: r.title }) ?? this.t('statement.error.internal')
  }

  ago(ms: number): string {
    return ms < 1000 ? this.t('duration.now') : this.t('duration.ago', { duration: this.duration(ms) })
  }

  /** A latency: whole ms, seconds from ten on. */
  ms(n: number): string {
    if (n >= 10_000) return this.t('duration.seconds', { n: (Math.floor(n / 100) / 10).toFixed(1) })
    return this.t('duration.ms', { n: n < 10 ? (Math.round(n * 10) / 10).toString() : Math.round(n).toLocaleString('en') })
  }

  /** The server floored it to thousandths; nothing is rounded here. */
  percent(r: Ratio): string {
    const n = `${Math.floor(r / 1000)}.${String(r % 1000).padStart(3, '0')}`
    return this.t('percent', { n })
  }

  time(ms: number): string {
    return this.format('time', { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }, ms)
  }

  hourMinute(ms: number): string {
    return this.format('hm', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }, ms)
  }

  date(ms: number): string {
    const day = this.format('date', { month: 'long', day: 'numeric', weekday: 'short' }, ms)
    const year = this.year(ms)
    if (year === this.year(this.today())) return day
    return this.lang === 'ko' ? `${year} ${day}` : `${day} ${year}`
  }

  private year(ms: number): string {
    return this.format('year', { year: 'numeric' }, ms)
  }

  /** The full moment with its zone, for titles. */
  moment(ms: number): string {
    return this.format(
      'moment',
      { year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23', timeZoneName: 'short' },
      ms,
    )
  }

  /** The time alone today, with its day otherwise. */
  since(ms: number, now: number): string {
    return this.dayOf(ms) === this.dayOf(now) ? this.time(ms) : `${this.date(ms)} ${this.hourMinute(ms)}`
  }

  /** As since, to the minute: of what was announced so. */
  near(ms: number, now: number): string {
    return this.dayOf(ms) === this.dayOf(now) ? this.hourMinute(ms) : this.dayTime(ms)
  }

  /** The calendar day in the zone, only to compare. */
  dayOf(ms: number): string {
    return this.format('day', { year: 'numeric', month: '2-digit', day: '2-digit' }, ms)
  }

  dayName(ms: number, now: number): string {
    if (this.dayOf(ms) === this.dayOf(now)) return this.t('events.today')
    if (this.dayOf(ms) === this.dayOf(now - day)) return this.t('events.yesterday')
    return this.date(ms)
  }

  private format(name: string, options: Intl.DateTimeFormatOptions, ms: number): string {
    let f = this.formats.get(name)
    if (!f) {
      try {
        f = new Intl.DateTimeFormat(locales[this.lang], { ...options, timeZone: this.zone || 'UTC' })
      } catch {
        f = new Intl.DateTimeFormat(locales[this.lang], { ...options, timeZone: 'UTC' }) // a zone this browser does not know
      }
      this.formats.set(name, f)
    }
    return f.format(ms)
  }
}
