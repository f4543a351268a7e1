// Two periods compared, patch by patch, without saying more than either does.
import type { Patch, PatchState } from './patches'

/** A place in both periods. Released patches differ between periods, so a place is what both show whole. */
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

/**
 * The places of two periods: cells that share a patch in either are one place. A cell without a patch holds
 * nothing.
 */
export function compare(now: readonly Patch[], before: readonly Patch[]): Difference[] {
  const group = new Map<string, string>()
  const top = (cell: string): string => {
    const over = group.get(cell)
    if (over === undefined || over === cell) return cell
    const root = top(over)
    group.set(cell, root)
    return root
  }
  for (const patch of [...now, ...before]) {
    for (const cell of patch.cells) {
      if (!group.has(cell)) group.set(cell, cell)
      group.set(top(cell), top(patch.id))
    }
  }
  const places = new Map<string, Difference>()
  for (const cell of group.keys()) {
    const root = top(cell)
    const place = places.get(root)
    if (place) (place.cells as string[]).push(cell)
    else places.set(root, { id: root, cells: [cell], state: 'exact', now: 0, before: 0, beyondChance: false })
  }
  const add = (patches: readonly Patch[], period: 'now' | 'before') => {
    for (const patch of patches) {
      const place = places.get(top(patch.id)) as Difference
      place[period] += patch.count
      if (patch.state === 'withheld' || (patch.state === 'few' && place.state === 'exact')) place.state = patch.state
    }
  }
  add(now, 'now')
  add(before, 'before')
  for (const place of places.values()) {
    place.cells = [...place.cells].sort()
    place.id = place.cells[0] ?? place.id
    place.beyondChance = place.state === 'exact' && isBeyondChance(place.now, place.before)
  }
  return [...places.values()]
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
