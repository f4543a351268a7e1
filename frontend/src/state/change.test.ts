import { describe, expect, it } from 'vitest'
import type { Cells } from '../server/heat'
import { changeBreaks, changeClass, differencesOf, isBeyondChance } from './change'

const answer = (over: Partial<Cells>): Cells => ({
  layer: 'x', resolution: 8, snapped: false, disclosure: 'exact', version: 1, synthetic: true, total: 0, n: 0, breaks: [], cells: [], ...over,
})

describe('two periods', () => {
  it('are compared cell by cell; what one does not tell is none', () => {
    expect(differencesOf(answer({ cells: [{ cell: 'a', count: 12, before: 1 }, { cell: 'b', count: 0, before: 4 }, { cell: 'c', count: 2 }] }))).toEqual([
      { id: 'a', cells: ['a'], state: 'exact', now: 12, before: 1, beyondChance: true },
      { id: 'b', cells: ['b'], state: 'exact', now: 0, before: 4, beyondChance: false },
      { id: 'c', cells: ['c'], state: 'exact', now: 2, before: 0, beyondChance: false },
    ])
  })
  it('tell no difference where one of them is kept back', () => {
    const why = { zh: '', en: '' }
    const units: Cells['units'] = [
      { cells: ['a', 'b'], count: 60, before: 10, state: 'exact', reason: 'merged', why },
      { cells: ['c'], count: 40, before: 0, state: 'withheld', reason: 'own', why }, { cells: ['d'], count: 0, state: 'none', reason: 'nothing', why },
    ]
    const places = differencesOf(answer({ disclosure: 'released', units }))
    expect(places.map((p) => [p.id, p.state, p.beyondChance])).toEqual([['a', 'exact', true], ['c', 'withheld', false]])
  })
})

it('calls a difference beyond chance from two standard deviations', () => {
  // 10 against 2: 8 > 2 √12 = 6.93; 9 against 3: 6 < 6.93; 4 against none: 4 = 2 √4.
  expect([isBeyondChance(10, 2), isBeyondChance(9, 3), isBeyondChance(4, 0), isBeyondChance(5, 0), isBeyondChance(0, 0)]).toEqual([true, false, false, true, false])
})

it('puts changes into three sizes either way about none', () => {
  expect(changeBreaks([1, 2, 4, 9])).toEqual([1, 3, 9])
  expect(changeBreaks([1])).toEqual([1, 2, 3])
  const sizes = [1, 3, 9] as const
  expect([-20, -9, -8, -3, -2, -1, 0, 1, 2, 3, 8, 9, 20].map((n) => changeClass(n, sizes))).toEqual([0, 0, 1, 1, 2, 2, 3, 4, 4, 5, 5, 6, 6])
})
