import { describe, expect, it } from 'vitest'
import { gather, meanIdle } from './tidecells'
import { gridCode, idleClass, TideGrids } from './tidegrids'

const at = Date.parse('2026-11-27T08:00:00Z')
const minute = 60_000

/** Four grids: just visited, an hour and a half ago, a day ago, never. */
const four = () => new TideGrids({
  version: 7, at: '2026-11-27T08:00:00Z', kept: 10_080, riskFrom: { from: 'even', hot: 1 },
  grids: [620602001001001, 1, 1, 998], minutes: [0, 90, 1440, -1], fids: [11, 12, 13, 20], lon: [102.6, 102.61, 102.6, 103], lat: [37.9, 37.9, 37.91, 38], risk: [0, 1, 2, 3], hot: [2],
})

describe('grids by columns', () => {
  it('are found by code and by the number of their feature', () => {
    const g = four()
    expect([...g.numbers].map(gridCode)).toEqual(['620602001001001', '620602001001002', '620602001001003', '620602001002001'])
    expect(g.of('620602001002001')).toBe(3)
    expect(g.ofFid(13)).toBe(2)
    expect(g.of('620602001001009')).toBeUndefined()
    expect([...g.hot]).toEqual([0, 0, 1, 0])
  })
  it('rise with time, and one that was never visited stays so', () => {
    const g = four()
    expect([0, 1, 2, 3].map((i) => g.minutes(i, at + 31 * minute))).toEqual([31, 121, 1471, -1])
    const classes = new Uint8Array(4)
    g.classes(at, classes)
    expect([...classes]).toEqual([0, 2, 6, 6])
  })
  it('fall when a unit passes, by the newest visit alone', () => {
    const g = four()
    g.take({ version: 9, grids: [620602001001002, 999], last: [at / 1000 + 60, at / 1000 - 600] })
    expect([1, 3].map((i) => g.minutes(i, at + 2 * minute))).toEqual([1, 12])
    g.take({ version: 8, grids: [620602001001002], last: [at / 1000 - 6000] }) // of before
    expect(g.minutes(1, at + 2 * minute)).toBe(1)
    expect(g.version).toBe(9)
    g.take({ version: 10, grids: [999999999999999], last: [1] }) // of no grid of ours
    expect(g.anyVisit).toBe(true)
  })
  it('of a window tell its worst and do not rise', () => {
    const g = new TideGrids({ version: 1, at: '2026-11-27T08:00:00Z', from: '2026-11-27T06:00:00Z', kept: 10_080, riskFrom: { from: 'even', hot: 0 }, grids: [1, 1], minutes: [45, -1], visits: [2, 0] })
    expect([0, 1].map((i) => g.minutes(i, at + 60 * minute))).toEqual([45, -1])
  })
})

it.each([[0, 0], [29, 0], [30, 1], [59, 1], [60, 2], [240, 4], [1439, 5], [1440, 6], [-1, 6]])('%i minutes are class %i', (minutes, wanted) => {
  expect(idleClass(minutes)).toBe(wanted)
})

it('gathers grids in cells with the mean of each, none counting for more than a day', () => {
  const g = four()
  const cells = gather(g, 7, (lat) => (lat < 37.95 ? 'south' : 'north'))
  expect(cells.cells).toEqual(['south', 'north'])
  expect([...cells.size]).toEqual([3, 1])
  // (0 + 90 + 1440) / 3
  expect([...meanIdle(cells, g, at)]).toEqual([510, 1440])
  // A day later the second counts for no more than the scale has: (1440 + 1440 + 1440) / 3
  expect([...meanIdle(cells, g, at + 1440 * minute)]).toEqual([1440, 1440])
})
