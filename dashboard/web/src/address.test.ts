import { expect, it } from 'vitest'
import { parse, to } from './address'
import { inPath } from './api'

it.each([
  ['', { page: 'wall', about: '' }],
  ['#/', { page: 'wall', about: '' }],
  ['#/maintenance', { page: 'maintenance', about: '' }],
  ['#/outages?about=a%401', { page: 'outages', about: 'a@1' }],
  ['#/alerts', { page: 'alerts', about: '' }],
  ['#/alerts/SiteDown-b327d7dd0def', { page: 'alerts', about: 'SiteDown-b327d7dd0def' }],
  ['#/alerts/SiteDown%7Ca%7C%7Ccritical@1', { page: 'alerts', about: 'SiteDown|a||critical@1' }],
  ['#/alerts/100%', { page: 'alerts', about: '100%' }],
  ['#/on-call', { page: 'on-call', about: '' }],
  ['#/watch/x', { page: 'watch', about: '' }],
  ['#/scorecard/2026-10', { page: 'scorecard', about: '2026-10' }],
  ['#/reports/2026-10%2B1', { page: 'reports', about: '2026-10+1' }],
  ['#/reports/2026-10+1', { page: 'reports', about: '2026-10+1' }],
  ['#/evidence/outage/a@1+2', { page: 'evidence', about: 'outage/a@1+2' }],
  ['#/records', { page: 'records', about: '' }],
  ['#/elsewhere', { page: 'wall', about: '' }],
  ['#sites', null],
] as const)('%s is read', (hash, want) => expect(parse(hash)).toEqual(want))

it.each(['plan-a/news#0a1b', 'a@20261124T060000.000Z', ''])('finds %j again', (id) => {
  expect(parse(to('outages', id))).toEqual({ page: 'outages', about: id })
})

it.each(['SiteDown-b327d7dd0def', 'a/b?c=d#e 100%'])('links to the alert %j', (id) => expect(parse(to('alerts', id))).toEqual({ page: 'alerts', about: id }))

it.each(['2026-10+1', 'outage/a@20261124T060000.000Z'])('links to the evidence and report %j', (id) => {
  expect(parse(to('evidence', id))).toEqual({ page: 'evidence', about: id })
  expect(parse(to('reports', id))).toEqual({ page: 'reports', about: id })
})

it('keeps the slashes of an id and hides the rest', () => expect(inPath('a/news#0a 1?')).toBe('a/news%230a%201%3F'))
