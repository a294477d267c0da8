import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const css = readFileSync(new URL('./base.css', import.meta.url), 'utf8')

function tokens(selector: string): Record<string, string> {
  const start = css.indexOf(`${selector} {`)
  const block = css.slice(start, css.indexOf('}', start))
  return Object.fromEntries([...block.matchAll(/--([a-z0-9-]+): (#[0-9a-f]{6})/g)].map((m) => [m[1]!, m[2]!]))
}

function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((i) => {
    const c = parseInt(hex.slice(i, i + 2), 16) / 255
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

// WCAG 2, contrast ratio.
function contrast(a: string, b: string): number {
  const [hi, lo] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number]
  return (hi + 0.05) / (lo + 0.05)
}

describe.each([
  ['light', tokens(':root')],
  ['dark', tokens(":root[data-theme='dark']")],
])('%s', (_, c) => {
  const text = ['text', 'muted', 'up', 'degraded', 'down', 'planned', 'unknown', 'recovering']
  const grounds = ['bg', 'surface', 'down-wash', 'degraded-wash', 'unknown-wash', 'planned-wash', 'sunken']
  it.each(text.flatMap((t) => grounds.map((g) => [t, g] as const)))('%s on %s reads at 4.5:1', (t, g) => {
    expect(contrast(c[t]!, c[g]!)).toBeGreaterThanOrEqual(4.5)
  })
  it.each(['up-fill', 'degraded-fill', 'down-fill', 'planned-fill', 'control', 'unknown', ...Array.from({ length: 8 }, (_, i) => `hue${i}`)])('%s stands out from the surface at 3:1', (t) => {
    expect(contrast(c[t]!, c['surface']!)).toBeGreaterThanOrEqual(3)
  })
  it('reads inverted', () => expect(contrast(c['inverse']!, c['on-inverse']!)).toBeGreaterThanOrEqual(7))
})
