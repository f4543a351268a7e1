// Units that would lie on one another from afar, counted together by squares of the screen.
import type { Tone } from '../ui/palette'
import { lonLat, unitStates, type Fleet, type UnitState } from './fleet'

/** The side of a square in pixels of the page. */
const side = 76

/** So many units together are a ring; fewer are drawn as they are. */
export const leastGroup = 3

export interface Group {
  lon: number
  lat: number
  count: number
  /** how many of each state, in the order of unitStates */
  mix: number[]
}

/** The zoom whose squares are used: in halves, so that rings stay while one zooms a little. */
export const groupZoom = (zoom: number) => Math.floor(zoom * 2) / 2

/** Groups the shown units for a zoom, and marks those that are in one as grouped. A call for help is never hidden in a group. */
export function groupUnits(fleet: Fleet, zoom: number, now: number, shown: (i: number) => boolean): Group[] {
  fleet.grouped.fill(0)
  const squares = 512 * 2 ** groupZoom(zoom) / side
  const cells = new Map<number, number[]>()
  const urgent = unitStates.indexOf('sos')
  for (let i = 0; i < fleet.size; i++) {
    if (fleet.state[i] === 0 || fleet.state[i] === urgent || !shown(i)) continue
    const [x, y] = fleet.place(i, now)
    if (Number.isNaN(x)) continue
    const key = Math.floor(x * squares) * 2 ** 26 + Math.floor(y * squares)
    const cell = cells.get(key)
    if (cell) cell.push(i)
    else cells.set(key, [i])
  }
  const groups: Group[] = []
  for (const members of cells.values()) {
    if (members.length < leastGroup) continue
    const mix = unitStates.map(() => 0)
    let [sumX, sumY] = [0, 0]
    for (const i of members) {
      const [x, y] = fleet.place(i, now)
      sumX += x
      sumY += y
      mix[fleet.state[i] as number] = (mix[fleet.state[i] as number] ?? 0) + 1
      fleet.grouped[i] = 1
    }
    const [lon, lat] = lonLat(sumX / members.length, sumY / members.length)
    groups.push({ lon, lat, count: members.length, mix })
  }
  fleet.revision++
  return groups
}

/** Draws every unit by itself again. */
export function ungroupUnits(fleet: Fleet): void {
  fleet.grouped.fill(0)
  fleet.revision++
}

/** The tone of a state. Words and shapes stand beside it. */
export const stateTone: Record<UnitState, Tone> = {
  off: 'muted', post: 'k5', duty: 'k8', moving: 'k1', dwelling: 'good', silent: 'watch', sos: 'critical',
}

/** Groups as points with the name of their ring's picture; the mix is rounded to eighths, so that pictures are few. */
export function groupFeatures(groups: readonly Group[], theme: string): GeoJSON.FeatureCollection {
  return {
    type: 'FeatureCollection',
    features: groups.map((g) => ({
      type: 'Feature', geometry: { type: 'Point', coordinates: [g.lon, g.lat] },
      properties: { count: g.count, image: `ring|${theme}|unit|${ringSize(g.count)}|${mixText(g)}`, mix: JSON.stringify(g.mix) },
    })),
  }
}

const ringSize = (count: number) => (count < 10 ? 1 : count < 100 ? 2 : count < 1000 ? 3 : 4)

function mixText({ mix, count }: Group): string {
  return unitStates.map((s, k) => `${stateTone[s]}:${Math.ceil(((mix[k] ?? 0) * 8) / count)}`).filter((p) => !p.endsWith(':0')).join(',')
}
