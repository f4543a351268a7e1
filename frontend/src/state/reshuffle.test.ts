import { describe, expect, it } from 'vitest'
import { dice, judge, latticeOf, moran, reshuffled, seedOf } from './reshuffle'

/** A square of side n whose cells touch by their sides: "0,0" to "n-1,n-1". */
const names = (n: number) => Array.from({ length: n * n }, (_, i) => `${Math.floor(i / n)},${i % n}`)
const sides = (name: string) => {
  const [r = 0, c = 0] = name.split(',').map(Number)
  return [[r - 1, c], [r + 1, c], [r, c - 1], [r, c + 1]].map((p) => p.join(','))
}

describe("Moran's I", () => {
  const lattice = latticeOf(names(3), sides)
  it('of 1 to 9 on a square of nine is 1/2, as on paper', () => {
    // Deviations -4 to 4: Σ z² = 60; rows give 18 + 0 + 18, columns 2 + 0 + 2, each pair counted twice: 80. 9/24 · 80/60.
    expect(moran(Float64Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9]), lattice)).toBeCloseTo(0.5, 12)
  })
  it('of a chessboard is at its least', () => {
    // 16 cells of ±1 in a square of four: every one of 24 sides joins unlike ones, so I = -1.
    const board = latticeOf(names(4), sides)
    expect(moran(Float64Array.from(board.cells, (c) => c.split(',').reduce((s, v) => s + Number(v), 0) % 2), board)).toBeCloseTo(-1, 12)
  })
  it('of equal values is 0, and does not care for scale', () => {
    expect(moran(new Float64Array(9).fill(3), lattice)).toBe(0)
    const values = [3, 1, 4, 1, 5, 9, 2, 6, 5]
    expect(moran(Float64Array.from(values, (v) => 7 * v + 100), lattice)).toBeCloseTo(moran(Float64Array.from(values), lattice), 12)
  })
})

describe('reshuffling', () => {
  it('moves every value and loses none, the same for the same seed', () => {
    const values = Float64Array.from({ length: 200 }, (_, i) => i)
    const out = reshuffled(values, 7)
    expect([...out].sort((a, b) => a - b)).toEqual([...values])
    expect([...out]).toEqual([...reshuffled(values, 7)])
    expect([...out]).not.toEqual([...reshuffled(values, 8)])
  })
  it('gives each of the six orders of three alike', () => {
    const seen = new Map<string, number>()
    for (let seed = 0; seed < 6000; seed++) {
      const order = [...reshuffled(Float64Array.from([0, 1, 2]), seed)].join('')
      seen.set(order, (seen.get(order) ?? 0) + 1)
    }
    // 1,000 expected of each; five standard deviations are 144.
    expect(seen.size).toBe(6)
    for (const n of seen.values()) expect(Math.abs(n - 1000)).toBeLessThan(145)
  })
  it('rolls between 0 and 1', () => {
    const next = dice(seedOf('x'))
    const rolls = Array.from({ length: 1000 }, next)
    expect(Math.min(...rolls)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...rolls)).toBeLessThan(1)
    expect(seedOf('x')).not.toBe(seedOf('y'))
  })
})

describe('the verdict', () => {
  const lattice = latticeOf(names(12), sides)
  it('puts a cluster first', async () => {
    const values = Float64Array.from(lattice.cells, (c) => (sides('3,3').includes(c) || c === '3,3' ? 9 : 0))
    expect(await judge(values, lattice, 1)).toMatchObject({ rank: 1 })
  })
  it('puts what was thrown at random anywhere: first not more often than it may', async () => {
    let first = 0
    for (let seed = 0; seed < 100; seed++) {
      const next = dice(1000 + seed)
      const values = Float64Array.from(lattice.cells, () => (next() < 0.2 ? 1 : 0))
      if ((await judge(values, lattice, seed * 500)).rank <= 5) first++
    }
    // 5 of 100 expected; more than 14 come in one of 5,000 such runs.
    expect(first).toBeLessThanOrEqual(14)
  })
})
