import { readFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { axeFaults } from './browser'
import { Driver, written } from './driver'

interface Totals { rows: { force: string; all: { headcount: number } }[] }
interface Roster { rows: { unit: string; callSign: string; state: string; weekly: boolean }[] }

let d: Driver
const area = '620602'
const sheet = (name: string) => d.page.locator(`[data-board=${name}]`)

beforeAll(async () => {
  d = await Driver.open({ width: 1366, height: 768 })
  await d.arriveAs(Driver.account('dispatcher', area))
}, 60_000)
afterEach(() => expect(d.browser.faults.splice(0)).toEqual([]))
afterAll(() => d.close())

describe('the roster', () => {
  it('has everybody on duty now, few rows in the page, and each attendance is a filter', async () => {
    const { rows } = await d.ask<Roster>('/api/roster')
    await d.goto('task=patrol&board=roster')
    await expect.poll(() => sheet('roster').locator('.foot').innerText(), { timeout: 30_000 }).toContain(`共 ${written(rows.length)} 班`)
    expect(await sheet('roster').locator('[data-row]').count()).toBeLessThan(60)
    const posts = rows.filter((r) => r.state === 'post').length
    await sheet('roster').locator('[data-attendance=post]').click()
    await expect.poll(() => sheet('roster').locator('.foot').innerText()).toContain(`${written(posts)} 班`)
    await sheet('roster').locator('[data-attendance=post]').click()
  })
  it('takes a single shift in place of the weekly one, and refuses two that overlap', async () => {
    await sheet('roster').locator('[data-row="0"]').click()
    const editor = d.page.locator('[data-editor]')
    await editor.locator('[data-weekly]').first().waitFor()
    await editor.getByRole('button', { name: '加单次班次' }).click()
    await editor.getByRole('button', { name: '加单次班次' }).click()
    await editor.getByRole('button', { name: '保存' }).click()
    await editor.locator('[role=alert]').waitFor()
    expect(await editor.locator('[role=alert]').innerText()).toContain('overlap')
    await editor.locator('[data-single]').last().getByRole('button', { name: '删去' }).click()
    await editor.getByRole('button', { name: '保存' }).click()
    await editor.getByText('已保存。').waitFor()
    await editor.locator('[data-single]').first().getByRole('button', { name: '删去' }).click()
    await editor.getByRole('button', { name: '保存' }).click()
    await editor.getByText('已保存。').waitFor()
  })
  it('is exported as a file that can be imported, and a wrong one is refused row by row', async () => {
    const [download] = await Promise.all([d.page.waitForEvent('download'), sheet('roster').getByRole('button', { name: '导出' }).click()])
    const text = readFileSync(await download.path(), 'utf8')
    expect(text.split('\r\n')[0]).toBe('\uFEFFunit,from,to,post,means,headcount')
    const wrong = { name: 'roster.csv', mimeType: 'text/csv', buffer: Buffer.from('unit,from,to\nnobody,08:00,16:00\n') }
    await sheet('roster').locator('input[type=file]').setInputFiles(wrong)
    await sheet('roster').getByText('没有存入任何一行').waitFor()
    expect(await sheet('roster').locator('.told').innerText()).toContain('第 1 行 unit')
  })
})

it('sums by kind are the heads on the books of the county', async () => {
  const { rows } = await d.ask<Totals>('/api/units/totals?by=township')
  const heads = (force: string) => rows.filter((r) => r.force === force).reduce((sum, r) => sum + r.all.headcount, 0)
  await d.goto('task=patrol&board=kinds')
  await expect.poll(() => sheet('kinds').locator('.foot').innerText(), { timeout: 30_000 }).toContain(`在册 ${written(heads('guard'))} 人`)
  expect(await sheet('kinds').locator('.foot').innerText()).toContain(`在册 ${written(heads('staff'))} 人`)
})

it('a fence is declared with one click and removed again', async () => {
  await d.goto('task=patrol&board=fences')
  await sheet('fences').getByRole('button', { name: '一键开启' }).click()
  const row = sheet('fences').locator('[data-fence]', { hasText: '离开驻地村社' })
  await row.first().waitFor()
  for (let n = await row.count(); n > 0; n--) {
    await row.first().getByRole('button', { name: '撤销' }).click()
    await expect.poll(() => row.count()).toBe(n - 1)
  }
})

it.each(['roster&theme=dark', 'kinds&theme=light&lang=en', 'fences&theme=light', 'alarms&theme=dark&lang=en'])('has no serious fault of accessibility: %s', async (query) => {
  await d.goto(`task=patrol&board=${query}`)
  await sheet(query.split('&')[0] ?? '').waitFor()
  expect(await axeFaults(d.page)).toEqual([])
})
