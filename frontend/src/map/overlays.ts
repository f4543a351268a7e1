// What lies over the layers: cells that are counted, the halo outside the area,
// names of areas, the thing picked, the shape drawn. Their data is set by the controller, so the
// style holds them empty.
import type { GeoJSONSourceSpecification, LayerSpecification } from 'maplibre-gl'
import type { Palette } from '../ui/palette'
import { fonts, ink } from './points'

export const overlays = ['cells', 'centres', 'cover', 'tide', 'halo', 'names', 'groups', 'hover', 'picked', 'drawn', 'stops'] as const
export type Overlay = (typeof overlays)[number]

/** Overlays live beside the layers of the catalogue, whose ids have no such mark. */
export const overlaySource = (name: Overlay) => `@${name}`

export function overlaySources(): Record<string, GeoJSONSourceSpecification> {
  return Object.fromEntries(
    overlays.map((name) => [overlaySource(name), { type: 'geojson', data: { type: 'FeatureCollection', features: [] }, tolerance: 0.2 }]),
  )
}

/** The rest of the world, faded. */
export function halo(palette: Palette): LayerSpecification[] {
  return [{ id: '@halo', type: 'fill', source: overlaySource('halo'), paint: { 'fill-color': palette.page, 'fill-opacity': 0.7, 'fill-antialias': false } }]
}

// From and to which zoom the names of a level say something, and how large they are.
const nameLevels = [
  { level: 'grid', min: 14.5, max: 22, size: 11, bold: false },
  { level: 'village', min: 11.3, max: 17, size: 12, bold: false },
  { level: 'township', min: 8.8, max: 15, size: 13, bold: false },
  { level: 'county', min: 5, max: 12, size: 16, bold: true },
  { level: 'city', min: 3, max: 6.5, size: 16, bold: true },
] as const

// Places to try for a name: on the spot, then around it at growing distances, in ems.
function around(distances: readonly number[]): (string | [number, number])[] {
  return ['center', [0, 0], ...distances.flatMap((d): (string | [number, number])[] => [
    'top', [0, d], 'bottom', [0, -d], 'left', [d, 0], 'right', [-d, 0],
    'top-left', [d, d], 'top-right', [-d, d], 'bottom-left', [d, -d], 'bottom-right', [-d, -d],
  ])]
}

/** Names of areas; the higher the level, the earlier it takes its place. Those outside the area are faded like what they name. */
export function names(palette: Palette, scale: number): LayerSpecification[] {
  return nameLevels.map(({ level, min, max, size, bold }) => ({
    id: `@names-${level}`, type: 'symbol', source: overlaySource('names'), minzoom: min, maxzoom: max,
    filter: ['==', ['get', 'level'], level],
    layout: {
      'text-field': ['get', 'name'], 'text-font': bold ? fonts.bold : fonts.regular, 'text-size': size * scale, 'text-max-width': 8,
      'text-padding': 4, 'symbol-sort-key': ['get', 'rank'],
      'text-variable-anchor-offset': around(bold ? [1.7, 3, 4.4] : [1.7]),
    },
    paint: { ...ink(palette), 'text-halo-width': 1.6, 'text-opacity': ['case', ['get', 'inside'], 1, 0.35], 'text-color': level === 'grid' || level === 'village' ? palette.muted : palette.text },
  }))
}

/** The stops of a replay, the shape drawn, the thing under the pointer, the thing picked, each over the one before. */
export function marks(palette: Palette, scale: number): LayerSpecification[] {
  const polygon = ['==', ['geometry-type'], 'Polygon'] as never
  const point = ['==', ['geometry-type'], 'Point'] as never
  const notPoint = ['!=', ['geometry-type'], 'Point'] as never
  return [
    { id: '@stops-dot', type: 'circle', source: overlaySource('stops'), paint: { 'circle-radius': 5.5 * scale, 'circle-color': palette.watch, 'circle-stroke-color': palette.paper, 'circle-stroke-width': 2 } },
    {
      id: '@stops-name', type: 'symbol', source: overlaySource('stops'),
      layout: { 'text-field': ['get', 'name'], 'text-font': fonts.regular, 'text-size': 12 * scale, 'text-anchor': 'left', 'text-offset': [0.8, 0], 'text-padding': 2 },
      paint: ink(palette),
    },
    { id: '@drawn-fill', type: 'fill', source: overlaySource('drawn'), filter: polygon, paint: { 'fill-color': palette.accent, 'fill-opacity': 0.1 } },
    { id: '@drawn-line', type: 'line', source: overlaySource('drawn'), paint: { 'line-color': palette.accent, 'line-width': 2, 'line-dasharray': [3, 2] } },
    { id: '@hover-ring', type: 'circle', source: overlaySource('hover'), filter: point, paint: { 'circle-radius': 13 * scale, 'circle-color': palette.accent, 'circle-opacity': 0.25 } },
    { id: '@hover-line', type: 'line', source: overlaySource('hover'), filter: notPoint, paint: { 'line-color': palette.accent, 'line-width': 1.5 } },
    { id: '@picked-fill', type: 'fill', source: overlaySource('picked'), filter: polygon, paint: { 'fill-color': palette.accent, 'fill-opacity': 0.12 } },
    { id: '@picked-casing', type: 'line', source: overlaySource('picked'), filter: notPoint, paint: { 'line-color': palette.paper, 'line-width': 5, 'line-opacity': 0.7 } },
    { id: '@picked-line', type: 'line', source: overlaySource('picked'), filter: notPoint, paint: { 'line-color': palette.accent, 'line-width': 2.5 } },
    {
      id: '@picked-ring', type: 'circle', source: overlaySource('picked'), filter: point,
      paint: { 'circle-radius': 14 * scale, 'circle-color': 'rgba(0,0,0,0)', 'circle-stroke-color': palette.accent, 'circle-stroke-width': 3 },
    },
    {
      id: '@picked-name', type: 'symbol', source: overlaySource('picked'),
      layout: { 'text-field': ['get', 'name'], 'text-font': fonts.bold, 'text-size': 13 * scale, 'text-anchor': 'top', 'text-offset': [0, 1.3], 'text-overlap': 'always', 'text-max-width': 10 },
      paint: ink(palette),
    },
  ]
}

/** Everything but the geometry: a sheet over the world with the area cut out. */
export function haloAround(geometry: GeoJSON.Geometry | null): GeoJSON.FeatureCollection {
  const polygons = geometry?.type === 'Polygon' ? [geometry.coordinates] : geometry?.type === 'MultiPolygon' ? geometry.coordinates : []
  if (!polygons.length) return { type: 'FeatureCollection', features: [] }
  const world = [[-180, -85], [180, -85], [180, 85], [-180, 85], [-180, -85]]
  const holes = polygons.flatMap((p) => (p[0] ? [p[0]] : []))
  // What is a hole of the area lies outside it and is faded as well.
  const islands = polygons.flatMap((p) => p.slice(1)).map((ring): GeoJSON.Feature => ({ type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [ring] } }))
  return { type: 'FeatureCollection', features: [{ type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [world, ...holes] } }, ...islands] }
}
