import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { accounts } from './browser'
import { Driver, written } from './driver'

let d: Driver
beforeAll(async () => { d = await Driver.open() })
afterEach(() => expect(d.browser.faults.splice(0)).toEqual([]))
afterAll(() => d.close())

it('shows every role the layers it may read, and a lock with the reason for those it may not', async () => {
  for (const role of ['leader', 'administrator']) {
    await d.arriveAs(Driver.account(role))
    await d.goto()
    for (const layer of await d.layers()) {
      const row = d.row(layer.id)
      await row.waitFor()
      expect(await row.locator('.locked').count(), `${role}: ${layer.id}`).toBe(layer.allowed ? 0 : 1)
      expect(await row.getByRole('switch').count(), `${role}: ${layer.id}`).toBe(layer.allowed ? 1 : 0)
    }
    expect(await d.page.locator('footer [data-reason=forbidden]').count()).toBe(1)
  }
})

it('tells a role without the map so', async () => {
  await d.arriveAs(Driver.account('auditor'))
  await d.goto()
  await d.page.locator('[data-reason=forbidden]').waitFor()
})

it('opens a county account on its county and counts nothing else', async () => {
  const account = accounts.find((a) => a.role === 'analyst' && a.area.length === 6)
  if (!account) throw new Error('no analyst of a county among the accounts')
  const whole = await (async () => {
    await d.arriveAs(Driver.account('analyst', account.area.slice(0, 4)))
    return d.layers()
  })()
  await d.arriveAs(account)
  await d.see()
  const { area } = await d.ask<{ area: { name: string } }>(`/api/areas/${account.area}`)
  expect(await d.path()).toEqual([area.name])
  for (const layer of whole) {
    const own = (await d.layers()).find((l) => l.id === layer.id)
    if (!['boundary', 'road', 'water'].includes(layer.symbol)) expect(own?.count, layer.id).toBeLessThan(layer.count ?? 0)
  }
  const camera = await d.layer('camera')
  await expect.poll(() => d.countShown(camera.id)).toBe(written(camera.count ?? -1))
  // Going up ends at the own area.
  await d.page.keyboard.press('Escape')
  expect(await d.path()).toEqual([area.name])
})

it('finds and shows nothing of a neighbour to a county account', async () => {
  const account = accounts.find((a) => a.role === 'analyst' && a.area.length === 6)
  const city = Driver.account('analyst', account?.area.slice(0, 4))
  await d.arriveAs(city)
  const { siblings } = await d.ask<{ siblings: { code: string }[] }>(`/api/areas/${account?.area}`)
  const neighbour = siblings.find((s) => s.code !== account?.area)?.code ?? ''
  const camera = await d.layer('camera')
  const [foreign] = await d.rows(camera.id, { area: neighbour })
  if (!account || !foreign) throw new Error('the neighbour has no cameras')
  await d.arriveAs(account)
  await d.goto(`pick=${camera.id}/${foreign.id}`)
  await d.page.locator('.detail [data-reason=empty]').waitFor()
  await d.page.keyboard.press('/')
  await d.page.keyboard.type(foreign.id)
  await d.page.locator('.search .none').waitFor()
  expect(await d.count(camera.id, { area: neighbour })).toBe(0)
})
