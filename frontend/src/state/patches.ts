// Counts by cell as patches: what is drawn, clicked and listed as one. An exact
// count has a cell of its own; a released one may stand for several cells.
import type { Cells, CellUnit } from '../server/heat'

/** How much is known of a patch: its count, or nothing that may be said. */
export type PatchState = 'exact' | 'withheld'

export interface Patch {
  /** the first of its cells */
  id: string
  cells: readonly string[]
  state: PatchState
  /** 0 where it may not be said */
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
      return [{ id, cells: u.cells, state: u.state, count: u.state === 'exact' ? u.count : 0, why: u.why }]
    })
  }
  return answer.cells.map(({ cell, count }) => ({ id: cell, cells: [cell], state: 'exact', count }))
}

/** Steps people count in, from ten to ten, the finest first. */
const ladders = [[1, 2, 5], [1, 3], [1]] as const
/** More classes than this nobody tells apart. */
const mostClasses = 7

/**
 * The smallest count of each class in round numbers. The classes of the server end where few cells are left; the
 * largest counts are up to ten times that.
 */
export function roundBreaks(served: readonly number[]): number[] {
  const highest = 10 * Math.max(1, served.at(-1) ?? 1)
  for (const ladder of ladders) {
    const steps: number[] = []
    for (let ten = 1; ten <= highest; ten *= 10) steps.push(...ladder.map((step) => step * ten).filter((s) => s <= highest))
    if (steps.length <= mostClasses) return steps
  }
  return [1]
}

/**
 * The lower ends of seven classes of density, in features per 100 km², steps of about three about the mean of all:
 * a town has a hundred times the density of its county.
 */
export function densityBreaks(total: number, kilometres: number): number[] {
  if (!(total > 0 && kilometres > 0)) return [0]
  const third = (100 * total) / kilometres / 3
  // The steps of one and three nearest below: in logarithms they are half apart.
  const first = Math.floor(2 * Math.log10(third))
  const step = (half: number) => Number(((half % 2 === 0 ? 1 : 3) * 10 ** Math.floor(half / 2)).toPrecision(1))
  return [0, ...Array.from({ length: mostClasses - 1 }, (_, i) => step(first + i))]
}

/** Which class a count falls into, by the smallest count of each; below the first it is still the first. */
export function classOf(count: number, breaks: readonly number[]): number {
  let at = 0
  while (at + 1 < breaks.length && count >= (breaks[at + 1] as number)) at++
  return at
}

/** The patch a cell belongs to. */
export function patchAt(patches: readonly Patch[], cell: string): Patch | undefined {
  return patches.find((p) => p.id === cell) ?? patches.find((p) => p.cells.includes(cell))
}
