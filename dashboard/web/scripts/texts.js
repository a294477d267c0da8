// The catalogues of both languages hold the same keys. Written once in the app, they make its
// scripts a good deal smaller; whoever imports a catalogue sees the same object as without this.
import { readFileSync } from 'node:fs'

const shared = 'virtual:text-keys'
const folder = new URL('../../../internal/messages/', import.meta.url)
const read = (lang) => JSON.parse(readFileSync(new URL(`${lang}.json`, folder), 'utf8'))

export function texts() {
  return {
    name: 'texts',
    enforce: 'pre',
    apply: 'build',
    resolveId: (id) => (id === shared ? `\0${shared}` : undefined),
    load(id) {
      if (id === `\0${shared}`) return `export default ${JSON.stringify(Object.keys(read('ko')))}`
      const lang = /internal\/messages\/(ko|en)\.json$/.exec(id)?.[1]
      if (!lang) return undefined
      const own = read(lang)
      const values = Object.keys(read('ko')).map((key) => own[key] ?? '')
      const code = `import keys from '${shared}'\nconst texts = ${JSON.stringify(values)}\nexport default Object.fromEntries(keys.map((key, i) => [key, texts[i]]))`
      return { code, moduleType: 'js' }
    },
  }
}
