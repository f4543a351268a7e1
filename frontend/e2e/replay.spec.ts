import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { axeFaults, program } from './browser'
import { Driver } from './driver'

interface Unit { id: string; callSign: string; kind: string; headcount: number; home: [number, number] }

let d: Driver
let unit: Unit
// It went to the east for half an hour, stood for 20 minutes, and went on, 44 m in half
// a minute; some 100 m around belong to a stop.
const began = Math.floor(Date.now() / 60_000) * 60 - 2 * 3600
const step = 0.0005
const track = Array.from({ length: 240 }, (_, k) => ({ at: began + 30 * k, east: step * (k < 60 ? k : k < 100 ? 60 : k - 40) }))
const clock = () => d.page.locator('[data-replay] .clock')
const marked = () => d.page.locator('[data-replay]')

beforeAll(async () => {
  d = await Driver.open({ width: 1366, height: 768 })
  await d.arriveAs(Driver.account('dispatcher', '620602'))
  const { units } = await d.ask<{ units: Unit[] }>('/api/units')
  // Checkpoints are manned around the clock.
  const one = units.find((u) => u.kind === 'checkpoint' && u.headcount > 1)
  if (!one) throw new Error('there is no checkpoint of two or more')
  unit = one
  const folder = mkdtempSync(join(tmpdir(), 'sitmap-track-'))
  const file = join(folder, 'track.csv')
  const line = (p: { at: number; east: number }) => `${unit.id},${new Date(p.at * 1000).toISOString()},${unit.home[0] + p.east},${unit.home[1]}`
  writeFileSync(file, ['unit,time,lon,lat', ...track.map(line)].join('\n'))
  const said = program('import', 'positions', file, '--source', 'e2e')
  rmSync(folder, { recursive: true, force: true })
  if (!said.includes('good 240')) throw new Error(said)
}, 120_000)
afterEach(() => expect(d.browser.faults.splice(0)).toEqual([]))
afterAll(() => d.close())

describe('a replay', () => {
  it('begins from a unit, and says without doubt that it is not now', async () => {
    await d.see(`task=patrol&unit=${encodeURIComponent(unit.id)}&at=${unit.home[0]},${unit.home[1]},14`)
    await d.page.locator('[data-unit]').getByRole('button', { name: '回放' }).click()
    await marked().waitFor()
    expect(await marked().innerText()).toMatch(/回放[\s\S]*不是此刻/)
    await d.page.locator('[data-replay-facts]').waitFor()
    expect(await d.page.locator('[data-replay-of]').innerText()).toContain(unit.callSign)
    // The panel of the present, with its counts, is gone.
    expect(await d.page.locator('[data-on-duty]').count()).toBe(0)
    expect(await axeFaults(d.page)).toEqual([])
  })
  it('stands where the address says, has the stop, and a unit where its fixes say', async () => {
    await d.see(`task=patrol&replay=${encodeURIComponent(unit.id)},${began},${began + 7200}&rt=${began + 600}&at=${unit.home[0]},${unit.home[1]},15`)
    await d.page.locator('.replay .list button').first().waitFor()
    expect(await d.page.locator('.replay .list button').allInnerTexts()).toEqual([expect.stringMatching(/2[0-2] 分钟/)])
    // The tenth minute: the twentieth step.
    await d.point(unit.home[0] + 20 * step, unit.home[1])
    await expect.poll(async () => {
      await d.point(unit.home[0] + 20 * step, unit.home[1])
      return d.page.locator('.tip').innerText().catch(() => '')
    }).toContain(unit.callSign)
  })
  it('runs, stands and is dragged by keys, and the address follows when it stands', async () => {
    const before = await clock().innerText()
    await d.page.locator('.map-view').click({ position: { x: 700, y: 20 } })
    await d.page.keyboard.press('ArrowRight')
    await d.urlSays((q) => q.get('rt') === String(began + 660))
    const stood = await clock().innerText()
    expect(stood).not.toBe(before)
    await d.page.keyboard.press(' ')
    await expect.poll(async () => (await clock().innerText())).not.toBe(stood)
    await d.page.keyboard.press(' ')
    await d.urlSays((q) => Number(q.get('rt')) > began + 660)
    await d.page.keyboard.press('.')
    await d.urlSays((q) => q.get('rx') === '300')
  })
  it('goes back to the present by one key', async () => {
    await d.page.keyboard.press('r')
    await marked().waitFor({ state: 'detached' })
    await d.urlSays((q) => q.get('replay') === null)
    await d.page.locator('[data-on-duty]').waitFor()
  })
  it('left a line for those who oversee, each time', async () => {
    await d.arriveAs(Driver.account('administrator'))
    await d.see('task=settings')
    const rows = d.page.locator('[data-looks] tbody tr', { hasText: unit.id })
    await expect.poll(() => rows.count()).toBeGreaterThanOrEqual(2)
    expect(await rows.first().innerText()).toContain('dispatcher')
  })
})
