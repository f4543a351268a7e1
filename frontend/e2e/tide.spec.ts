import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { address, axeFaults, program, type Page } from './browser'
import { Driver, written } from './driver'

interface Unit { id: string; callSign: string; state: string; headcount: number; home: [number, number]; area: string; at?: string }
interface Gaps { total: number }
/** What answers a route in the place of the server. */
type Answer = Parameters<Page['route']>[1]

let d: Driver
const area = '620602'
const patient = { timeout: 45_000 }
const tide = () => d.page.locator('[data-tide]')
const panel = () => d.page.locator('[data-grid]')

beforeAll(async () => {
  d = await Driver.open({ width: 1366, height: 768 })
  await d.arriveAs(Driver.account('dispatcher', area))
  program('simulate', 'units', '--url', address, '--limit', '200', '--every', '2s', '--for', '6s', '--calls=-1', '--no-shift')
}, 120_000)
afterEach(() => expect(d.browser.faults.splice(0)).toEqual([]))
afterAll(() => d.close())

it('rises over every grid of the area, and counts the gaps as the server does', { timeout: 120_000 }, async () => {
  await d.see('task=patrol')
  await tide().getByText('此刻', { exact: true }).click()
  await d.urlSays((q) => q.get('tide') === 'now')
  // Grids are visited all the time: both are asked again until they agree.
  await expect.poll(async () => {
    const { total } = await d.ask<Gaps>('/api/tide/gaps?idle=PT4H&limit=1')
    return (await tide().locator('[data-missed]').innerText()).includes(`${written(total)} 个网格`)
  }, patient).toBe(true)
  await tide().locator('input[type=range]').focus()
  await d.page.keyboard.press('Home')
  await d.urlSays((q) => q.get('hours') === '1')
  expect(await axeFaults(d.page)).toEqual([])
})

it('lists the gravest gap first, and goes there on a click', { timeout: 120_000 }, async () => {
  await d.see('task=patrol&tide=now&hours=24&at=102.64,37.93,9')
  const first = tide().locator('[data-gap]').first()
  await first.waitFor(patient)
  const code = await first.getAttribute('data-gap')
  await first.click()
  await d.urlSays((q) => q.get('grid') === code && (q.get('at') ?? '').endsWith('14.00'))
  await panel().getByText(code ?? '', { exact: true }).waitFor(patient)
  await d.page.keyboard.press('Escape')
  await d.urlSays((q) => q.get('grid') === null)
})

it('is drained by a unit that passes, while one looks', { timeout: 120_000 }, async () => {
  const { units } = await d.ask<{ units: Unit[] }>('/api/units')
  const unit = units.filter((u) => u.headcount > 1 && !['off', 'post', 'sos'].includes(u.state) && !(Date.parse(u.at ?? '') > Date.now() - 60_000))[0]
  if (!unit) throw new Error('no unit on duty is free')
  const [lon, lat] = unit.home
  const box = [lon - 1e-5, lat - 1e-5, lon + 1e-5, lat + 1e-5].join(',')
  const { features } = await d.ask<{ features: { id: string }[] }>(`/ogc/collections/grid/items?bbox=${box}&limit=1`)
  const grid = String(features[0]?.id ?? '')
  await d.see(`task=patrol&tide=now&grid=${grid}&at=${lon},${lat},14`)
  await panel().locator('.big').waitFor(patient)
  const token = program('token', 'add', 'simulator', '--role', 'device').trim()
  const fix = { unit: unit.id, seq: Date.now(), at: new Date().toISOString(), lon, lat }
  const answer = await fetch(`${address}/api/positions`, {
    method: 'POST', headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }, body: JSON.stringify({ fixes: [fix] }),
  })
  expect(await answer.json()).toMatchObject({ verdicts: ['kept'] })
  await expect.poll(() => panel().locator('.big').innerText(), { timeout: 15_000 }).toBe('此刻有力量在')
  // Opened again it names who was there; a click on the map opens the grid as well.
  await d.page.keyboard.press('Escape')
  await d.page.keyboard.press('Escape')
  await d.see(`task=patrol&tide=now&grid=${grid}&theme=light&at=${lon},${lat},14`)
  await panel().locator(`[data-visit="${unit.id}"]`).first().waitFor(patient)
  expect(await axeFaults(d.page)).toEqual([])
})

it('has a table twin by area that sorts, and says what weighs', { timeout: 120_000 }, async () => {
  await d.see('task=patrol&tide=window&visits=areas&lang=en')
  const table = d.page.locator('[data-tide-table]')
  const { rows } = await d.ask<{ rows: { code: string }[] }>('/api/coverage?layer=unit&by=township&within=PT8H')
  await table.locator('[data-row="0"]').waitFor(patient)
  expect(await table.locator('[role=grid]').getAttribute('aria-rowcount')).toBe(String(rows.length + 1))
  expect(await table.locator('[data-risk]').innerText()).toMatch(/^Risk: published numbers/)
  await table.getByRole('button', { name: 'Grids visited' }).click()
  expect(await table.locator('th[aria-sort=descending]').innerText()).toBe('Grids visited')
  expect(await axeFaults(d.page)).toEqual([])
  await d.page.keyboard.press('Escape')
  await d.urlSays((q) => q.get('visits') === null && q.get('tide') === 'window')
})

it('says why there is nothing: nobody passed, still being read, failed, forbidden', { timeout: 120_000 }, async () => {
  const answers: [string, Answer][] = [
    ['empty', async (route) => {
      const answer = await route.fetch()
      const body = (await answer.json()) as { minutes: number[] }
      await route.fulfill({ response: answer, json: { ...body, minutes: body.minutes.map(() => -1) } })
    }],
    ['failed', (route) => route.fulfill({ status: 503, json: { detail: 'still being read' } })],
    ['forbidden', (route) => route.fulfill({ status: 403, json: { detail: 'not for you' } })],
  ]
  for (const [reason, answer] of answers) {
    await d.page.route(/\/api\/tide(\?|$)/, answer)
    await d.see('task=patrol&tide=now&lang=zh')
    await tide().locator(`[data-reason=${reason}]`).waitFor(patient)
    await d.page.unroute(/\/api\/tide(\?|$)/)
  }
})
