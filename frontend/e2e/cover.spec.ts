import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { axeFaults } from './browser'
import { Driver, written } from './driver'

let d: Driver
beforeAll(async () => {
  d = await Driver.open({ width: 1366, height: 768 })
  await d.arriveAs(Driver.account('analyst'))
})
afterEach(() => expect(d.browser.faults.splice(0)).toEqual([]))
afterAll(() => d.close())

interface Extent { total: number; once: number; twice: number; onceInstalled: number; share: number }
interface Row { code: string; cameras: { installed: number; offlineShare: number; downShare: number; states: Record<string, number> }; public: Extent; roads: Extent; hotspots?: Extent }
interface Coverage {
  total: Row
  rows: Row[]
  cells: { cell: string; total: number; once: number }[]
  gaps: { roads: { features: { properties: { name: string; length: number } }[] }; cells: { cell: string }[] }
  next: { spots: { features: { geometry: { coordinates: [number, number] } }[] } }
}

// What is computed first may take long on a busy machine.
const patient = { timeout: 45_000 }
const asked = (query: string) => d.ask<Coverage>(`/api/coverage?${query}`)
const fact = (name: string) => d.page.locator(`.cover [data-fact=${name}]`).innerText()
const rows = () => d.page.locator('.cover tbody [data-code]').evaluateAll((all) => all.map((r) => r.getAttribute('data-code')))
const percent = (share: number) => `${(share * 100).toFixed(1)}%`
const settled = () => d.page.locator('.cover .facts').waitFor(patient)

it('opens from the rail with what leaders ask first, and lists the counties, the least covered first', { timeout: 120_000 }, async () => {
  const { total, rows: counties } = await asked('by=county&next=10')
  await d.see('at=102.64,37.93,9')
  await d.page.getByRole('button', { name: '视', exact: true }).click()
  await d.urlSays((q) => q.get('task') === 'cover')
  await settled()
  expect(await fact('offline')).toContain(percent(total.cameras.offlineShare))
  expect(await fact('working')).toContain(percent(1 - total.cameras.downShare))
  expect(await fact('installed')).toContain(written(total.cameras.installed))
  const area = await fact('public')
  expect(area).toContain(percent(total.public.share))
  expect(area).toContain(percent(total.public.onceInstalled / total.public.total))
  expect(await fact('hot')).toContain(`${written(total.hotspots?.total ?? -1)} 处`)
  expect(await rows()).toEqual([...counties].sort((a, b) => a.public.share - b.public.share).map((r) => r.code))
  await d.picture()
  expect(await axeFaults(d.page)).toEqual([])
})

it('sorts by what does not work, walks the rows by the keyboard and goes into an area', { timeout: 120_000 }, async () => {
  const { rows: counties } = await asked('by=county&next=10')
  const worst = [...counties].sort((a, b) => b.cameras.downShare - a.cameras.downShare).map((r) => r.code)
  await d.see('task=cover&at=102.64,37.93,9')
  await settled()
  await d.page.getByRole('button', { name: '异常' }).click()
  await d.urlSays((q) => q.get('sort') === '-down')
  await expect.poll(rows).toEqual(worst)
  await d.page.locator('.cover tbody [data-code] button').first().focus()
  await d.page.keyboard.press('ArrowDown')
  await d.page.keyboard.press('Enter')
  await d.urlSays((q) => q.get('area') === worst[1])
  const inside = await asked(`by=township&next=10&area=${worst[1]}`)
  await expect.poll(() => fact('public'), patient).toContain(percent(inside.total.public.share))
  expect((await rows()).sort()).toEqual(inside.rows.map((r) => r.code))
})

it('singles out a proposed camera without moving the map, and goes there when asked', { timeout: 120_000 }, async () => {
  const { next } = await asked('by=county&next=10')
  const [lon, lat] = next.spots.features[1]?.geometry.coordinates ?? [0, 0]
  await d.see('task=cover&list=sites&at=102.64,37.93,9')
  await settled()
  const second = d.page.locator('.cover [data-mark="site/2"]')
  expect(await d.page.locator('.cover [data-mark]').count()).toBe(next.spots.features.length)
  await second.locator('.what').click()
  await d.urlSays((q) => q.get('mark') === 'site/2' && q.get('at') === '102.64,37.93,9.00')
  await second.getByRole('button', { name: /^定位到/ }).click()
  await d.urlSays((q) => { const [x, y, z] = (q.get('at') ?? '').split(',').map(Number); return Math.abs((x ?? 0) - lon) < 1e-4 && Math.abs((y ?? 0) - lat) < 1e-4 && z === 15.5 })
  await d.picture()
  // Back in the list of areas nothing is looked at; a click on the disc opens its list again.
  await d.page.getByLabel('分区').locator('..').click()
  await d.urlSays((q) => q.get('mark') === null && q.get('list') === null)
  await d.picture()
  await d.click(lon, lat)
  await d.urlSays((q) => q.get('mark') === 'site/2' && q.get('list') === 'sites')
  await d.page.keyboard.press('Escape')
  await d.urlSays((q) => q.get('mark') === null && q.get('task') === 'cover')
})

it('ranks unseen roads as the server does, for two cameras and a purpose, and shows the same from a link', { timeout: 120_000 }, async () => {
  const { gaps, total } = await asked('by=county&next=10&k=2&purpose=observe')
  await d.see('task=cover&list=roads&k=2&purpose=observe&lang=en&theme=light&mark=road/1&at=102.64,37.93,8')
  await settled()
  expect(await fact('public')).toContain(percent(total.public.share))
  expect(await d.page.locator('.cover [data-mark]').count()).toBe(gaps.roads.features.length)
  expect(await d.page.locator('.cover [data-mark="road/1"] .what').getAttribute('aria-expanded')).toBe('true')
  await d.page.getByText('Cells', { exact: true }).click()
  await d.urlSays((q) => q.get('list') === 'cells')
  expect(await d.page.locator('.cover [data-mark]').count()).toBe(gaps.cells.length)
  await d.page.getByText('Method and assumptions').click()
  await d.page.getByText(/Nothing is taken to stand in the way/).waitFor()
  expect(await axeFaults(d.page)).toEqual([])
})

it('tells of a cell that is clicked, at the finest resolution near the streets', { timeout: 120_000 }, async () => {
  const at = 'bbox=102.63,37.92,102.65,37.94'
  const { cells } = await asked(`by=cell&res=10&next=10&${at}`)
  const best = cells.sort((a, b) => b.once - a.once)[0]
  const { cellToLatLng } = await import('h3-js')
  const [lat, lon] = cellToLatLng(best?.cell ?? '')
  await d.see(`task=cover&lang=zh&at=${lon},${lat},14`)
  await settled()
  await d.picture()
  await d.click(lon, lat)
  await d.urlSays((q) => q.get('mark') === best?.cell)
  expect(await d.page.locator('.cell-panel .big').innerText()).toContain('可见')
})

it('says why there is nothing: failed, forbidden, no public area', { timeout: 120_000 }, async () => {
  await d.page.route('**/api/coverage*', (route) => route.fulfill({ status: 500, json: { detail: 'broken' } }))
  await d.see('task=cover&at=102.64,37.93,9')
  await d.page.locator('.cover [data-reason=failed]').waitFor()
  await d.page.unroute('**/api/coverage*')
  await d.page.locator('.cover').getByRole('button', { name: '重试' }).click()
  await settled()
  await d.page.route('**/api/coverage*', (route) => route.fulfill({ status: 403, json: { detail: 'not for you' } }))
  await d.see('task=cover&at=102.64,37.93,9&k=2')
  await d.page.locator('.cover [data-reason=forbidden]').waitFor()
  await d.page.unroute('**/api/coverage*')
  const empty = { total: 0, once: 0, twice: 0, onceInstalled: 0, twiceInstalled: 0, share: 0 }
  const none = { code: '', cameras: { total: 0, installed: 0, states: {}, offlineShare: 0, downShare: 0 }, public: empty, roads: empty, demand: empty }
  await d.page.route('**/api/coverage*', async (route) => {
    const answer = await route.fetch()
    await route.fulfill({ response: answer, json: { ...(await answer.json()), total: none, rows: [], cells: [] } })
  })
  await d.see('task=cover&at=102.64,37.93,9')
  await d.page.locator('.cover [data-reason=empty]').waitFor(patient)
  await d.page.unroute('**/api/coverage*')
})
