// Who is near, by the straight line.
import { lonLat, unitStates, type UnitState } from './fleet'
import { distance } from './geometry'
import { facts, fleet } from './units'
import type { Position } from './view'

export interface Near {
  id: string
  state: UnitState
  metres: number
  /** seconds since it was heard; 0 for a post, which is where it is */
  age: number
}

/** Units that can go: on duty, heard within five minutes, or a post at its home. */
const able: ReadonlySet<UnitState> = new Set(['post', 'duty', 'moving', 'dwelling'])

/** The n nearest units to a place that can go, the nearest first. */
export function nearestUnits(to: Position, except: string, now: number, n: number): Near[] {
  const all: Near[] = []
  for (const unit of facts.value.values()) {
    const i = fleet.of(unit.id)
    if (i === undefined || unit.id === except) continue
    const state = unitStates[fleet.state[i] as number] as UnitState
    if (!able.has(state)) continue
    const [x, y] = fleet.place(i, now)
    const [lon, lat] = state === 'post' || Number.isNaN(x) ? unit.home : lonLat(x, y)
    if (lon === undefined || lat === undefined) continue
    const age = fleet.age(i, now)
    all.push({ id: unit.id, state, metres: distance(to, [lon, lat]), age: state === 'post' || Number.isNaN(age) ? 0 : age })
  }
  return all.sort((a, b) => a.metres - b.metres).slice(0, n)
}
