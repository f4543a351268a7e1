import { describe, expect, it } from 'vitest'
import type { Cells } from '../server/heat'
import { classBounds, classOf, patchAt, patchesOf, roundBreaks, sumOf } from './patches'

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
      { cells: ['a', 'b'], count: 7, state: 'exact', reason: 'merged', why }, { cells: ['c'], count: 0, state: 'few', reason: 'own', why },
      { cells: ['d'], count: 3, state: 'withheld', reason: 'own', why }, { cells: ['e'], count: 0, state: 'none', reason: 'nothing', why },
    ]
    const patches = patchesOf(answer({ disclosure: 'released', units }))
    expect(patches.map((p) => [p.id, p.state, p.count])).toEqual([['a', 'exact', 7], ['c', 'few', 1], ['d', 'withheld', 0]])
    expect(patchAt(patches, 'b')?.id).toBe('a')
    expect(patchAt(patches, 'e')).toBeUndefined()
    expect(sumOf(patches)).toEqual({ count: 7, few: 1, withheld: 1 })
  })
})

describe('classes', () => {
  const breaks = [1, 2, 5, 12]
  it('are round, few enough to be told apart, and reach ten times beyond where few cells are left', () => {
    expect(roundBreaks([1, 2, 3, 5, 6], 1)).toEqual([1, 2, 5, 10, 20, 50])
    expect(roundBreaks([2, 20, 60], 1)).toEqual([1, 3, 10, 30, 100, 300])
    expect(roundBreaks([900_000], 1)).toEqual([1, 10, 100, 1000, 10_000, 100_000, 1_000_000])
    expect(roundBreaks([], 1)).toEqual([1, 2, 5, 10])
  })
  it('of a release begin where counts are told', () => {
    expect(roundBreaks([5, 9, 14], 5)).toEqual([5, 10, 20, 50, 100])
    expect(roundBreaks([4, 9], 4)).toEqual([4, 5, 10, 20, 50])
  })
  it('begin at their breaks', () => {
    expect([0, 1, 2, 4, 5, 11, 12, 900].map((n) => classOf(n, breaks))).toEqual([0, 0, 1, 1, 2, 2, 3, 3])
    expect(classOf(3, [])).toBe(0)
  })
  it('end before the next begins, the last one nowhere', () => {
    expect(classBounds(breaks)).toEqual([[1, 1], [2, 4], [5, 11], [12, undefined]])
  })
})
