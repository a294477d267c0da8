// Keeps what is known of the wall up to date: a WebSocket that resumes where it broke off,
// and asking in intervals while no WebSocket gets through.
import { apply, nothing, type Known } from './wall'
import type { Message } from './wire'

export type Link = 'connecting' | 'live' | 'polling' | 'retrying'

export interface LiveState {
  known: Known
  link: Link
  attempt: number // connections tried since the last one that worked
  retryAt: number // Date.now() of the next try, 0 when one is under way or none is needed
}

/** The part of a WebSocket that is used. */
export interface Socket {
  onmessage: ((e: { data: unknown }) => void) | null
  onclose: (() => void) | null
  close(): void
}

export interface LiveOptions {
  feedURL: string // ws(s) address of the live feed
  wallURL: string // answers with a snapshot message
  open: (url: string) => Socket
  fetch: (url: string, init: { cache: 'no-store'; signal: AbortSignal }) => Promise<{ ok: boolean; json(): Promise<unknown> }>
  random?: () => number
  changed: (s: LiveState) => void
}

const defaultBeat = 5_000
const pollEvery = 5_000
const firstWait = 1_000
const longestWait = 30_000
const pollAfter = 2 // failed connections
const patience = 3 // beats

export class Live {
  state: LiveState = { known: nothing, link: 'connecting', attempt: 0, retryAt: 0 }

  private beat = defaultBeat
  private offset: number | null = null // the monitor's clock minus ours
  private heard: { date: number; ticks: number } | null = null
  private socket: Socket | null = null
  private timers: Partial<Record<'retry' | 'poll' | 'watch', ReturnType<typeof setTimeout>>> = {}
  private stopped = true
  private polling = false

  constructor(private readonly o: LiveOptions) {}

  start(): void {
    this.stopped = false
    this.connect()
  }

  stop(): void {
    this.stopped = true
    for (const t of Object.values(this.timers)) clearTimeout(t)
    this.timers = {}
    this.drop()
  }

  /** The monitor's clock, as well as we can tell. */
  now(): number {
    return Date.now() + (this.offset ?? 0)
  }

  /** When something last came, on the monitor's clock; 0 for never. */
  heardAt(): number {
    return this.heard ? this.now() - this.silence() : 0
  }

  /**
   * For how long nothing came, in ms. Two clocks, the larger counts: one stands still while
   * the machine sleeps, the other can be set back.
   */
  silence(): number {
    if (!this.heard) return Infinity
    return Math.max(0, Date.now() - this.heard.date, performance.now() - this.heard.ticks)
  }

  /** Whether what is shown must be marked as old. Before the first message nothing is shown. */
  stale(): boolean {
    return this.heard !== null && this.silence() > patience * this.beat
  }

  /** Tries at once, because a person or the network says that it may work now. */
  retryNow(): void {
    if (this.stopped || (this.socket && !this.stale())) return
    clearTimeout(this.timers.retry)
    this.drop()
    this.connect()
  }

  private connect(): void {
    const { known, link } = this.state
    const resume = known.wall && !known.awaiting ? `?epoch=${encodeURIComponent(known.epoch)}&seq=${known.seq}` : ''
    this.set({ retryAt: 0, link: link === 'polling' || !known.wall ? link : 'retrying' })
    let socket: Socket
    try {
      socket = this.o.open(this.o.feedURL + resume)
    } catch {
      this.lost()
      return
    }
    this.socket = socket
    socket.onmessage = (e) => this.socket === socket && this.receive(e.data)
    socket.onclose = () => this.socket === socket && this.lost()
    this.watch()
  }

  private receive(data: unknown): void {
    let m: Message
    try {
      m = JSON.parse(String(data)) as Message
    } catch {
      this.lost()
      return
    }
    clearTimeout(this.timers.poll)
    this.watch()
    if (m.type === 'hello' && m.beat_ms) this.beat = m.beat_ms
    if (!this.take(m)) {
      this.set({ known: { ...this.state.known, awaiting: true } })
      this.lost()
      return
    }
    const settled = !this.state.known.awaiting
    this.set({ link: settled ? 'live' : this.state.link, attempt: settled ? 0 : this.state.attempt })
  }

  /** Takes a message into the state; false means that the thread is lost. */
  private take(m: Message): boolean {
    this.heard = { date: Date.now(), ticks: performance.now() }
    this.adjustClock(m.now)
    const next = apply(this.state.known, m)
    if (next === 'resync') return false
    this.set({ known: next })
    return true
  }

  // A message is never early, so the largest difference seen is the best one; a large
  // change means that a clock was set.
  private adjustClock(serverNow: number): void {
    if (!serverNow) return
    const seen = serverNow - Date.now()
    if (this.offset === null || seen > this.offset || Math.abs(seen - this.offset) > 2_000) this.offset = seen
    else this.offset += (seen - this.offset) * 0.05
  }

  private lost(): void {
    this.drop()
    if (this.stopped) return
    const attempt = this.state.attempt + 1
    const full = Math.min(longestWait, firstWait * 2 ** Math.min(attempt - 1, 10))
    const wait = full * (0.5 + 0.5 * (this.o.random ?? Math.random)())
    this.set({ attempt, retryAt: Date.now() + wait, link: this.state.link === 'live' ? 'retrying' : this.state.link })
    this.later('retry', wait, () => this.connect())
    if (attempt >= pollAfter && !this.polling) void this.poll()
  }

  private drop(): void {
    clearTimeout(this.timers.watch)
    const socket = this.socket
    this.socket = null
    if (!socket) return
    socket.onmessage = socket.onclose = null
    socket.close()
  }

  // A connection that says nothing for too long is given up, whatever it claims to be.
  private watch(): void {
    this.later('watch', patience * this.beat, () => this.lost())
  }

  private async poll(): Promise<void> {
    this.polling = true
    const m = await this.ask()
    this.polling = false
    if (this.stopped || this.state.link === 'live') return
    if (m) {
      const from = this.state.known
      // While asking there is no thread of sequence numbers to lose.
      if (m.epoch !== from.epoch || m.seq >= from.seq || from.awaiting) this.take(m)
      this.set({ link: 'polling' })
    } else if (this.state.link === 'polling') {
      this.set({ link: 'retrying' })
    }
    this.later('poll', pollEvery, () => void this.poll())
  }

  private async ask(): Promise<Message | null> {
    const abort = new AbortController()
    const timer = setTimeout(() => abort.abort(), 10_000)
    try {
      const response = await this.o.fetch(this.o.wallURL, { cache: 'no-store', signal: abort.signal })
      const m = response.ok ? ((await response.json()) as Message) : null
      return m?.type === 'snapshot' && m.wall ? m : null
    } catch {
      return null
    } finally {
      clearTimeout(timer)
    }
  }

  private later(name: keyof Live['timers'], ms: number, f: () => void): void {
    clearTimeout(this.timers[name])
    this.timers[name] = setTimeout(f, ms)
  }

  private set(part: Partial<LiveState>): void {
    this.state = { ...this.state, ...part }
    this.o.changed(this.state)
  }
}
