// Is it real? The counts of a city moved about at random over the same cells,
// many times, and how much alike neighbours then are.

/** Cells and who lies beside whom: the neighbours of cell i stand from starts[i] to starts[i + 1]. */
export interface Lattice {
  cells: readonly string[]
  starts: Int32Array
  beside: Int32Array
}

/** Numbers the cells and their neighbours among them. */
export function latticeOf(cells: readonly string[], around: (cell: string) => readonly string[]): Lattice {
  const at = new Map(cells.map((cell, i) => [cell, i]))
  const starts = new Int32Array(cells.length + 1)
  const beside: number[] = []
  cells.forEach((cell, i) => {
    for (const other of around(cell)) {
      const j = at.get(other)
      if (j !== undefined) beside.push(j)
    }
    starts[i + 1] = beside.length
  })
  return { cells, starts, beside: Int32Array.from(beside) }
}

/**
 * Moran's I with binary weights: n / S0 · Σ z(i) z(j) / Σ z². About 0 for chance, towards 1 where neighbours are
 * alike (Moran 1950; Cliff and Ord 1981). 0 where all values are equal.
 */
export function moran(values: Float64Array, { starts, beside }: Lattice): number {
  const n = values.length
  const mean = values.reduce((sum, v) => sum + v, 0) / n
  let square = 0
  let products = 0
  for (let i = 0; i < n; i++) {
    const z = (values[i] as number) - mean
    square += z * z
    let around = 0
    for (let k = starts[i] as number; k < (starts[i + 1] as number); k++) around += (values[beside[k] as number] as number) - mean
    products += z * around
  }
  return square > 0 && beside.length > 0 ? (n / beside.length) * (products / square) : 0
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32 by Tommy Ettinger, public domain). */
export function dice(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** The values in another order, each order as likely as any other (Fisher and Yates). */
export function reshuffled(values: Float64Array, seed: number): Float64Array {
  const next = dice(seed)
  const out = Float64Array.from(values)
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1))
    const kept = out[i] as number
    out[i] = out[j] as number
    out[j] = kept
  }
  return out
}

/** How often the city is reshuffled. */
export const reshuffles = 99

export interface Verdict {
  /** Moran's I of the true map and of each reshuffle */
  real: number
  shuffled: number[]
  /** how many of all maps are at least as clustered as the true one, itself included: its rank */
  rank: number
}

/** So many reshuffles are made before others get their turn. */
const batch = 9

/**
 * Where the true map stands among its reshuffles, whose seeds count up from the one given; ties count against it.
 * pause is awaited now and then, so that a page stays alive meanwhile.
 */
export async function judge(values: Float64Array, lattice: Lattice, seed: number, pause: () => Promise<unknown> = () => Promise.resolve()): Promise<Verdict> {
  const real = moran(values, lattice)
  const shuffled: number[] = []
  for (let i = 0; i < reshuffles; i++) {
    if (i % batch === 0) await pause()
    shuffled.push(moran(reshuffled(values, seed + i), lattice))
  }
  return { real, shuffled, rank: 1 + shuffled.filter((i) => i >= real).length }
}

/** A number from a text, the same for the same text: FNV-1a with 32 bits. */
export function seedOf(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}
