import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { Driver } from './driver'

let d: Driver
beforeAll(async () => {
  d = await Driver.open()
  await d.arriveAs(Driver.account('analyst'))
})
afterEach(() => expect(d.browser.faults.splice(0)).toEqual([]))
afterAll(() => d.close())

it('draws a changed camera by itself, asking again for the tiles of its layer alone', async () => {
  const camera = await d.layer('camera')
  const [one] = await d.rows(camera.id, {})
  if (!one) throw new Error('there is no camera')
  await d.see(`at=${one.lon},${one.lat},17`)
  const asked = d.tilesAsked()
  const name = `改名 ${Date.now()}`
  d.bring(camera.id, await d.changed(camera.id, one.id, { name }))
  await expect.poll(() => asked.of(camera.id), { timeout: 20_000 }).toBeGreaterThan(0)
  await d.picture()
  // Whoever points at it now is told the new name, which came with the tile.
  await d.point(one.lon, one.lat)
  await d.page.getByText(name).first().waitFor()
  expect(asked.layers()).toEqual([camera.id])
  // Its tiles have an address that did not change, so those that stayed the same cost a 304.
  expect(asked.addresses().every((a) => !/[?&]v=/.test(a))).toBe(true)
})
