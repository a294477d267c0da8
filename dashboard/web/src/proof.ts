// Files that people choose. They are read here and never sent: of a proof goes its digest, of a
// register its text.

export interface Proof {
  name: string
  sha256: string
  size: number
}

export async function sha256(bytes: ArrayBuffer): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes)
  return [...new Uint8Array(digest)].map((b) => b.toString(16).padStart(2, '0')).join('')
}

/** The SHA-256 in a Repr-Digest, in hexadecimal; '' if there is none. */
export function digestOf(header: string): string {
  const base64 = /sha-256=:([A-Za-z0-9+/]{43}=):/.exec(header)?.[1]
  return base64 ? [...atob(base64)].map((c) => c.charCodeAt(0).toString(16).padStart(2, '0')).join('') : ''
}

/** The name in a Content-Disposition; '' if there is none, or one with a folder in it. */
export function fileNameOf(header: string): string {
  return /filename="?([A-Za-z0-9][A-Za-z0-9._+-]*)"?$/.exec(header)?.[1] ?? ''
}

export async function proofOf(file: File): Promise<Proof> {
  return { name: file.name, sha256: await sha256(await file.arrayBuffer()), size: file.size }
}

/** The text of a file in one of the two encodings that registers come in; null if it is neither. */
export function textOf(bytes: ArrayBuffer): { text: string; encoding: 'UTF-8' | 'EUC-KR' } | null {
  for (const encoding of ['UTF-8', 'EUC-KR'] as const) {
    try {
      return { text: new TextDecoder(encoding, { fatal: true }).decode(bytes), encoding }
    } catch {
      // try the next
    }
  }
  return null
}

/** JSON with an indent, its numbers as they were written; the text itself if it is no JSON. */
export function pretty(json: string): string {
  try {
    JSON.parse(json)
  } catch {
    return json
  }
  let depth = 0
  const line = () => `\n${'  '.repeat(depth)}`
  // Strings first, so that what they hold is left alone.
  return json.replace(/"(?:[^"\\]|\\.)*"|\s+|\{\s*\}|\[\s*\]|[{[]|[}\]]|,|:/g, (t) => {
    if (t.startsWith('"')) return t
    if (t === '{' || t === '[') {
      depth++
      return t + line()
    }
    if (t === '}' || t === ']') {
      depth--
      return line() + t
    }
    if (t === ',') return t + line()
    if (t === ':') return ': '
    return t.replace(/\s/g, '')
  })
}
