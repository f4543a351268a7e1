// The status board: rows of units, and headcounts by area.
import type { BoardUnit } from '../server/patrol'
import type { UnitState } from './fleet'

/** Heads planned, heard and silent, of one force or of all. */
export interface Heads {
  planned: number
  heard: number
  silent: number
}

/** What an area has on duty. */
export interface AreaHeads {
  code: string
  units: { planned: number; heard: number; silent: number }
  all: Heads
  /** by the value of the force */
  force: Record<string, Heads>
}

/**
 * Sums units by the first digits of their home area. Planned is whoever has a shift now; silent is on shift and not heard.
 * A call for help counts as heard. The order is by code.
 */
export function headsByArea(units: Iterable<BoardUnit>, digits: number, stateOf: (unit: BoardUnit) => UnitState): AreaHeads[] {
  const none = (): Heads => ({ planned: 0, heard: 0, silent: 0 })
  const areas = new Map<string, AreaHeads>()
  for (const unit of units) {
    const state = stateOf(unit)
    const planned = unit.shift !== undefined || state !== 'off'
    const code = unit.area.slice(0, digits)
    let area = areas.get(code)
    if (!area) areas.set(code, (area = { code, units: none(), all: none(), force: {} }))
    const force = (area.force[unit.force] ??= none())
    if (!planned) continue
    const heads = unit.shift?.headcount || unit.headcount
    const how = state === 'silent' ? 'silent' : state === 'off' ? undefined : 'heard'
    for (const [sum, n] of [[area.units, 1], [area.all, heads], [force, heads]] as const) {
      sum.planned += n
      if (how) sum[how] += n
    }
  }
  return [...areas.values()].sort((a, b) => a.code.localeCompare(b.code))
}
