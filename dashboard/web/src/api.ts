// Asking the API, and putting things on record in the name of who holds a token.

/** Why a request did not do what was asked. kind is the problem's stable name. */
export class Refused extends Error {
  constructor(
    readonly status: number, // 0: no answer
    readonly kind: string,
    readonly title: string,
    readonly value: unknown = undefined, // the whole answer
  ) {
    super(title)
  }
}

const patience = 20_000

async function call(path: string, init: RequestInit): Promise<unknown> {
  const abort = new AbortController()
  const timer = setTimeout(() => abort.abort(), patience)
  let response: Response
  let body: string
  try {
    response = await fetch(new URL(`api/v1/${path}`, document.baseURI), { ...init, cache: 'no-store', signal: abort.signal })
    body = await response.text()
  } catch {
    throw new Refused(0, 'unreachable', '')
  } finally {
    clearTimeout(timer)
  }
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    throw new Refused(response.ok ? 0 : response.status, 'unreadable', '')
  }
  if (response.ok) return value
  throw refusedBy(response.status, value)
}

/** A problem document as what a form tells. */
export function refusedBy(status: number, value: unknown): Refused {
  const problem = value as { type?: string; title?: string }
  return new Refused(status, (problem.type ?? '').replace('urn:charterwatch:', ''), problem.title ?? '', value)
}

export async function get<T>(path: string, token = ''): Promise<T> {
  return (await call(path, { headers: headers(token) })) as T
}

export function headers(token: string): Record<string, string> {
  const out: Record<string, string> = { 'Accept-Language': document.documentElement.lang }
  if (token) out.Authorization = `Bearer ${token}`
  return out
}

/** Fetches a file in the name of who holds a token, and has the browser keep it under a name. */
export async function keep(path: string, token: string, name: string): Promise<void> {
  const response = await fetch(new URL(`api/v1/${path}`, document.baseURI), { headers: headers(token), cache: 'no-store' })
  if (!response.ok) throw new Refused(response.status, '', '')
  save(await response.blob(), name)
}

/** Has the browser keep a file under a name. */
export function save(file: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), patience)
}

export async function post<T>(path: string, body: unknown, token = '', method: 'POST' | 'DELETE' = 'POST'): Promise<T> {
  return (await call(path, { method, headers: { ...headers(token), 'Content-Type': 'application/json' }, body: JSON.stringify(body) })) as T
}

/** An id in an address: its slashes stay, as the server takes them. */
export function inPath(id: string): string {
  return id.split('/').map(encodeURIComponent).join('/')
}
