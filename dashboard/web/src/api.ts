// Asking the API, and putting things on record in the name of who holds a token.

/** Why a request did not do what was asked. kind is the problem's stable name. */
export class Refused extends Error {
  constructor(
    readonly status: number, // 0: no answer
    readonly kind: string,
    readonly title: string,
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
  const problem = value as { type?: string; title?: string }
  throw new Refused(response.status, (problem.type ?? '').replace('urn:charterwatch:', ''), problem.title ?? '')
}

export async function get<T>(path: string): Promise<T> {
  return (await call(path, {})) as T
}

export async function post<T>(path: string, body: unknown, token = '', method: 'POST' | 'DELETE' = 'POST'): Promise<T> {
  const headers: Record<string, string> = { 'Content-Type': 'application/json', 'Accept-Language': document.documentElement.lang }
  if (token) headers.Authorization = `Bearer ${token}`
  return (await call(path, { method, headers, body: JSON.stringify(body) })) as T
}

/** An id in an address: its slashes stay, as the server takes them. */
export function inPath(id: string): string {
  return id.split('/').map(encodeURIComponent).join('/')
}
