// Evidence in one file: asked for, kept by the browser, and compared with what is on record.
import { headers, Refused, refusedBy, save } from './api'
import { digestOf, fileNameOf, sha256 } from './proof'
import { session } from './session.svelte'
import type { ExportOrder } from './wire_reports'

/** A file that the browser keeps. */
export interface Exported {
  name: string
  sha256: string // as the server has it on record
}

/** An export under way. The server makes it before it answers, so that there is no telling how long it takes. */
export class Exporting {
  since = $state(0) // 0: none is under way
  made: Exported | null = $state.raw(null)
  refused: Refused | null = $state.raw(null)
  private going: AbortController | null = null

  async make(order: ExportOrder): Promise<void> {
    const going = new AbortController()
    this.going = going
    this.since = Date.now()
    this.made = this.refused = null
    try {
      this.made = await fetched(order, going.signal)
    } catch (e) {
      if (!going.signal.aborted) this.refused = e instanceof Refused ? e : new Refused(0, 'unreachable', '')
    }
    this.since = 0
  }

  /** Gives it up; the server leaves off as well. */
  stop(): void {
    this.going?.abort()
  }
}

async function fetched(order: ExportOrder, signal: AbortSignal): Promise<Exported> {
  const response = await fetch(new URL('api/v1/evidence-export', document.baseURI), {
    method: 'POST', headers: { ...headers(session.token), 'Content-Type': 'application/json' }, body: JSON.stringify(order), cache: 'no-store', signal,
  })
  if (!response.ok) throw refusedBy(response.status, await response.json().catch(() => ({})))
  const bytes = await response.arrayBuffer()
  const recorded = digestOf(response.headers.get('Repr-Digest') ?? '')
  const arrived = isSecureContext ? await sha256(bytes) : '' // without HTTPS a browser does not compute it
  if (recorded && arrived && recorded !== arrived) throw new Refused(0, 'damaged', '')
  const name = fileNameOf(response.headers.get('Content-Disposition') ?? '') || 'evidence.zip'
  save(new Blob([bytes], { type: 'application/zip' }), name)
  return { name, sha256: recorded || arrived }
}
