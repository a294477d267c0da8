// Something that a page asks for, and asks for again when it may have changed.
import { get, Refused } from './api'

export class Loading<T> {
  value: T | null = $state.raw(null)
  failed = $state(false)
  kind = $state('') // why, as the server names it
  private asked = 0

  constructor(private readonly path: () => string) {}

  async load(): Promise<void> {
    const turn = ++this.asked
    try {
      const value = await get<T>(this.path())
      if (turn !== this.asked) return // a later answer counts
      this.value = value
      this.failed = false
      this.kind = ''
    } catch (e) {
      if (turn !== this.asked) return
      this.failed = true
      this.kind = e instanceof Refused ? e.kind : ''
    }
  }
}
