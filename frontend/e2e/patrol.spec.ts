import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { address, axeFaults, program } from './browser'
import { Driver, written } from './driver'

interface Unit { id: string; callSign: string; state: string; headcount: number; home: [number, number]; area: string; at?: string; shift?: { headcount?: number } }
interface Board { states: Record<string, { units: number; headcount: number }>; units: Unit[] }

let d: Driver
let token = ''
let unit: Unit
let other: Unit
let sequence = Date.now()
const area = '620602'
const board = () => d.ask<Board>('/api/units')

/** Sends a fix as a device does, and gives the server's verdict. */
async function send(of: Unit, east: number, secondsAgo: number, more: object = {}): Promise<string> {
  const fix = { unit: of.id, seq: sequence++, at: new Date(Date.now() - secondsAgo * 1000).toISOString(), lon: of.home[0] + east, lat: of.home[1], ...more }
  const answer = await fetch(`${address}/api/positions`, {
    method: 'POST', headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }, body: JSON.stringify({ fixes: [fix] }),
  })
  return ((await answer.json()) as { verdicts: string[] }).verdicts[0] ?? ''
}
const row = (state: string) => d.page.locator(`.patrol [data-state=${state}]`)
const panel = () => d.page.locator('[data-unit]')
const banner = () => d.page.locator('[data-alarm]')

beforeAll(async () => {
  d = await Driver.open({ width: 1366, height: 768 })
  await d.arriveAs(Driver.account('dispatcher', area))
  // The simulator's own rounds fill the map; two units beside them belong to this test.
  program('simulate', 'units', '--url', address, '--limit', '400', '--every', '2s', '--for', '6s', '--calls=-1', '--no-shift')
  token = program('token', 'add', 'simulator', '--role', 'device').trim()
  const free = (await board()).units.filter((u) => u.state !== 'off' && u.state !== 'post' && u.headcount > 1 && !(Date.parse(u.at ?? '') > Date.now() - 30_000))
    .sort((a, b) => (a.at ?? '').localeCompare(b.at ?? ''))
  const [one, two] = [free[0], free.find((u) => Math.hypot(u.home[0] - (free[0]?.home[0] ?? 0), u.home[1] - (free[0]?.home[1] ?? 0)) > 0.05)]
  if (!one || !two) throw new Error('there are no units on duty that the simulator leaves alone')
  ;[unit, other] = [one, two]
}, 120_000)
afterEach(() => expect(d.browser.faults.splice(0)).toEqual([]))
afterAll(() => d.close())

describe('a unit that reports', () => {
  it('is on the map at once, says who it is under the pointer, and opens on a click without moving the map', async () => {
    expect(await send(unit, 0, 60)).toBe('kept')
    await d.see(`task=patrol&at=${unit.home[0]},${unit.home[1]},16`)
    await expect.poll(async () => {
      await d.point(...unit.home)
      return d.page.locator('.tip').innerText().catch(() => '')
    }, { timeout: 20_000 }).toContain(unit.callSign)
    const before = (await d.url()).get('at')
    await d.click(...unit.home)
    await panel().getByRole('heading', { name: unit.callSign }).waitFor()
    expect((await d.url()).get('unit')).toBe(unit.id)
    expect((await d.url()).get('at')).toBe(before)
    // A name stands at the ring; nothing is said about a person.
    expect(await d.page.locator('.map-view > .name').innerText()).toBe(unit.callSign)
    expect(await panel().innerText()).toMatch(/驻地[\s\S]+凉州区/)
  })
  it('is found where it went, and no longer where it was', async () => {
    // About 90 m to the east in a minute.
    expect(await send(unit, 0.001, 0, { heading: 90, speed: 1.5 })).toBe('kept')
    await expect.poll(() => panel().innerText(), { timeout: 20_000 }).toContain('巡逻中')
    await d.page.keyboard.press('Escape')
    await d.urlSays((q) => q.get('unit') === null)
    await d.click(unit.home[0] + 0.001, unit.home[1])
    await panel().getByRole('heading', { name: unit.callSign }).waitFor()
    await d.page.keyboard.press('Escape')
  })
})

describe('the panel', () => {
  it('counts what the server counts, and each state is a filter that the address keeps', async () => {
    await d.see('task=patrol')
    const { states } = await board()
    for (const state of ['off', 'silent']) await expect.poll(() => row(state).locator('.number').innerText()).toBe(written(states[state]?.units ?? 0))
    await row('silent').click({ modifiers: ['Alt'] })
    await d.urlSays((q) => q.get('states') === 'silent')
    expect(await row('moving').getAttribute('aria-pressed')).toBe('false')
    await row('silent').click({ modifiers: ['Alt'] })
    await d.urlSays((q) => q.get('states') === null)
  })
})

describe('the status board', () => {
  it('has every unit on duty, in order, and Enter on a row goes to that unit on the map', async () => {
    await d.see('task=patrol&board=units')
    const { units } = await board()
    const onDuty = units.filter((u) => u.state !== 'off').length
    await expect.poll(() => d.page.locator('.board .foot').innerText()).toContain(`${written(onDuty)} 行`)
    expect(await d.page.locator('.board [data-row]').count()).toBeLessThan(60)
    await d.page.getByPlaceholder('呼号 名称 岗位').fill(unit.callSign)
    await expect.poll(() => d.page.locator('.board [data-row]').count()).toBe(1)
    await d.page.locator('.board [data-row="0"]').focus()
    await d.page.keyboard.press('Enter')
    await panel().getByRole('heading', { name: unit.callSign }).waitFor()
    await d.urlSays((q) => q.get('board') === null && q.get('unit') === unit.id)
    await d.page.keyboard.press('Escape')
  })
  it('sums heads by area to what all the units have', async () => {
    await d.see('task=patrol&board=areas')
    const { units } = await board()
    const heads = (some: Unit[]) => some.reduce((sum, u) => sum + (u.shift?.headcount || u.headcount), 0)
    const planned = heads(units.filter((u) => u.shift))
    const silent = heads(units.filter((u) => u.state === 'silent'))
    await expect.poll(() => d.page.locator('.board .tools').innerText(), { timeout: 20_000 }).toContain(`应到 ${written(planned)} 人`)
    expect(await d.page.locator('.board .tools').innerText()).toContain(`失联 ${written(silent)} 人`)
  })
})

describe('a call for help', () => {
  it('is over every task until somebody answers, by one key', async () => {
    await d.goto('task=settings')
    await d.page.getByRole('heading', { name: '设置' }).waitFor()
    expect(await send(other, 0, 0, { sos: true })).toBe('kept')
    await banner().waitFor()
    expect(await banner().getAttribute('role')).toBe('alert')
    expect(await banner().innerText()).toContain(`${other.callSign} 求助`)
    expect(await axeFaults(d.page)).toEqual([])
    await banner().getByRole('button', { name: '看位置' }).click()
    await d.urlSays((q) => q.get('task') === 'patrol' && q.get('unit') === other.id)
    expect(await row('sos').locator('.number').innerText()).toBe('1')
    await d.page.keyboard.press('a')
    await banner().waitFor({ state: 'detached' })
    await d.page.locator('.alarms .open').getByText('已于').first().waitFor()
  })
  it('stays in the list with who answered, and is closed with a reason', async () => {
    const account = Driver.account('dispatcher', area)
    const open = d.page.locator('.alarms .open')
    expect(await open.innerText()).toContain(`${account.name} 已于`)
    await open.getByRole('button', { name: '结束' }).click()
    await open.getByRole('textbox').fill('误触')
    await d.page.keyboard.press('Enter')
    await d.page.locator('.alarms [data-reason=empty]').waitFor()
    await d.page.locator('.alarms summary').click()
    const log = await d.page.locator('.alarms ol').innerText()
    for (const step of ['求助', '已应答', '结束']) expect(log).toContain(step)
  })
})

it.each(['task=patrol&theme=dark', 'task=patrol&theme=light&lang=en', 'task=patrol&board=units&theme=light', 'task=patrol&board=areas&theme=dark&lang=en'])(
  'has no serious fault of accessibility: %s', async (query) => {
    await d.goto(query)
    await d.page.locator('.patrol [data-on-duty]').waitFor()
    expect(await axeFaults(d.page)).toEqual([])
  },
)
