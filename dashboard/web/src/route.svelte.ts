// The page that the address names, kept up to date.
import { parse, type Page } from './address'

class Route {
  page: Page = $state('wall')
  about = $state('') // the id of what is to be shown on it

  constructor() {
    this.follow()
    addEventListener('hashchange', () => this.follow())
  }

  private follow(): void {
    const next = parse(location.hash)
    if (!next) return
    this.page = next.page
    this.about = next.about
  }
}

export const route = new Route()
