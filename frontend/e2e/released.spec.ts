import { cellToLatLng } from 'h3-js'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { axeFaults } from './browser'
import { Driver, written } from './driver'

// What those see who may not see cases: published counts alone.
let d: Driver
beforeAll(async () => {
  d = await Driver.open({ width: 1366, height: 768 })
  await d.arriveAs(Driver.account('viewer'))
  // The first publication is made in the background of the server's start.
  await vi.waitFor(() => units(''), { timeout: 50_000, interval: 1000 })
})
afterEach(() => expect(d.browser.faults.splice(0)).toEqual([]))
afterAll(() => d.close())

interface Unit { cells: string[]; count: number; before?: number; state: string; why: { zh: string } }
interface Cells { total: number; disclosure: string; units: Unit[]; compared?: { total: number } }

const september = 'from=2016-09-01&to=2016-10-01'
const units = (more: string) => d.ask<Cells>(`/api/h3/dispute?res=6&${september}${more}`)
const said = () => d.page.locator('.heat .said').innerText()

it('draws places that were merged as one, the number of each on it, and says what the colour is', async () => {
  const answer = await units('')
  expect(answer.disclosure).toBe('released')
  await d.see('task=heat&res=6')
  await expect.poll(said).toContain(`n = ${written(answer.total)}`)
  const shown = await d.page.locator('.heat .legend .number').allInnerTexts()
  expect(shown.reduce((sum, text) => sum + Number(text.replace(/\D/g, '')), 0)).toBe(answer.units.filter((u) => u.state !== 'none').length)
  await d.page.getByText('颜色：每 100 平方公里件数').waitFor()
  // The months are those that are published; cases are not asked for anywhere.
  expect(await d.page.locator('footer [data-month]').count()).toBe(21)
  expect(await axeFaults(d.page)).toEqual([])
})

it('says why merged counts cannot be reshuffled, and leads to the hotspots, whose time can', async () => {
  await d.see('task=heat&res=6&month=2016-Q2')
  await d.page.getByRole('button', { name: '真的吗？' }).click()
  await d.page.getByRole('button', { name: '看热点的对照' }).click()
  await d.urlSays((q) => q.get('shows') === 'spots' && q.get('real') === '1')
  await d.page.getByText('只用公布数').waitFor()
})

it('tells of a merged place how many cells it has, and why they are merged', async () => {
  const merged = (await units('')).units.filter((u) => u.state === 'exact' && u.cells.length > 20).sort((a, b) => a.cells.length - b.cells.length)[0]
  if (!merged) throw new Error('nothing is merged')
  const [lat, lon] = cellToLatLng(merged.cells[0] ?? '')
  await d.see(`task=heat&res=6&at=${lon},${lat},9`)
  await d.click(lon, lat)
  await d.page.locator('.patch-panel .big').waitFor()
  expect(await d.page.locator('.patch-panel .big').innerText()).toBe(`${merged.count} 件`)
  await d.page.getByText(`由 ${merged.cells.length} 个单元合并公布。`).waitFor()
  await d.page.getByText(merged.why.zh).waitFor()
})

it('hatches what is withheld, never calls it none, and says what one can do', async () => {
  const withheld = await units('&area=620602&category=01')
  expect(withheld.units.map((u) => u.state)).toEqual(['withheld'])
  await d.see('task=heat&area=620602&keep.dispute=01&res=6')
  await d.page.locator('.legend [data-paint=withheld]').waitFor()
  expect(await said()).toContain('合计不足以公布')
  expect(await d.page.locator('footer .figure').innerText()).toContain('不足以公布')
  expect(await d.page.locator('footer .figure').innerText()).not.toMatch(/0 件/)
  const [lat, lon] = cellToLatLng(withheld.units[0]?.cells.find((c) => c === '862489207ffffff') ?? withheld.units[0]?.cells[0] ?? '')
  await d.see(`task=heat&area=620602&keep.dispute=01&res=6&at=${lon},${lat},10`)
  await d.click(lon, lat)
  await d.page.locator('.patch-panel [data-reason=withheld]').waitFor()
  expect(await axeFaults(d.page)).toEqual([])
  await d.page.getByRole('button', { name: '看上一级' }).click()
  await d.urlSays((q) => q.get('area') === null)
})

it('compares two windows over places that both show whole', async () => {
  const both = await units('&compare=2015-09-01/2015-10-01')
  await d.see('task=heat&shows=change&res=6')
  await expect.poll(said).toContain(`n=${written(both.total)}`)
  expect(await said()).toContain(`n=${written(both.compared?.total ?? -1)}`)
  const same = both.units.filter((u) => u.state === 'exact' && u.count === (u.before ?? 0)).length
  await expect.poll(() => d.page.locator('.legend [data-paint=same] .number').innerText()).toBe(`${same} 处`)
})

it('shows hotspots as classes, without z and p', async () => {
  // The demo city has disputes of this kind planted in one county in March 2016.
  await d.see('task=heat&shows=spots&res=6&month=2016-03&keep.dispute=02')
  const hottest = d.page.locator('.heat ol button').first()
  await hottest.waitFor()
  await hottest.click()
  await d.page.locator('.patch-panel .sentence').waitFor()
  const facts = await d.page.locator('.patch-panel').innerText()
  expect(facts).not.toMatch(/z 值|p 值/)
  expect(facts).toContain('演示数据')
})
