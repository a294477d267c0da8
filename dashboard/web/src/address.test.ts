import { expect, it } from 'vitest'
import { parse, to } from './address'
import { inPath } from './api'

it.each([
  ['', { page: 'wall', about: '' }],
  ['#/', { page: 'wall', about: '' }],
  ['#/maintenance', { page: 'maintenance', about: '' }],
  ['#/outages?about=a%401', { page: 'outages', about: 'a@1' }],
  ['#/elsewhere', { page: 'wall', about: '' }],
  ['#sites', null],
] as const)('%s is read', (hash, want) => expect(parse(hash)).toEqual(want))

it.each(['plan-a/news#0a1b', 'a@20261124T060000.000Z', ''])('finds %j again', (id) => {
  expect(parse(to('outages', id))).toEqual({ page: 'outages', about: id })
})

it('keeps the slashes of an id and hides the rest', () => expect(inPath('a/news#0a 1?')).toBe('a/news%230a%201%3F'))
