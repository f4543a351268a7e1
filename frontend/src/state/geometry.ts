// Shapes people draw, in degrees and metres. Longitude first.
import type { Drawing, Position } from './view'

// Mean radius of the earth in metres (IUGG R1); orb uses the equatorial one,
// the difference of 0.1 % does not matter to a circle drawn by hand.
const earthRadius = 6371008.8
const radians = Math.PI / 180

/** Metres between two positions on the sphere (haversine). */
export function distance([lon1, lat1]: Position, [lon2, lat2]: Position): number {
  const a =
    Math.sin(((lat2 - lat1) * radians) / 2) ** 2 +
    Math.cos(lat1 * radians) * Math.cos(lat2 * radians) * Math.sin(((lon2 - lon1) * radians) / 2) ** 2
  return 2 * earthRadius * Math.asin(Math.min(1, Math.sqrt(a)))
}

/** Where one arrives after so many metres in a direction, clockwise from north in degrees. */
export function travel([lon, lat]: Position, metres: number, bearing: number): Position {
  const d = metres / earthRadius
  const sin = Math.sin(lat * radians) * Math.cos(d) + Math.cos(lat * radians) * Math.sin(d) * Math.cos(bearing * radians)
  const east = Math.sin(bearing * radians) * Math.sin(d) * Math.cos(lat * radians)
  const north = Math.cos(d) - Math.sin(lat * radians) * sin
  return [lon + Math.atan2(east, north) / radians, Math.asin(sin) / radians]
}

/** A circle as an open ring of corners that lie on it, counter-clockwise from north. */
export function circleRing(centre: Position, metres: number, corners = 64): Position[] {
  return Array.from({ length: corners }, (_, i) => travel(centre, metres, (-360 * i) / corners))
}

/** The GeoJSON polygon of a drawing, its ring closed. */
export function polygonOf(drawn: Drawing): GeoJSON.Polygon {
  const ring = drawn.kind === 'circle' ? circleRing(drawn.centre, drawn.metres) : drawn.ring
  return { type: 'Polygon', coordinates: [[...ring, ring[0] as Position]] }
}

/** Square metres of a drawing on the sphere. */
export function surfaceOf(drawn: Drawing): number {
  if (drawn.kind === 'circle') return 2 * Math.PI * earthRadius ** 2 * (1 - Math.cos(drawn.metres / earthRadius))
  // Spherical excess by the trapezoid rule over longitude (Chamberlain and Duquette, JPL 2007).
  let sum = 0
  drawn.ring.forEach(([lon, lat], i) => {
    const [nextLon, nextLat] = drawn.ring[(i + 1) % drawn.ring.length] as Position
    sum += (nextLon - lon) * radians * (2 + Math.sin(lat * radians) + Math.sin(nextLat * radians))
  })
  return Math.abs((sum * earthRadius ** 2) / 2)
}

/** West, south, east, north of any GeoJSON geometry; null for an empty one. */
export function boundsOf(geometry: GeoJSON.Geometry | null): [number, number, number, number] | null {
  const box: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity]
  const visit = (c: unknown): void => {
    if (!Array.isArray(c)) return
    if (typeof c[0] === 'number' && typeof c[1] === 'number') {
      box[0] = Math.min(box[0], c[0])
      box[1] = Math.min(box[1], c[1])
      box[2] = Math.max(box[2], c[0])
      box[3] = Math.max(box[3], c[1])
    } else c.forEach(visit)
  }
  if (geometry?.type === 'GeometryCollection') {
    for (const part of geometry.geometries) {
      const b = boundsOf(part)
      if (b) visit([[b[0], b[1]], [b[2], b[3]]])
    }
  } else if (geometry) visit(geometry.coordinates)
  return Number.isFinite(box[0]) ? box : null
}

/** Whether a position lies inside a polygon or multipolygon, holes left out; anything else contains nothing. */
export function contains(geometry: GeoJSON.Geometry | null, [lon, lat]: Position): boolean {
  const polygons = geometry?.type === 'Polygon' ? [geometry.coordinates] : geometry?.type === 'MultiPolygon' ? geometry.coordinates : []
  let inside = false
  for (const ring of polygons.flat()) {
    // Each edge that a ray to the east crosses turns inside into outside and back.
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [x1 = 0, y1 = 0] = ring[i] ?? []
      const [x2 = 0, y2 = 0] = ring[j] ?? []
      if (y1 > lat !== y2 > lat && lon < ((x2 - x1) * (lat - y1)) / (y2 - y1) + x1) inside = !inside
    }
  }
  return inside
}
