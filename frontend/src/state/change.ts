// Two periods compared, place by place.
import type { Cells } from '../server/heat'
import type { PatchState } from './patches'

/** A place and its counts in both periods. A published place is one that both periods show whole. */
export interface Difference {
  id: string
  cells: readonly string[]
  /** exact where both counts are; otherwise the difference cannot be told */
  state: PatchState
  now: number
  before: number
  /** the difference is larger than chance alone would often make it */
  beyondChance: boolean
}

/** The places of an answer that has the counts of another window as well; what holds nothing in either is none. */
export function differencesOf(answer: Cells): Difference[] {
  const difference = (cells: readonly string[] | undefined, state: PatchState | 'none', now: number, before: number): Difference[] => {
    const [id] = cells ?? []
    if (!cells || id === undefined || state === 'none') return []
    return [{ id, cells, state, now, before, beyondChance: state === 'exact' && isBeyondChance(now, before) }]
  }
  if (answer.units) return answer.units.flatMap((u) => difference(u.cells, u.state, u.count, u.before ?? 0))
  return answer.cells.flatMap((c) => difference([c.cell], 'exact', c.count, c.before ?? 0))
}

/**
 * Whether two counts of the same thing differ by more than two standard deviations, were they Poisson counts with
 * one mean: the difference then has variance now + before (Przyborowski and Wilenski 1940, normal form).
 */
export function isBeyondChance(now: number, before: number): boolean {
  return Math.abs(now - before) > 2 * Math.sqrt(now + before)
}

/** The three sizes a change falls into, by the classes of the counts: the first change is one at all. */
export function changeBreaks(breaks: readonly number[]): [number, number, number] {
  const high = Math.max(3, breaks.at(-1) ?? 3)
  const middle = Math.max(2, Math.round(Math.sqrt(high)))
  return [1, middle, Math.max(middle + 1, high)]
}

/** Where a change stands in the ramp of seven, 0 to 6, 3 being none. */
export function changeClass(change: number, sizes: readonly [number, number, number]): number {
  const size = sizes.filter((s) => Math.abs(change) >= s).length
  return 3 + Math.sign(change) * size
}
