// Which area lies at a place, whether or not the map draws its outline there.
import * as api from '../server/api'
import { layerOfSymbol } from './session'

/** Half the side of the square asked about, in degrees: about a metre. */
const near = 0.00001

/** The area of a level at a place; null where there is none. */
export async function areaAt(lon: number, lat: number, level: api.Level): Promise<string | null> {
  const layer = layerOfSymbol(level === 'grid' ? 'grid' : 'boundary')
  if (!layer) return null
  const ring = [[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]].map(([x = 0, y = 0]) => [lon + x * near, lat + y * near])
  const within = { type: 'Polygon', coordinates: [ring] }
  const filters = level !== 'grid' && layer.legend ? { filters: { [layer.id]: { [layer.legend]: [level] } } } : {}
  const page = await api.rows(layer.id, { within, ...filters }, 1)
  return page.rows[0]?.id ?? null
}
