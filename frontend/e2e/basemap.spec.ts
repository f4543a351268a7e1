// The program runs with a basemap of its own making: the water of the demo
// city as a PMTiles file, see scripts/browser.sh.
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { Driver } from './driver'

let d: Driver
beforeAll(async () => {
  d = await Driver.open()
  await d.arriveAs(Driver.account('viewer'))
})
afterEach(() => expect(d.browser.faults.splice(0)).toEqual([]))
afterAll(() => d.close())

const basemapTile = (url: URL) => url.pathname.startsWith('/basemap/')

it('lies under the map, and says whose it is', async () => {
  const tile = d.page.waitForResponse((r) => basemapTile(new URL(r.url())))
  await d.see()
  expect((await tile).status()).toBe(200)
  await d.page.locator('.corner', { hasText: '底图：测试水系' }).waitFor()
  expect(await d.page.locator('.corner', { hasText: '示意图' }).count()).toBe(0)
})

it('goes away by its switch, which the link remembers, and is then not fetched', async () => {
  await d.page.locator('[data-basemap] .el-switch').click()
  await d.urlSays((q) => q.get('off') === '_basemap')
  await d.page.locator('.corner', { hasText: '示意图' }).waitFor()
  const asked: string[] = []
  d.page.on('request', (r) => { if (basemapTile(new URL(r.url()))) asked.push(r.url()) })
  await d.see('off=_basemap&at=102.6,37.9,8')
  expect(asked).toEqual([])
})

it('leaves the map alone when it fails, and says so', async () => {
  await d.page.route(basemapTile, (route) => route.fulfill({ status: 502, contentType: 'application/problem+json', body: '{}' }))
  await d.see('at=102.9,38.1,9')
  await d.page.locator('[data-reason=basemap]').waitFor({ state: 'attached' })
  expect(await d.page.locator('[data-reason=stale]').count()).toBe(0)
  await d.page.unroute(basemapTile)
})
