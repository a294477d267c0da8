// Who writes: a token that lasts as long as the tab, and the state of a form being sent.
import { post, Refused } from './api'

const key = 'charterwatch.token'

class Session {
  token = $state('')

  constructor() {
    try {
      this.token = sessionStorage.getItem(key) ?? ''
    } catch {
      // storage is forbidden: the token lasts as long as the page
    }
  }

  enter(token: string): void {
    this.token = token.trim()
    try {
      sessionStorage.setItem(key, this.token)
    } catch {
      // see above
    }
  }

  leave(): void {
    this.token = ''
    try {
      sessionStorage.removeItem(key)
    } catch {
      // see above
    }
  }
}

export const session = new Session()

/** A form on its way. */
export class Sending {
  busy = $state(false)
  done = $state(false)
  refused: Refused | null = $state.raw(null)
  answer: unknown = null

  /** Sends and says whether it was taken. */
  async send(path: string, body: unknown, method: 'POST' | 'DELETE' = 'POST'): Promise<boolean> {
    this.busy = true
    this.done = false
    this.refused = null
    try {
      this.answer = await post(path, body, session.token, method)
      this.done = true
    } catch (e) {
      this.refused = e instanceof Refused ? e : new Refused(0, 'unreadable', '')
    }
    this.busy = false
    return this.done
  }
}
