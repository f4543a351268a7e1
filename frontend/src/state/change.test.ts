import { describe, expect, it } from 'vitest'
import { changeBreaks, changeClass, compare, isBeyondChance } from './change'
import type { Patch, PatchState } from './patches'

const patch = (cells: string, count: number, state: PatchState = 'exact'): Patch => ({ id: cells.slice(0, 1), cells: [...cells], count, state })
const byCells = (places: ReturnType<typeof compare>) => Object.fromEntries(places.map((p) => [p.cells.join(''), p]))

describe('two periods', () => {
  it('of cells are compared cell by cell; what one does not list is none', () => {
    const places = byCells(compare([patch('a', 3), patch('b', 1)], [patch('b', 4), patch('c', 2)]))
    expect(places).toMatchObject({ a: { now: 3, before: 0 }, b: { now: 1, before: 4 }, c: { now: 0, before: 2 } })
  })
  it('of merged patches meet in what both show whole, and nothing is lost', () => {
    const places = compare([patch('ab', 7), patch('c', 5), patch('de', 9)], [patch('a', 6), patch('bc', 8), patch('d', 5)])
    expect(byCells(places)).toMatchObject({ abc: { now: 12, before: 14, id: 'a' }, de: { now: 9, before: 5 } })
    expect(places.reduce((sum, p) => sum + p.now, 0)).toBe(21)
    expect(places.reduce((sum, p) => sum + p.before, 0)).toBe(19)
  })
  it('tell no difference where one of them is kept back', () => {
    const places = byCells(compare([patch('a', 1, 'few'), patch('b', 0, 'withheld'), patch('c', 60)], [patch('a', 9), patch('b', 9), patch('c', 10)]))
    expect([places.a?.state, places.b?.state, places.c?.state]).toEqual(['few', 'withheld', 'exact'])
    expect([places.a?.beyondChance, places.b?.beyondChance, places.c?.beyondChance]).toEqual([false, false, true])
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
