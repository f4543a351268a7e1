// What a person does with the map, in the words of the map. Specs read as
// sentences; only this file knows how the page is made.
import { accounts, address, importFeature, openBrowser, type Account, type Browser, type Page } from './browser'

export interface Layer {
  id: string
  symbol: string
  legend?: string
  pointZoom?: number
  allowed: boolean
  count?: number
  timeField?: string
  title: { zh: string; en: string }
  fields: { name: string; codes?: { value: string }[] }[]
}
export interface Row { id: string; fid: number; lon: number; lat: number; properties: Record<string, unknown> }

export class Driver {
  constructor(readonly browser: Browser) {}

  static async open(size?: { width: number; height: number }, flags?: string[]): Promise<Driver> {
    return new Driver(await openBrowser(size, flags))
  }

  get page(): Page {
    return this.browser.page
  }

  /** The account of a role, for the whole city or for a county. */
  static account(role: string, area?: string): Account {
    const found = accounts.find((a) => a.role === role && (area === undefined || a.area === area))
    if (!found) throw new Error(`no ${role} account ${area ?? ''} among ${accounts.map((a) => a.name).join(', ')}`)
    return found
  }

  /** Types name and password on the sign-in page. */
  async signIn(account: Pick<Account, 'name' | 'password'>): Promise<void> {
    await this.page.getByLabel(/^(账号|Account)$/).fill(account.name)
    await this.page.getByLabel(/^(密码|Password)$/).fill(account.password)
    await this.page.keyboard.press('Enter')
  }

  /** Signs in by the cookie alone, for tests that are not about signing in. */
  async arriveAs(account: Account): Promise<void> {
    await this.browser.context.clearCookies()
    const answer = await this.browser.context.request.post(`${address}/api/login`, { data: { name: account.name, password: account.password } })
    if (!answer.ok()) throw new Error(`${account.name} cannot sign in: ${answer.status()} ${await answer.text()}`)
  }

  /** Opens the page with a query. */
  async goto(query = ''): Promise<void> {
    await this.page.goto(`${address}/?${query}`)
  }

  /** Opens the page and waits for the whole picture. */
  async see(query = ''): Promise<void> {
    await this.goto(query)
    await this.picture()
  }

  /** Waits until everything that was asked for is drawn. */
  async picture(): Promise<void> {
    await this.page.waitForSelector('[data-map=idle]', { state: 'attached', timeout: 60_000 })
  }

  /** What the page's address says. */
  async url(): Promise<URLSearchParams> {
    return new URL(this.page.url()).searchParams
  }

  /** Waits until the page's address says so. */
  async urlSays(test: (q: URLSearchParams) => boolean): Promise<void> {
    await this.page.waitForURL((url) => test(url.searchParams))
  }

  /** Reads a route of the program as the page would. */
  async ask<T>(path: string, body?: unknown): Promise<T> {
    const answer = body === undefined
      ? await this.browser.context.request.get(address + path)
      : await this.browser.context.request.post(address + path, { data: body })
    if (!answer.ok()) throw new Error(`${path}: ${answer.status()} ${await answer.text()}`)
    return (await answer.json()) as T
  }

  async layers(): Promise<Layer[]> {
    return (await this.ask<{ layers: Layer[] }>('/catalog')).layers
  }

  /** The layer drawn with a symbol. */
  async layer(symbol: string): Promise<Layer> {
    const layer = (await this.layers()).find((l) => l.symbol === symbol)
    if (!layer) throw new Error(`no layer is drawn as ${symbol}`)
    return layer
  }

  /** Some features of a layer. */
  async rows(layer: string, selection: object, limit = 1): Promise<Row[]> {
    return (await this.ask<{ rows: Row[] }>(`/api/inside/${layer}?limit=${limit}`, selection)).rows
  }

  async count(layer: string, selection: object): Promise<number> {
    const { totals } = await this.ask<{ totals: { count?: number }[] }>('/api/inside', { ...selection, layers: [layer] })
    return totals[0]?.count ?? 0
  }

  /** Where a place is on the page, in pixels, as the address says the map stands. */
  async pixel(lon: number, lat: number): Promise<[x: number, y: number]> {
    const [atLon = 0, atLat = 0, zoom = 0] = ((await this.url()).get('at') ?? '').split(',').map(Number)
    const box = await this.page.locator('#map').boundingBox()
    if (!box) throw new Error('there is no map')
    // Web Mercator with tiles of 512 pixels.
    const world = 512 * 2 ** zoom
    const y = (degrees: number) => 0.5 - Math.log(Math.tan(Math.PI / 4 + (degrees * Math.PI) / 360)) / (2 * Math.PI)
    return [box.x + box.width / 2 + ((lon - atLon) / 360) * world, box.y + box.height / 2 + (y(lat) - y(atLat)) * world]
  }

  async click(lon: number, lat: number): Promise<void> {
    await this.page.mouse.click(...(await this.pixel(lon, lat)))
  }

  async doubleClick(lon: number, lat: number): Promise<void> {
    await this.page.mouse.dblclick(...(await this.pixel(lon, lat)))
  }

  /** The steps of the path from the city down, as written. */
  async path(): Promise<string[]> {
    const steps = await this.page.locator('.drill .step:not(.choose)').allInnerTexts()
    return steps.map((s) => s.trim())
  }

  /** Waits until the path ends with a name. */
  async standsIn(name: string): Promise<void> {
    await this.page.locator('.drill .here', { hasText: name }).waitFor()
  }

  row(layer: string) {
    return this.page.locator(`[data-layer="${layer}"]`)
  }

  /** The number written beside a layer, "12 / 34" as it stands. */
  async countShown(layer: string): Promise<string> {
    return (await this.row(layer).locator('.line .number').innerText()).trim()
  }

  legendClass(layer: string, value: string) {
    return this.row(layer).locator(`[data-class="${value}"]`)
  }

  /** Types into the search box and waits for the first answer. */
  async search(text: string): Promise<string> {
    await this.page.keyboard.press('/')
    await this.page.keyboard.type(text)
    const first = this.page.locator('#search-results [role=option]').first()
    await first.waitFor()
    return (await first.innerText()).trim()
  }

  /** Rests the pointer on a place. */
  async point(lon: number, lat: number): Promise<void> {
    const [x, y] = await this.pixel(lon, lat)
    await this.page.mouse.move(x + 40, y + 40)
    await this.page.mouse.move(x, y)
  }

  /** Notes from now on which tiles the page asks for. */
  tilesAsked(): { of(layer: string): number; layers(): string[]; addresses(): string[] } {
    const paths: string[] = []
    this.page.on('request', (request) => {
      if (/\.mvt/.test(request.url())) paths.push(request.url().slice(address.length))
    })
    const layerOf = (path: string) => path.split('/')[2] ?? ''
    return {
      of: (layer) => paths.filter((p) => layerOf(p) === layer).length,
      layers: () => [...new Set(paths.map(layerOf))],
      addresses: () => [...paths],
    }
  }

  /** A feature as GeoJSON, with some properties changed. */
  async changed(layer: string, id: string, properties: Record<string, unknown>): Promise<object> {
    const feature = await this.ask<{ properties: Record<string, unknown> }>(`/ogc/collections/${layer}/items/${id}`)
    return { ...feature, properties: { ...feature.properties, ...properties } }
  }

  /** Imports a feature from the command line, beside the running server. */
  bring(layer: string, feature: object): void {
    importFeature(layer, feature)
  }

  async close(): Promise<void> {
    await this.browser.close()
  }
}

/** 12345 as the page writes it. */
export const written = (n: number) => new Intl.NumberFormat('en').format(n)
