import { afterAll, beforeAll, expect, it } from 'vitest'
import { Driver } from './driver'

let d: Driver
beforeAll(async () => { d = await Driver.open(undefined, ['--disable-3d-apis']) })
afterAll(() => d.close())

it('offers the tables, and says why, where a browser cannot draw the map', async () => {
  await d.arriveAs(Driver.account('viewer'))
  await d.goto()
  await d.page.getByRole('alert').filter({ hasText: 'WebGL2' }).waitFor()
  await d.page.locator('[data-row="0"]').waitFor()
  expect(await d.page.getByRole('button', { name: '图', exact: true }).isDisabled()).toBe(true)
  expect(d.browser.faults).toEqual([])
})
