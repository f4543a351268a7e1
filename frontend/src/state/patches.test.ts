import { describe, expect, it } from 'vitest'
import type { Cells } from '../server/heat'
import { classOf, densityBreaks, patchAt, patchesOf, roundBreaks } from './patches'

const answer = (over: Partial<Cells>): Cells => ({
  layer: 'x', resolution: 8, snapped: false, disclosure: 'exact', version: 1, synthetic: true, total: 0, n: 0, breaks: [], cells: [], ...over,
})

describe('patches', () => {
  it('of an exact answer are its cells', () => {
    expect(patchesOf(answer({ cells: [{ cell: 'a', count: 3 }] }))).toEqual([{ id: 'a', cells: ['a'], state: 'exact', count: 3 }])
  })
  it('of a released answer are its units; a withheld one has no number, not even 0 of one; what holds none is not there', () => {
    const why = { zh: '', en: '' }
    const units: Cells['units'] = [
      { cells: ['a', 'b'], count: 7, state: 'exact', reason: 'merged', why },
      { cells: ['d'], count: 3, state: 'withheld', reason: 'own', why }, { cells: ['e'], count: 0, state: 'none', reason: 'nothing', why },
    ]
    const patches = patchesOf(answer({ disclosure: 'released', units }))
    expect(patches.map((p) => [p.id, p.state, p.count])).toEqual([['a', 'exact', 7], ['d', 'withheld', 0]])
    expect(patchAt(patches, 'b')?.id).toBe('a')
    expect(patchAt(patches, 'e')).toBeUndefined()
  })
})

describe('classes', () => {
  const breaks = [1, 2, 5, 12]
  it('are round, few enough to be told apart, and reach ten times beyond where few cells are left', () => {
    expect(roundBreaks([1, 2, 3, 5, 6])).toEqual([1, 2, 5, 10, 20, 50])
    expect(roundBreaks([2, 20, 60])).toEqual([1, 3, 10, 30, 100, 300])
    expect(roundBreaks([900_000])).toEqual([1, 10, 100, 1000, 10_000, 100_000, 1_000_000])
    expect(roundBreaks([])).toEqual([1, 2, 5, 10])
  })
  it('of density are steps of one and three about the mean of all, the first from nothing', () => {
    // 300 on 10,000 km² are 3 on 100 km²; a third of that is 1.
    expect(densityBreaks(300, 10_000)).toEqual([0, 1, 3, 10, 30, 100, 300])
    // 805 on 32,500 km² are 2.5; a third is 0.83, and the step below it 0.3.
    expect(densityBreaks(805, 32_500)).toEqual([0, 0.3, 1, 3, 10, 30, 100])
    expect(densityBreaks(0, 10)).toEqual([0])
    expect(densityBreaks(10, 0)).toEqual([0])
  })
  it('begin at their breaks', () => {
    expect([0, 1, 2, 4, 5, 11, 12, 900].map((n) => classOf(n, breaks))).toEqual([0, 0, 1, 1, 2, 2, 3, 3])
    expect(classOf(3, [])).toBe(0)
  })
})
