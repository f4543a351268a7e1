// Addresses of tiles.

export interface TileQuery {
  /** from/to of a dated layer, absent for all times */
  datetime?: string | undefined
  /** code of the area inside which features are wanted */
  area?: string | undefined
  /** values to keep, by field */
  keep?: Record<string, readonly string[]> | undefined
}

/**
 * The URL template of a layer's tiles, absolute, because the map's worker has no page to resolve it by. The layer's
 * version is no part of it: the browser asks whether a tile still holds, so that after a change of the layer those
 * that did not change cost a 304.
 */
export function tileTemplate(origin: string, layer: string, query: TileQuery): string {
  const parts: string[] = []
  if (query.datetime) parts.push(`datetime=${encodeURIComponent(query.datetime).replaceAll('%2F', '/')}`)
  if (query.area) parts.push(`area=${encodeURIComponent(query.area)}`)
  for (const [field, values] of Object.entries(query.keep ?? {})) {
    parts.push(`${encodeURIComponent(field)}=${values.map(encodeURIComponent).join(',')}`)
  }
  return `${origin}/tiles/${encodeURIComponent(layer)}/{z}/{x}/{y}.mvt${parts.length ? `?${parts.join('&')}` : ''}`
}
