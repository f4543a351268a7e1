// Coordinates as people paste them: decimal or degrees-minutes-seconds, in
// either order, with Chinese or Latin punctuation. WGS 84.

export interface Place {
  lon: number
  lat: number
  /** the order that was read */
  order: 'lon-lat' | 'lat-lon'
}

type Axis = 'lon' | 'lat'
interface Part { value: number; axis?: Axis }

const axisOf: Record<string, [Axis, 1 | -1]> = {
  N: ['lat', 1], S: ['lat', -1], E: ['lon', 1], W: ['lon', -1],
  '\u5317': ['lat', 1], '\u5357': ['lat', -1], '\u4e1c': ['lon', 1], '\u6771': ['lon', 1], '\u897f': ['lon', -1],
}
// The letters of direction in both languages, then the words for "latitude" and "longitude" that may follow.
const letters = 'NSEW\u5317\u5357\u4e1c\u6771\u897f'
const number = String.raw`[-+]?\d{1,3}(?:\.\d+)?`
const minutes = String.raw`(?:\s*(\d{1,2}(?:\.\d+)?)\s*['\u2032\u2019\u5206]\s*(?:(\d{1,2}(?:\.\d+)?)\s*(?:["\u2033\u201d\u79d2]|''))?)?`
const part = String.raw`([${letters}])?\s*[\u7eac\u7ecf]?\s*(${number})\s*[\u00b0\u5ea6]?${minutes}\s*([${letters}])?`
const pair = new RegExp(String.raw`^${part}(?:\s*[,\uff0c;\uff1b/\u3001]\s*|\s+)${part}$`, 'i')

/**
 * Reads a pair of coordinates, or null. Letters decide the order; without them
 * a number beyond 90 must be the longitude; where both would do, the order is
 * longitude first, as everywhere in this program.
 */
export function readCoordinates(text: string): Place | null {
  const clean = text.trim().replace(/[()\uff08\uff09[\]]/g, '').trim()
  const m = pair.exec(clean)
  if (!m) return null
  const first = readPart(m.slice(1, 6))
  const second = readPart(m.slice(6, 11))
  if (!first || !second) return null
  if (first.axis && second.axis && first.axis === second.axis) return null
  const lonFirst = first.axis ? first.axis === 'lon' : second.axis ? second.axis === 'lat' : Math.abs(second.value) <= 90
  const [lon, lat] = lonFirst ? [first.value, second.value] : [second.value, first.value]
  if (Math.abs(lon) > 180 || Math.abs(lat) > 90) return null
  return { lon, lat, order: lonFirst ? 'lon-lat' : 'lat-lon' }
}

function readPart([before, degrees, min, sec, after]: (string | undefined)[]): Part | null {
  if (before && after) return null
  const m = Number(min ?? 0)
  const s = Number(sec ?? 0)
  const d = Number(degrees)
  if (m >= 60 || s >= 60 || !Number.isFinite(d)) return null
  const [axis, sign] = axisOf[(before ?? after ?? '').toUpperCase()] ?? []
  if (axis && /^[-+]/.test(degrees ?? '')) return null
  const size = Math.abs(d) + m / 60 + s / 3600
  const value = (sign ?? 1) * (degrees?.startsWith('-') ? -size : size)
  return axis ? { value, axis } : { value }
}
