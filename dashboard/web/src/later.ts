// The pages whose scripts are fetched when they are first opened.
import type { Component } from 'svelte'
import type { Page } from './address'
import type { Wall } from './wire'

type Fetched = Promise<{ default: Component<{ wall: Wall }> }>

export const later: Partial<Record<Page, () => Fetched>> = {
  scorecard: () => import('./Scorecard.svelte'),
  reports: () => import('./Reports.svelte'),
  evidence: () => import('./Evidence.svelte'),
  records: () => import('./Records.svelte'),
}
