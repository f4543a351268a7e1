import { describe, expect, it } from 'vitest'
import type { CoverageRow, Extent } from '../server/coverage'
import { columnOf, coverResolution, inOrder, installedShare, levelsWithin, shareClass, sharePaints, shareOf, shareSteps } from './coverage'
import { listOf } from './covermarks'
import { view } from './view'

const extent = (share: number, total = 100): Extent => ({ total, once: share * total, twice: 0, onceInstalled: Math.min(total, share * total + 10), twiceInstalled: 0, share })
const row = (code: string, share: number, over: Partial<CoverageRow> = {}): CoverageRow => ({
  code, cameras: { total: 10, installed: 10, states: {}, offlineShare: 0, downShare: 0 }, public: extent(share), roads: extent(share), demand: extent(0, 0), ...over,
})
const codes = (rows: readonly CoverageRow[]) => rows.map((r) => r.code).join(' ')
const names: Record<string, string> = { a: '古浪县', b: '民勤县', c: '凉州区' }
const name = (code: string) => names[code] ?? code

describe('the classes of share', () => {
  it('hold their lower bound and not their upper, from nothing to all', () => {
    expect([0, 0.049, 0.05, 0.19, 0.2, 0.4, 0.6, 0.799, 0.8, 1].map(shareClass)).toEqual([0, 0, 1, 1, 2, 3, 4, 4, 5, 5])
  })
  it('have one colour each', () => {
    expect(sharePaints).toHaveLength(shareSteps.length + 1)
  })
  it('are of what one camera sees, or two', () => {
    const cell = { cell: 'x', total: 200, once: 100, twice: 20 }
    view.cover.seenBy = 1
    expect(shareOf(cell)).toBe(0.5)
    view.cover.seenBy = 2
    expect(shareOf(cell)).toBe(0.1)
    view.cover.seenBy = 1
    expect(shareOf({ ...cell, total: 0 })).toBe(0)
  })
})

it('lists the levels below an area, and of a village itself', () => {
  expect(levelsWithin('city')).toEqual(['county', 'township', 'village'])
  expect(levelsWithin('county')).toEqual(['township', 'village'])
  expect(levelsWithin('township')).toEqual(['village'])
  expect(levelsWithin('village')).toEqual(['village'])
  expect(levelsWithin('grid')).toEqual(['village'])
})

it('draws finer cells the closer one looks, the finest at the streets', () => {
  const steps = [6, 8, 10, 11.5, 13].map(coverResolution)
  expect(steps).toEqual([6, 7, 8, 9, 10])
})

describe('rows', () => {
  const rows = [row('c', 0.5), row('a', 0.1), row('b', 0.9)]
  it('come in the order of a share, either way', () => {
    expect(codes(inOrder(rows, 'public', false, name))).toBe('a c b')
    expect(codes(inOrder(rows, 'public', true, name))).toBe('b c a')
    expect(codes(rows)).toBe('c a b')
  })
  it('come in the order of their names as Chinese has it: by sound', () => {
    expect(codes(inOrder(rows, 'name', false, name))).toBe('a c b')
  })
  it('stand last where there is nothing to have a share of, either way', () => {
    const more = [...rows, row('d', 0, { public: extent(0, 0), cameras: { total: 0, installed: 0, states: {}, offlineShare: 0, downShare: 0 } })]
    expect(codes(inOrder(more, 'public', false, name))).toBe('a c b d')
    expect(codes(inOrder(more, 'public', true, name))).toBe('b c a d')
    expect(columnOf(more[3] as CoverageRow, 'down')).toBeNaN()
    expect(columnOf(rows[0] as CoverageRow, 'hot')).toBeNaN()
  })
  it('that are alike begin with the one that has more to see', () => {
    const alike = [row('a', 0, { public: extent(0, 5) }), row('b', 0, { public: extent(0, 50) })]
    expect(codes(inOrder(alike, 'public', false, name))).toBe('b a')
  })
})

it('tells what would be seen if all worked, for one camera and for two', () => {
  expect(installedShare(extent(0.5), 1)).toBe(0.6)
  expect(installedShare(extent(0.5), 2)).toBe(0)
  expect(installedShare(extent(0, 0), 1)).toBe(0)
})

it('knows the list a mark stands in; a cell of the map stands in none', () => {
  expect(['site/3', 'road/1', 'gap/7', '8a2489b5b99ffff', ''].map(listOf)).toEqual(['sites', 'roads', 'cells', undefined, undefined])
})
