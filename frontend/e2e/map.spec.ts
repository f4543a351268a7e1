import { readFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { axeFaults } from './browser'
import { Driver, written } from './driver'

let d: Driver
beforeAll(async () => {
  d = await Driver.open()
  await d.arriveAs(Driver.account('analyst'))
})
afterEach(() => expect(d.browser.faults.splice(0)).toEqual([]))
afterAll(() => d.close())

interface Area { code: string; name: string; level: string }
const home = async () => (await d.ask<{ city: Area }>('/catalog')).city

it('opens on the city with every layer of the catalogue, its count and the mark of invented data', async () => {
  await d.see()
  const layers = await d.layers()
  const shown = await d.page.locator('[data-layer]').evaluateAll((rows) => rows.map((r) => r.getAttribute('data-layer')))
  expect([...shown].sort()).toEqual(layers.map((l) => l.id).sort())
  for (const layer of layers.filter((l) => !l.timeField)) {
    await expect.poll(() => d.countShown(layer.id), { message: layer.id, timeout: 10_000 }).toBe(written(layer.count ?? -1))
  }
  expect(await d.page.getByText('演示数据 · synthetic').count()).toBe(2)
  await d.standsIn((await home()).name)
})

it('goes down by double click, up by Escape, back by the browser', async () => {
  const { children } = await d.ask<{ children: Area[] }>(`/api/areas/${(await home()).code}`)
  const county = children[0] as Area
  const boundary = await d.layer('boundary')
  const [inside] = await d.rows(boundary.id, { area: county.code, filters: { [boundary.id]: { [boundary.legend ?? '']: ['county'] } } })
  if (!inside) throw new Error('the county has no outline')
  // On a ring a double click goes into the ring (cluster.spec.ts), so there are none.
  const ringed = (await d.layers()).filter((l) => l.pointZoom).map((l) => l.id)
  await d.see(`off=${ringed.join(',')}`)
  await d.doubleClick(inside.lon, inside.lat)
  await d.urlSays((q) => q.get('area') === county.code)
  await d.standsIn(county.name)
  await d.picture()
  const standing = (await d.url()).get('at')
  await d.page.keyboard.press('Escape')
  await d.urlSays((q) => q.get('area') === null)
  await d.page.goBack()
  await d.standsIn(county.name)
  await d.picture()
  expect((await d.url()).get('at')).toBe(standing)
  await d.see(`area=${county.code}`)
})

it('goes on by the menu of the path, narrowed by typing, down to a grid', async () => {
  const walk = async (level: string): Promise<Area> => {
    const code = (await d.url()).get('area') ?? ''
    const { children } = await d.ask<{ children: Area[] }>(`/api/areas/${code}`)
    const next = children.at(-1)
    if (next?.level !== level) throw new Error(`below ${code} come ${next?.level}, not ${level}`)
    await d.page.getByRole('button', { name: '进入下级区域' }).click()
    await d.page.keyboard.type(next.code)
    await d.page.keyboard.press('Enter')
    await d.urlSays((q) => q.get('area') === next.code)
    await d.standsIn(next.name)
    return next
  }
  for (const level of ['township', 'village', 'grid']) await walk(level)
  expect(await d.path()).toHaveLength(5)
  expect(await d.page.getByRole('button', { name: '进入下级区域' }).count()).toBe(0)
})

it('shows what was clicked beside the map, which stays where it is', async () => {
  const camera = await d.layer('camera')
  const [one] = await d.rows(camera.id, { area: (await home()).code })
  if (!one) throw new Error('there is no camera')
  await d.see(`at=${one.lon},${one.lat},17`)
  const standing = (await d.url()).get('at')
  await d.click(one.lon, one.lat)
  const detail = d.page.locator('.detail')
  await detail.waitFor()
  // Where several things lie on one another the page asks which.
  await detail.locator('.facts, .title:has-text("此处有")').first().waitFor()
  if (!(await detail.locator('.facts').count())) await detail.locator('.candidates button', { hasText: String(one.properties.name) }).first().click()
  await detail.getByText(one.id).waitFor()
  expect((await d.url()).get('at')).toBe(standing)
  expect((await d.url()).get('pick')).toBe(`${camera.id}/${one.id}`)
  const [x] = await d.pixel(one.lon, one.lat)
  const box = await detail.boundingBox()
  expect(x < (box?.x ?? 0) || x > (box?.x ?? 0) + (box?.width ?? 0)).toBe(true)
  for (const field of camera.fields.filter((f) => f.name !== 'name')) expect(await detail.locator('dt').count(), field.name).toBeGreaterThanOrEqual(camera.fields.length - 1)
  expect(await axeFaults(d.page)).toEqual([])
  await d.page.keyboard.press('Escape')
  await detail.waitFor({ state: 'detached' })
})

it('filters by the legend: a click takes a class away, Alt and click leaves it alone', async () => {
  const camera = await d.layer('camera')
  const values = camera.fields.find((f) => f.name === camera.legend)?.codes?.map((c) => c.value) ?? []
  const first = values[0] as string
  const all = camera.count ?? 0
  await d.legendClass(camera.id, first).click()
  const without = await d.count(camera.id, { filters: { [camera.id]: { [camera.legend ?? '']: values.slice(1) } } })
  await expect.poll(() => d.countShown(camera.id)).toBe(`${written(without)} / ${written(all)}`)
  await d.legendClass(camera.id, first).click({ modifiers: ['Alt'] })
  await expect.poll(() => d.countShown(camera.id)).toBe(`${written(all - without)} / ${written(all)}`)
  expect((await d.url()).get(`keep.${camera.id}`)).toBe(first)
  await d.page.getByTitle('清除筛选').first().click()
  await expect.poll(() => d.countShown(camera.id)).toBe(written(all))
})

it('finds a county by the first letters of its pinyin, and a place by coordinates', async () => {
  expect(await d.search('lzq')).toContain('凉州区')
  await d.page.keyboard.press('Enter')
  await d.standsIn('凉州区')
  expect(await d.search('37.93N 102.64E')).toContain('先纬度后经度')
  await d.page.keyboard.press('Enter')
  await d.urlSays((q) => q.get('at') === '102.64,37.93,15.00')
})

it('counts and lists what lies in a drawn rectangle, as the program counts it', async () => {
  await d.picture()
  await d.page.getByRole('button', { name: '画矩形' }).click()
  await d.page.getByText('点击一角').waitFor()
  await d.click(102.638, 37.931)
  await d.click(102.642, 37.928)
  const panel = d.page.locator('.totals')
  await panel.waitFor()
  const corners = ((await d.url()).get('draw') ?? '').slice(2).split(';').map((p) => p.split(',').map(Number))
  expect(corners).toHaveLength(4)
  const within = { type: 'Polygon', coordinates: [[...corners, corners[0]]] }
  const grid = await d.layer('grid')
  const count = await d.count(grid.id, { within })
  expect(count).toBeGreaterThan(0)
  await expect.poll(() => panel.locator(`[data-total="${grid.id}"] .strong`).innerText()).toBe(written(count))
  await panel.locator(`[data-total="${grid.id}"] button`).click()
  await d.page.getByRole('grid', { name: grid.title.zh }).waitFor()
  await expect.poll(() => d.page.locator('.foot [role=status]').innerText()).toContain(`/ ${written(count)} 行`)
})

it('exports the loaded rows as a file for spreadsheets that says what it is', async () => {
  const waiting = d.page.waitForEvent('download')
  await d.page.getByRole('button', { name: /导出/ }).click()
  const text = readFileSync(await (await waiting).path(), 'utf8')
  const [first = '', mark, header = '', ...rows] = text.trimEnd().split('\r\n')
  expect(first.charCodeAt(0)).toBe(0xfeff)
  expect(first).toContain('数据截至')
  expect(mark).toBe('演示数据 · synthetic')
  expect(header.split(',')).toContain('经度')
  expect(rows).toHaveLength(await d.page.locator('.foot [role=status]').innerText().then((t) => Number(/(\d+) \//.exec(t)?.[1])))
})

it('walks the table by keyboard and shows a row on the map', async () => {
  expect(await axeFaults(d.page)).toEqual([])
  await d.page.locator('[data-row="0"]').focus()
  await d.page.keyboard.press('ArrowDown')
  expect(await d.page.evaluate(() => document.activeElement?.getAttribute('data-row'))).toBe('1')
  await d.page.keyboard.press('Enter')
  await d.page.locator('.inspect .facts').first().waitFor()
  expect((await d.url()).get('task')).toBeNull()
})

it('asks for tiles of the month chosen, and compares with the year before', async () => {
  const dated = (await d.layers()).find((l) => l.timeField)
  await d.page.keyboard.press('Escape')
  const asked = d.page.waitForRequest((r) => r.url().includes(`/tiles/${dated?.id}/`) && r.url().includes('datetime=2016-08-01/2016-09-01'))
  await d.page.getByRole('button', { name: '上一个月' }).click()
  await asked
  await d.page.locator('.figure').getByText(/去年同期/).waitFor()
})

it('shows the same picture from a copied link', async () => {
  const link = 'at=102.64000,37.93000,13.00&area=620602&off=dispute&op.grid=0.50&keep.camera=working,faulty&month=2016-07&totals=1&draw=c:102.64,37.93,1500&theme=light&lang=en'
  await d.see(link)
  const asked = new URLSearchParams(link)
  const now = await d.url()
  for (const [key, value] of asked) expect(now.get(key), key).toBe(key === 'at' ? '102.64,37.93,13.00' : value)
  await d.page.getByText('drawn circle, radius 1.5 km').first().waitFor()
  await d.page.getByText('Jul 2016').first().waitFor()
  expect(await axeFaults(d.page)).toEqual([])
})

it('keeps the map and says since when it is old while the server is away', async () => {
  await d.browser.context.setOffline(true)
  const camera = await d.layer('camera').catch(() => null)
  await d.page.getByRole('button', { name: 'Month before' }).click()
  await d.page.locator('[data-reason=stale]').waitFor()
  expect(await d.page.locator('#map canvas').count()).toBe(1)
  await d.browser.context.setOffline(false)
  await d.page.getByRole('button', { name: 'Try now' }).click()
  await d.page.locator('[data-reason=stale]').waitFor({ state: 'detached' })
  expect(camera).not.toBeNull()
})

it('has settings that a keyboard reaches, and says what is wrong with a new password', async () => {
  await d.page.getByRole('button', { name: 'Settings' }).first().click()
  expect(await axeFaults(d.page)).toEqual([])
  await d.page.getByLabel('Current password').fill('not the current one')
  await d.page.getByLabel('New password (12 characters or more)').fill('long enough to pass')
  await d.page.getByLabel('New password again').fill('long enough to pass')
  await d.page.getByRole('button', { name: 'Change', exact: true }).click()
  await d.page.getByText('The current password is wrong.').waitFor()
  await d.page.keyboard.press('Tab')
  await d.page.getByRole('button', { name: 'Close', exact: true }).click()
})
