// Counts by cell as patches: what is drawn, clicked and listed as one. An exact
// count has a cell of its own; a released one may stand for several cells.
import type { Cells, CellUnit } from '../server/heat'

/** How much is known of a patch: its count, that it is a small one, or nothing that may be said. */
export type PatchState = 'exact' | 'few' | 'withheld'

export interface Patch {
  /** the first of its cells */
  id: string
  cells: readonly string[]
  state: PatchState
  /** 0 where it may not be said; of a small one its least */
  count: number
  /** why it is not exact, in the server's words */
  why?: CellUnit['why'] | undefined
}

/** The patches of an answer; what holds nothing is no patch. */
export function patchesOf(answer: Cells): Patch[] {
  if (answer.units) {
    return answer.units.flatMap((u) => {
      const [id] = u.cells ?? []
      if (u.state === 'none' || !u.cells || id === undefined) return []
      return [{ id, cells: u.cells, state: u.state, count: u.state === 'exact' ? u.count : u.state === 'few' ? 1 : 0, why: u.why }]
    })
  }
  return answer.cells.map(({ cell, count }) => ({ id: cell, cells: [cell], state: 'exact', count }))
}

/** Steps people count in, from ten to ten, the finest first. */
const ladders = [[1, 2, 5], [1, 3], [1]] as const
/** More classes than this nobody tells apart. */
const mostClasses = 7

/**
 * The smallest count of each class in round numbers, from the least that is told on. The classes of the server
 * end where few cells are left; the largest counts are up to ten times that.
 */
export function roundBreaks(served: readonly number[], least: number): number[] {
  const highest = 10 * Math.max(1, served.at(-1) ?? 1)
  for (const ladder of ladders) {
    const steps: number[] = []
    for (let ten = 1; ten <= highest; ten *= 10) steps.push(...ladder.map((step) => step * ten).filter((s) => s >= least && s <= highest))
    if (steps[0] !== least) steps.unshift(least)
    if (steps.length <= mostClasses) return steps
  }
  return [least]
}

/** Which class a count falls into, by the smallest count of each; below the first it is still the first. */
export function classOf(count: number, breaks: readonly number[]): number {
  let at = 0
  while (at + 1 < breaks.length && count >= (breaks[at + 1] as number)) at++
  return at
}

/** The smallest and largest count of each class; the last one has no largest. */
export function classBounds(breaks: readonly number[]): [from: number, to: number | undefined][] {
  return breaks.map((from, i) => [from, breaks[i + 1] === undefined ? undefined : (breaks[i + 1] as number) - 1])
}

/** The patch a cell belongs to. */
export function patchAt(patches: readonly Patch[], cell: string): Patch | undefined {
  return patches.find((p) => p.id === cell) ?? patches.find((p) => p.cells.includes(cell))
}

/** Sum of the counts that are known, and how many patches are not. */
export function sumOf(patches: readonly Patch[]): { count: number; few: number; withheld: number } {
  return {
    count: patches.reduce((sum, p) => sum + (p.state === 'exact' ? p.count : 0), 0),
    few: patches.filter((p) => p.state === 'few').length,
    withheld: patches.filter((p) => p.state === 'withheld').length,
  }
}
