import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Live, type Socket } from './live'
import type { Message, Wall } from './wire'

class FakeSocket implements Socket {
  onmessage: Socket['onmessage'] = null
  onclose: Socket['onclose'] = null
  closed = false
  constructor(readonly url: string) {}
  close() {
    this.closed = true
  }
  say(m: Partial<Message>) {
    this.onmessage?.({ data: JSON.stringify({ now: Date.now(), ...m }) })
  }
}

const wall: Wall = {
  organisation: { ko: '', en: '' },
  zone: 'UTC',
  languages: null,
  version: '',
  demo: false,
  monitor: { started: 0, trouble: false, queue: 0, missed_slots: 0 },
  sites: null,
  groups: null,
  events: null,
  plans: null,
  boards: null,
  alerts: null,
}

let sockets: FakeSocket[]
let answer: Message | null
let asked: number
let live: Live
const last = () => sockets[sockets.length - 1]!

beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000, toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] })
  sockets = []
  answer = null
  asked = 0
  live = new Live({
    feedURL: 'ws://x/live',
    wallURL: 'http://x/wall',
    open: (url) => {
      sockets.push(new FakeSocket(url))
      return last()
    },
    fetch: async () => {
      asked++
      if (!answer) throw new Error('refused')
      return { ok: true, json: async () => answer }
    },
    random: () => 1,
    changed: () => {},
  })
  live.start()
})
afterEach(() => {
  live.stop()
  vi.useRealTimers()
})

function connect(seq = 5) {
  last().say({ type: 'hello', epoch: 'e', seq, beat_ms: 2000 })
  last().say({ type: 'snapshot', epoch: 'e', seq, wall })
}

describe('Live', () => {
  it('goes live with the snapshot', () => {
    expect(live.state.link).toBe('connecting')
    last().say({ type: 'hello', epoch: 'e', seq: 5, beat_ms: 2000 })
    expect(live.state.link).toBe('connecting')
    last().say({ type: 'snapshot', epoch: 'e', seq: 5, wall })
    expect(live.state).toMatchObject({ link: 'live', known: { epoch: 'e', seq: 5, wall } })
  })

  it('resumes where it broke off', async () => {
    connect()
    last().say({ type: 'delta', seq: 6 })
    last().onclose!()
    expect(live.state.link).toBe('retrying')
    await vi.advanceTimersByTimeAsync(1000)
    expect(last().url).toBe('ws://x/live?epoch=e&seq=6')
    last().say({ type: 'hello', epoch: 'e', seq: 7 })
    last().say({ type: 'delta', seq: 7 })
    expect(live.state).toMatchObject({ link: 'live', attempt: 0, known: { seq: 7 } })
  })

  it('starts over from a snapshot after a gap, keeping the picture meanwhile', async () => {
    connect()
    const first = last()
    first.say({ type: 'delta', seq: 9 })
    expect(first.closed).toBe(true)
    expect(live.state.known.wall).toEqual(wall)
    await vi.advanceTimersByTimeAsync(1000)
    expect(last().url).toBe('ws://x/live')
  })

  it('is stale after three beats of silence, and gives the connection up', async () => {
    connect()
    await vi.advanceTimersByTimeAsync(5999)
    expect(live.stale()).toBe(false)
    const silent = last()
    await vi.advanceTimersByTimeAsync(2)
    expect(live.stale()).toBe(true)
    expect(silent.closed).toBe(true)
    await vi.advanceTimersByTimeAsync(1000)
    last().say({ type: 'beat', seq: 5 })
    expect(live.stale()).toBe(false)
  })

  it('stays fresh while beats come', async () => {
    connect()
    for (let i = 0; i < 10; i++) {
      await vi.advanceTimersByTimeAsync(2000)
      last().say({ type: 'beat', seq: 5 })
    }
    expect(live.stale()).toBe(false)
    expect(sockets).toHaveLength(1)
  })

  it('notices silence although the wall clock is set back', async () => {
    connect()
    const clock = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 60_000)
    vi.setSystemTime(Date.now() - 3_600_000)
    expect(live.stale()).toBe(true)
    clock.mockRestore()
  })

  it('waits longer after every failure, up to a limit', async () => {
    const waits: number[] = []
    for (let i = 0; i < 7; i++) {
      last().onclose!()
      waits.push(live.state.retryAt - Date.now())
      await vi.advanceTimersByTimeAsync(waits[i]!)
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16000, 30000, 30000])
  })

  it('asks in intervals when no socket gets through, and stops once one does', async () => {
    answer = { type: 'snapshot', epoch: 'e', seq: 5, now: Date.now(), wall }
    last().onclose!()
    await vi.advanceTimersByTimeAsync(1000)
    expect(asked).toBe(0)
    last().onclose!()
    await vi.advanceTimersByTimeAsync(10)
    expect(live.state).toMatchObject({ link: 'polling', known: { wall } })
    await vi.advanceTimersByTimeAsync(5000)
    expect(asked).toBe(2)
    expect(live.stale()).toBe(false)
    connect()
    expect(live.state.link).toBe('live')
    const before = asked
    last().say({ type: 'beat', seq: 5 })
    await vi.advanceTimersByTimeAsync(5900)
    expect(asked).toBe(before)
  })

  it('goes stale when asking fails too', async () => {
    connect()
    for (let i = 0; i < 6; i++) {
      last().onclose?.()
      await vi.advanceTimersByTimeAsync(6000)
    }
    expect(live.state.link).toBe('retrying')
    expect(live.stale()).toBe(true)
    expect(live.state.known.wall).toEqual(wall)
  })

  it('follows the clock of the monitor', () => {
    last().say({ type: 'hello', epoch: 'e', seq: 5, now: Date.now() + 90_000 })
    expect(live.now() - Date.now()).toBe(90_000)
    last().say({ type: 'beat', seq: 5, now: Date.now() + 89_500 }) // late on the way
    expect(live.now() - Date.now()).toBeGreaterThan(89_900)
    last().say({ type: 'beat', seq: 5, now: Date.now() }) // somebody set a clock
    expect(live.now()).toBe(Date.now())
  })

  it('tries at once when told to, and only when it would help', () => {
    connect()
    live.retryNow()
    expect(sockets).toHaveLength(1)
    last().onclose!()
    live.retryNow()
    expect(sockets).toHaveLength(2)
  })

  it('gives up a connection that talks nonsense', () => {
    connect()
    const s = last()
    s.onmessage!({ data: '{' })
    expect(s.closed).toBe(true)
  })
})
