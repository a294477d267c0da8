// Something that a page asks for, and asks for again when it may have changed.
import { get, Refused } from './api'
import { session } from './session.svelte'

export class Loading<T> {
  value: T | null = $state.raw(null)
  failed = $state(false)
  kind = $state('') // why, as the server names it
  private asked = 0

  /** own asks in the name of who is signed in: if somebody is, or not at all unless somebody is. */
  constructor(
    private readonly path: () => string,
    private readonly own: '' | 'may' | 'must' = '',
  ) {}

  async load(): Promise<void> {
    const turn = ++this.asked
    if (this.own === 'must' && !session.token) {
      this.value = null
      this.failed = true
      this.kind = 'no_actor'
      return
    }
    try {
      const value = await get<T>(this.path(), this.own ? session.token : '')
      if (turn !== this.asked) return // a later answer counts
      this.value = value
      this.failed = false
      this.kind = ''
    } catch (e) {
      if (turn !== this.asked) return
      this.failed = true
      if (this.own) this.value = null // it may not be for who is signed in now
      this.kind = e instanceof Refused ? e.kind : ''
    }
  }
}
