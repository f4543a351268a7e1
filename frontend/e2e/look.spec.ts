// The pages as pictures, to be looked at: into the folder SITMAP_PICTURES.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Driver } from './driver'

const folder = process.env.SITMAP_PICTURES
const sizes = [{ width: 1366, height: 768 }, { width: 1920, height: 1080 }]
const themes = ['dark', 'light'] as const

describe.skipIf(!folder)('pictures', () => {
  let d: Driver
  const places: Record<string, string> = {}
  beforeAll(async () => {
    mkdirSync(folder ?? '', { recursive: true })
    d = await Driver.open(sizes[0])
    await d.arriveAs(Driver.account('analyst'))
    const grid = await d.layer('grid')
    const [one] = await d.rows(grid.id, { within: { type: 'Polygon', coordinates: [[[102.638, 37.928], [102.64, 37.928], [102.64, 37.93], [102.638, 37.93], [102.638, 37.928]]] } })
    Object.assign(places, {
      city: '', county: 'area=620602', 'town-z14': 'at=102.64,37.93,14',
      'grid-selected': `at=${one?.lon},${one?.lat},16&pick=${grid.id}/${one?.id}`,
      totals: 'area=620622&totals=1', table: `task=table&table=${grid.id}`,
      heat: 'task=heat&at=102.64,37.93,10.3&month=2016-Q3', surface: 'task=heat&smooth=1', change: 'task=heat&shows=change&month=2016-Q3&at=102.64,37.93,9.5',
      // Family disputes planted in January 2016, and what one of their cells says.
      hotspots: 'task=heat&shows=spots&month=2016-01&keep.dispute=05&res=8&at=102.862,37.685,11&cell=8824d4cb01fffff',
      real: 'task=heat&real=1&res=7', coverage: 'task=cover&list=roads&at=102.64,37.93,11',
    })
  })
  afterAll(() => d.close())

  const shoot = (name: string, theme: string, width: number) => d.page.screenshot({ path: join(folder ?? '', `${name}-${theme}-${width}.png`) })

  for (const size of sizes) {
    for (const theme of themes) {
      it(`${theme}, ${size.width} × ${size.height}`, { timeout: 240_000 }, async () => {
        await d.page.setViewportSize(size)
        await d.arriveAs(Driver.account('analyst'))
        for (const [name, query] of Object.entries(places)) {
          await d.see(`${query}&theme=${theme}&lang=${size.width > 1500 && name === 'city' ? 'en' : 'zh'}`)
          await shoot(name, theme, size.width)
        }
        await d.browser.context.setOffline(true)
        await d.page.getByRole('button', { name: '切换深浅主题' }).click()
        await d.page.getByRole('button', { name: '切换深浅主题' }).click()
        await d.page.getByRole('button', { name: '上一个月' }).click()
        await d.page.locator('[data-reason=stale]').waitFor()
        await shoot('error-stale', theme, size.width)
        await d.browser.context.setOffline(false)
        await d.browser.context.clearCookies()
        await d.goto(`theme=${theme}&lang=zh`)
        await d.page.getByLabel('账号', { exact: true }).waitFor()
        await shoot('login', theme, size.width)
        await d.signIn({ name: Driver.account('viewer').name, password: 'certainly not this one' })
        await d.page.getByRole('alert').waitFor()
        await shoot('login-wrong', theme, size.width)
        expect(d.browser.faults.splice(0)).toEqual([])
      })
    }
  }
})
