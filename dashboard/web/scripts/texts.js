// The catalogues of both languages hold the same keys. Written once in the app, they make its
// scripts a good deal smaller; whoever imports a catalogue sees the same object as without this.
import { readFileSync } from 'node:fs'

const shared = 'virtual:text-keys/'
const folder = new URL('../../../internal/messages/', import.meta.url)
const read = (name) => JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'))

export function texts() {
  return {
    name: 'texts',
    enforce: 'pre',
    apply: 'build',
    resolveId: (id) => (id.startsWith(shared) ? `\0${id}` : undefined),
    load(id) {
      if (id.startsWith(`\0${shared}`)) return `export default ${JSON.stringify(Object.keys(read(`${id.slice(shared.length + 1)}ko`)))}`
      const [, area = '', lang] = /internal\/messages\/(pages\.)?(ko|en)\.json$/.exec(id) ?? []
      if (!lang) return undefined
      const own = read(area + lang)
      const values = Object.keys(read(`${area}ko`)).map((key) => own[key] ?? '')
      const code = `import keys from '${shared}${area}'\nconst texts = ${JSON.stringify(values)}\nexport default Object.fromEntries(keys.map((key, i) => [key, texts[i]]))`
      return { code, moduleType: 'js' }
    },
  }
}
