// What the components share: the feed, the ticking clock, and the reader's preferences.
import { Live, type LiveState, type Socket } from './live'
import { isLang, Speech, type Lang } from './text'

export type Theme = 'auto' | 'light' | 'dark'
const themes: readonly Theme[] = ['auto', 'light', 'dark']

const query = new URLSearchParams(location.search)

// Storage may be forbidden; preferences then last as long as the page.
function stored(key: string): string | null {
  try {
    return localStorage.getItem(`charterwatch.${key}`)
  } catch {
    return null
  }
}

function store(key: string, value: string): void {
  try {
    localStorage.setItem(`charterwatch.${key}`, value)
  } catch {
    // see stored
  }
}

class Shared {
  readonly kiosk = query.get('kiosk') === '1'

  feed: LiveState = $state.raw({ known: { epoch: '', seq: 0, wall: null, awaiting: true }, link: 'connecting', attempt: 0, retryAt: 0 })
  tick = $state(Date.now())
  stale = $state(false)
  heardAt = $state(0)
  theme: Theme = $state('auto')

  private chosen: Lang | null = $state(null)
  private live: Live

  readonly wall = $derived(this.feed.known.wall)
  /** While the feed is silent time stands still: nothing is claimed beyond the last message. */
  readonly now = $derived(this.stale ? this.heardAt : this.tick)
  /** The present to the narrowest cell of a strip, so that strips are drawn no oftener. */
  readonly cellTime = $derived(Math.floor(this.now / 10_000) * 10_000)
  readonly lang: Lang = $derived(this.chosen ?? this.wall?.languages?.find(isLang) ?? fromBrowser())
  readonly speech = $derived(new Speech(this.lang, this.wall?.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone))

  constructor() {
    const lang = query.get('lang') ?? stored('lang')
    if (isLang(lang)) this.chosen = lang
    const theme = (query.get('theme') ?? stored('theme')) as Theme
    if (themes.includes(theme)) this.theme = theme

    const api = new URL('api/v1/', document.baseURI)
    const feed = new URL('live', api)
    feed.protocol = api.protocol === 'https:' ? 'wss:' : 'ws:'
    this.live = new Live({
      feedURL: feed.href,
      wallURL: new URL('wall', api).href,
      open: (url) => new WebSocket(url) as Socket,
      fetch: (url, init) => fetch(url, init),
      changed: (s) => {
        this.feed = s
        this.beat()
      },
    })
  }

  start(): () => void {
    this.live.start()
    const timer = setInterval(() => this.beat(), 1000)
    const wake = () => {
      this.beat()
      if (!document.hidden) this.live.retryNow()
    }
    document.addEventListener('visibilitychange', wake)
    window.addEventListener('online', wake)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', wake)
      window.removeEventListener('online', wake)
      this.live.stop()
    }
  }

  retryNow(): void {
    this.live.retryNow()
  }

  chooseLang(lang: Lang): void {
    this.chosen = lang
    store('lang', lang)
  }

  chooseTheme(theme: Theme): void {
    this.theme = theme
    store('theme', theme)
  }

  private beat(): void {
    this.tick = this.live.now()
    this.stale = this.live.stale()
    this.heardAt = this.live.heardAt()
  }
}

function fromBrowser(): Lang {
  const lang = navigator.language.slice(0, 2)
  return isLang(lang) ? lang : 'en'
}

export const app = new Shared()
