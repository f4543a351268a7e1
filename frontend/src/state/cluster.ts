// Going into a cluster: to the place and depth at which one sees what it holds.
import { deepest, flight, type Bounds, type Flight } from './errand'
import { lookAway, type Candidate } from './record'
import { layerOf } from './session'
import { view } from './view'

/** Symbols closer than this many pixels still lie on one another. */
const apart = 20

/** The box of a cluster's members as its tile tells it; null where it does not. */
export function memberBounds(properties: Record<string, unknown>): Bounds | null {
  const [west, south, east, north] = ['west', 'south', 'east', 'north'].map((name) => properties[name])
  const box = [west, south, east, north]
  if (!box.every((v): v is number => typeof v === 'number' && Number.isFinite(v))) return null
  const [w, s, e, n] = box as Bounds
  return w <= e && s <= n && Math.abs(s) < 90 && Math.abs(n) < 90 ? [w, s, e, n] : null
}

/**
 * Where to go from a zoom so that the members of a cluster are seen: their box,
 * at least one zoom closer. Members that would lie on one another however deep
 * the map went are only brought to the zoom at which single points are drawn.
 */
export function flightInto(cluster: Pick<Candidate, 'properties' | 'at'>, pointZoom: number, zoom: number): Flight | null {
  const bounds = memberBounds(cluster.properties)
  if (!bounds) return cluster.at ? { lon: cluster.at[0], lat: cluster.at[1], zoom: Math.min(pointZoom, zoom + 2) } : null
  const [west, south, east, north] = bounds
  if (pixelsAcross(bounds, deepest) < apart) return { lon: (west + east) / 2, lat: (south + north) / 2, zoom: Math.max(pointZoom, zoom) }
  return { bounds, atLeast: Math.max(zoom, Math.min(pointZoom, zoom + 1)) }
}

/** The longer side of a box on the map's face, in pixels: Web Mercator with tiles of 512. */
export function pixelsAcross([west, south, east, north]: Bounds, zoom: number): number {
  const rise = (lat: number) => Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / (2 * Math.PI)
  return 512 * 2 ** zoom * Math.max((east - west) / 360, rise(north) - rise(south))
}

/** Zooms to what a cluster holds. Its card closes, because the ring is no more. */
export function closeUp(cluster: Candidate): void {
  const to = flightInto(cluster, layerOf(cluster.layer)?.pointZoom ?? 16, view.camera?.zoom ?? 10)
  if (!to) return
  lookAway()
  flight.value = to
}
