import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Catalog } from '../server/api'
import { call, serverNow } from '../server/http'
import type { BoardUnit } from '../server/patrol'
import { facts, fleet, hearUnits, patrol, readBoard, shownTest, stateCounts, unitNow } from './units'
import { session } from './session'
import { firstView, view } from './view'

const unit = (id: string, over: Partial<BoardUnit> = {}): BoardUnit =>
  ({ id, name: id, callSign: id, force: 'staff', kind: 'foot', headcount: 4, state: 'off', home: [102.6, 37.9], area: '620602001001000', ...over })
let answer: () => Response
beforeEach(async () => {
  vi.useFakeTimers({ now: 1_790_000_000_000 })
  answer = () => new Response(JSON.stringify({ states: {}, units: [unit('a'), unit('b', { kind: 'vehicle', headcount: 2 }), unit('c', { area: '620621002001000' })] }))
  vi.stubGlobal('fetch', async () => answer())
  session.catalog = { layers: [{ id: 'unit', symbol: 'unit' }] } as unknown as Catalog
  await readBoard()
  hearUnits({ fresh: true, units: [['a', 'moving', 1_789_999_990, 102.6, 37.9, 90, 1.4, 0.5], ['b', 'silent'], ['c', 'duty', 1_790_000_000, 103, 38]] })
})
afterEach(() => {
  Object.assign(view, firstView())
  session.catalog = null
  facts.value = new Map()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const shown = () => ['a', 'b', 'c'].filter((id) => shownTest.value(fleet.of(id) ?? -1))

describe('the units shown', () => {
  it('are all on duty, or those of the chosen states, kinds and area', () => {
    expect(shown()).toEqual(['a', 'b', 'c'])
    view.patrol.states = ['silent']
    expect(shown()).toEqual(['b'])
    view.patrol.states = []
    view.kept = { unit: ['foot'] }
    expect(shown()).toEqual(['a', 'c'])
    view.area = '620602'
    expect(shown()).toEqual(['a'])
  })
  it('hold whoever calls for help, whatever is filtered', () => {
    view.patrol.states = ['silent']
    view.area = '620699'
    hearUnits({ fresh: false, units: [['a', 'sos', 1_790_000_000, 102.6, 37.9]] })
    expect(shown()).toEqual(['a'])
  })
})

it('counts units and heads by state inside the area', () => {
  expect(stateCounts.value.moving).toEqual({ units: 1, heads: 4 })
  expect(stateCounts.value.silent).toEqual({ units: 1, heads: 2 })
  view.area = '620621'
  expect(stateCounts.value.moving).toEqual({ units: 0, heads: 0 })
  expect(stateCounts.value.duty).toEqual({ units: 1, heads: 4 })
})

it('says of a unit how fresh it is', () => {
  expect(unitNow('a')).toMatchObject({ state: 'moving', fresh: 'full', age: 10, battery: 0.5, misdated: false })
  expect(unitNow('b')).toMatchObject({ state: 'silent', fresh: 'none', age: NaN })
  vi.advanceTimersByTime(8 * 60_000)
  expect(unitNow('a')?.fresh).toBe('hollow')
  expect(unitNow('nobody')).toBeUndefined()
})

it('keeps what it knew when the board does not answer, and says so', async () => {
  answer = () => new Response('{}', { status: 503 })
  await readBoard()
  expect(patrol.failure?.kind).toBe('down')
  expect(facts.value.size).toBe(3)
})

it('tells ages by the clock of the server', async () => {
  answer = () => new Response('{}', { headers: { Date: new Date(1_790_000_600_000).toUTCString() } })
  await call('/x')
  expect(serverNow()).toBe(1_790_000_600_000)
  expect(unitNow('a')?.age).toBe(610)
  answer = () => new Response('{}', { headers: { Date: new Date(1_790_000_001_000).toUTCString() } })
  await call('/x')
  expect(serverNow()).toBe(1_790_000_000_000)
})
