import { expect, it } from 'vitest'
import { digestOf, fileNameOf, pretty, proofOf, sha256, textOf } from './proof'

const bytes = (...list: number[]) => new Uint8Array(list).buffer

it('digests files without sending them', async () => {
  expect(await sha256(bytes())).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  const file = new File(['abc'], 'report.pdf')
  expect(await proofOf(file)).toEqual({ name: 'report.pdf', size: 3, sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad' })
})

it('reads registers as UTF-8, and as EUC-KR where they are not', () => {
  expect(textOf(new TextEncoder().encode('ref,종류').buffer)).toEqual({ text: 'ref,종류', encoding: 'UTF-8' })
  expect(textOf(bytes(0xef, 0xbb, 0xbf, 0x61))).toEqual({ text: 'a', encoding: 'UTF-8' })
  expect(textOf(bytes(0xc1, 0xbe, 0xb7, 0xf9))).toEqual({ text: '종류', encoding: 'EUC-KR' })
  expect(textOf(bytes(0xff, 0xff, 0xff))).toBeNull()
})

it.each([
  ['{"a":1}', '{\n  "a": 1\n}'],
  ['{"n":12345678901234567890,"s":"a, {b}: \\"c\\"","e":{},"l":[]}', '{\n  "n": 12345678901234567890,\n  "s": "a, {b}: \\"c\\"",\n  "e": {},\n  "l": []\n}'],
  ['[1,[2, 3]]', '[\n  1,\n  [\n    2,\n    3\n  ]\n]'],
  ['no json', 'no json'],
])('sets out %s', (json, want) => expect(pretty(json)).toBe(want))

it('reads what an answer says of the file in it', () => {
  const empty = 'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:'
  expect([empty, `sha-512=:AA==:, ${empty}`, 'sha-256=:short=:', ''].map(digestOf)).toEqual([...Array<string>(2).fill('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'), '', ''])
  expect(['attachment; filename=evidence-2026-10-masked.zip', 'attachment; filename="a+1.zip"', 'attachment; filename=../a.zip', 'attachment'].map(fileNameOf)).toEqual(['evidence-2026-10-masked.zip', 'a+1.zip', '', ''])
})
