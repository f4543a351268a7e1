import { cellToLatLng } from 'h3-js'
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

interface Cells { total: number; n: number; cells: { cell: string; count: number; before?: number }[]; compared?: { total: number } }
interface Spots { n: number; places: { cell: string; class: string; z: number }[] }

const september = 'from=2016-09-01&to=2016-10-01'
const counts = (res: number, window = september) => d.ask<Cells>(`/api/h3/dispute?res=${res}&${window}`)
const said = () => d.page.locator('.heat .said').innerText()
const places = (paint: string) => d.page.locator(`.heat .legend [data-paint=${paint}] .number`).innerText()
const top = async () => (await counts(8)).cells.sort((a, b) => b.count - a.count)[0] as Cells['cells'][number]

/** Opens the map over a cell and clicks it. */
async function openCell(cell: string, query: string): Promise<void> {
  const [lat, lon] = cellToLatLng(cell)
  await d.see(`task=heat&at=${lon},${lat},10&res=8&${query}`)
  await d.click(lon, lat)
  await d.page.locator('.patch-panel').waitFor()
}

it('opens from the rail with what the window holds, every cell in one class of the legend', async () => {
  await d.see('at=102.64,37.93,10')
  await d.page.getByRole('button', { name: '热', exact: true }).click()
  await d.urlSays((q) => q.get('task') === 'heat')
  const answer = await counts(8)
  await expect.poll(said).toContain(`n = ${written(answer.total)}`)
  const shown = await d.page.locator('.heat .legend .number').allInnerTexts()
  expect(shown.reduce((sum, text) => sum + Number(text.replace(/\D/g, '')), 0)).toBe(answer.n)
  // The points of the map make room: their symbols would hide the cells.
  await d.picture()
  expect(await axeFaults(d.page)).toEqual([])
})

it('tells the count of the cell that is clicked, and its neighbourhood by a name', async () => {
  const { cell, count } = await top()
  await openCell(cell, '')
  await d.urlSays((q) => q.get('cell') === cell)
  expect(await d.page.locator('.patch-panel .big').innerText()).toBe(`${count} 件`)
  expect(await d.page.locator('.patch-panel h2').innerText()).toMatch(/附近$/)
  await d.page.keyboard.press('Escape')
  await d.urlSays((q) => q.get('cell') === null && q.get('task') === 'heat')
})

it('follows the window as it is dragged along the months, in one step of the history', async () => {
  await d.see('task=heat&res=7')
  const before = await d.page.evaluate(() => history.length)
  const asked: string[] = []
  d.page.on('request', (r) => { if (r.url().includes('/api/h3/')) asked.push(r.url()) })
  const middle = async (month: string): Promise<[number, number]> => {
    const box = await d.page.locator(`[data-month="${month}"]`).boundingBox()
    return [(box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + 20]
  }
  await d.page.mouse.move(...(await middle('2016-08')))
  await d.page.mouse.down()
  for (const month of ['2016-06', '2016-03', '2016-02']) await d.page.mouse.move(...(await middle(month)), { steps: 4 })
  await d.page.mouse.up()
  await d.urlSays((q) => q.get('month') === '2016-02')
  await expect.poll(said).toContain(`n = ${written((await counts(7, 'from=2016-02-01&to=2016-03-01')).total)}`)
  expect(asked.some((a) => a.includes('from=2016-03-01'))).toBe(true)
  expect((await d.page.evaluate(() => history.length)) - before).toBeLessThanOrEqual(1)
  // A quarter holds three months, and the bars say which.
  await d.page.locator('.sizes').getByText('季', { exact: true }).click()
  await d.urlSays((q) => q.get('month') === '2016-Q1')
  expect(await d.page.locator('[data-month][aria-pressed=true]').count()).toBe(3)
  await expect.poll(said).toContain(`n = ${written((await counts(7, 'from=2016-01-01&to=2016-04-01')).total)}`)
})

it('counts one category alone by a click on it, and all of them again', async () => {
  await d.see('task=heat&res=7')
  await d.page.locator('[data-category="07"]').click()
  const alone = await d.ask<Cells>(`/api/h3/dispute?res=7&${september}&category=07`)
  await expect.poll(said).toContain(`n = ${written(alone.total)}`)
  expect((await d.url()).get('keep.dispute')).toBe('07')
  await d.page.getByRole('button', { name: '全部类别' }).click()
  await expect.poll(said).toContain(`n = ${written((await counts(7)).total)}`)
})

it('shows hotspots by class, and says of one in a sentence what was found', async () => {
  // The demo city has family disputes planted in January 2016.
  const asked = 'from=2016-01-01&to=2016-02-01&category=05'
  const answer = await d.ask<Spots>(`/api/hotspots/dispute?res=8&${asked}`)
  const hottest = answer.places.sort((a, b) => b.z - a.z)[0] as Spots['places'][number]
  await openCell(hottest.cell, 'shows=spots&month=2016-01&keep.dispute=05')
  expect(await places('hot3')).toBe(`${written(answer.places.filter((p) => p.class === 'hot99').length)} 处`)
  expect(await said()).toContain(`n = ${written(answer.n)}`)
  const { sentence } = await d.ask<{ sentence: { zh: string } }>(`/api/hotspots/dispute/${hottest.cell}?${asked}`)
  await d.page.getByText(sentence.zh).waitFor()
  expect(await d.page.locator('.patch-panel .facts').first().innerText()).toContain(hottest.z.toFixed(2))
  expect(await axeFaults(d.page)).toEqual([])
})

it('asks of hotspots whether they are real by dealing out the dates anew', async () => {
  await d.page.getByRole('button', { name: '真的吗？' }).click()
  await d.urlSays((q) => q.get('real') === '1')
  await d.page.locator('[data-picture="9"]').waitFor()
  await d.page.getByRole('button', { name: '揭晓' }).click()
  await d.page.getByText('100 幅中第 1，p=0.01').waitFor()
  await d.page.keyboard.press('Escape')
  await d.page.keyboard.press('Escape')
  await d.urlSays((q) => q.get('real') === null && q.get('task') === 'heat')
  // Against an even spread the town itself is hot, whatever the season.
  await d.page.locator('.heat').getByText('与平均比').click()
  const even = await d.ask<Spots>('/api/hotspots/dispute?res=8&from=2016-01-01&to=2016-02-01&category=05&measure=even')
  await expect.poll(() => places('hot3')).toBe(`${written(even.places.filter((p) => p.class === 'hot99').length)} 处`)
})

it('says so where nothing is hot, and what to try', async () => {
  await d.see('task=heat&res=7&shows=spots')
  const { places: none } = await d.ask<Spots>(`/api/hotspots/dispute?res=7&${september}`)
  expect(none).toEqual([])
  await d.page.locator('[data-reason=none-hot]').waitFor()
})

it('hides the true map among its reshuffles, over the very cells that the server judges', async () => {
  const { n } = await d.ask<Spots>(`/api/hotspots/dispute?res=7&${september}`)
  await d.see('task=heat&res=7&real=1')
  await d.page.locator('[data-picture="9"]').waitFor()
  expect(await d.page.locator('.real .ask').innerText()).toContain(`${written(n)} 个单元`)
  expect(await d.page.locator('[data-truth]').count()).toBe(0)
  await d.page.locator('[data-picture="1"]').focus()
  await d.page.keyboard.press('Enter')
  expect(await d.page.locator('[data-truth]').count()).toBe(1)
  // People live in towns, so the counts of a month are clustered.
  await d.page.getByText('100 幅中第 1，p=0.01').waitFor()
  expect(await axeFaults(d.page)).toEqual([])
})

it('counts what lies in a drawn circle, and follows the window', async () => {
  await d.see('task=heat&at=102.64,37.93,11&draw=c:102.64,37.93,3000&totals=1')
  const drawn = () => d.page.locator('.drawn .big').innerText()
  await expect.poll(drawn).toMatch(/^\d+ 件$/)
  const total = await d.page.locator('[data-total=dispute] .strong').innerText()
  expect(await drawn()).toBe(`${total} 件`)
  await d.page.locator('.sizes').getByText('年', { exact: true }).click()
  await expect.poll(async () => Number((await drawn()).replace(/\D/g, ''))).toBeGreaterThan(Number(total))
  expect(await axeFaults(d.page)).toEqual([])
})

it('compares two windows, with the number of both, as the server does', async () => {
  const both = await counts(7, `${september}&compare=2015-09-01/2015-10-01`)
  await d.see('task=heat&res=7&shows=change')
  await expect.poll(said).toContain(`n=${written(both.total)}`)
  await expect.poll(said).toContain(`n=${written(both.compared?.total ?? -1)}`)
  const same = both.cells.filter((c) => c.count === (c.before ?? 0)).length
  await expect.poll(() => places('same')).toBe(`${written(same)} 处`)
  await d.page.getByLabel('对比').selectOption('2016-08')
  await d.urlSays((q) => q.get('against') === '2016-08')
  await expect.poll(said).toContain(`n=${written((await counts(7, 'from=2016-08-01&to=2016-09-01')).total)}`)
  expect(await axeFaults(d.page)).toEqual([])
})

it('says of the surface that it is a sketch, and shows all of it again from a link in the other language', async () => {
  await d.see('task=heat&smooth=1&theme=light&lang=en&at=102.64,37.93,9.00&month=2016-Q2&keep.dispute=05,07&res=7')
  await d.page.getByText('A sketch, not for reading numbers').waitFor()
  await expect.poll(said).toContain('Q2 2016')
  expect((await d.url()).get('smooth')).toBe('1')
  expect(await axeFaults(d.page)).toEqual([])
})

it('tells a failed count so, and tries again', async () => {
  await d.page.route('**/api/h3/**', (route) => route.fulfill({ status: 500, json: { detail: 'broken' } }))
  await d.see('task=heat&res=7&lang=zh')
  await d.page.locator('.heat [data-reason=failed]').waitFor()
  await d.page.unroute('**/api/h3/**')
  await d.page.locator('.heat').getByRole('button', { name: '重试' }).click()
  await expect.poll(said).toContain('n = ')
  await d.see('task=heat&res=7&month=2019-01')
  await d.page.locator('.heat [data-reason=empty]').waitFor()
})
