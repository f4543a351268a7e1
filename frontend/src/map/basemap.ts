// The operator's own ground, under everything: a picture as it is, or vector
// tiles drawn in the quiet colours of the page. What a source layer holds is
// told by its name: those of the Protomaps and OpenMapTiles schemas, and what
// is alike; one nobody knows is drawn neutrally.
import type { LayerSpecification, SourceSpecification } from 'maplibre-gl'
import type { Palette } from '../ui/palette'
import { every, isLine, isPoint, isPolygon, type Expression } from './expressions'
import type { Basemap, Picture } from './picture'
import { fonts, ink } from './points'

/** The source of the basemap, and the beginning of its layers' ids. */
export const basemapSource = '@basemap'

/** What a source layer may hold, in the order in which it is painted. */
const roles = [
  ['land', /^(earth|land)$/],
  ['other', /^$/],
  ['cover', /^(landcover|landuse|globallandcover|park)$/],
  ['water', /^(water|waters|ocean|water_polygons|waterway|waterways|water_lines|rivers?)$/],
  ['building', /^buildings?$/],
  ['road', /^(roads?|transportation|streets?|highways?)$/],
  ['boundary', /^(boundary|boundaries|admin|areas?)$/],
  ['roadName', /^(transportation_name|road_names?|street_labels)$/],
  ['place', /^(places?|place_labels?)$/],
  // Too loud for a ground on which other things are shown.
  ['nothing', /^(pois?|housenumber|aeroway|aerodrome_label|mountain_peak|water_name|water_polygons_labels|physical_(line|point)|transit|mask)$/],
] as const
export type Role = (typeof roles)[number][0]

/** What a source layer holds, by its name. */
export function roleOf(sourceLayer: string): Role {
  return roles.find(([, name]) => name.test(sourceLayer))?.[0] ?? 'other'
}

/** The names to try where nobody says what the tiles hold. */
const usualLayers = [
  'earth', 'landcover', 'landuse', 'water', 'waterway', 'building', 'buildings', 'transportation', 'roads',
  'boundary', 'boundaries', 'transportation_name', 'place', 'places',
]

/** The tiles of the basemap; none where it is not shown, so that none is fetched. */
export function basemapSources({ basemap, origin }: Picture): Record<string, SourceSpecification> {
  if (!basemap?.shown) return {}
  const version = basemap.version ? `?v=${encodeURIComponent(basemap.version)}` : ''
  const source = {
    type: basemap.kind, tiles: [`${origin}/basemap/{z}/{x}/{y}${version}`], minzoom: basemap.zoom.min, maxzoom: basemap.zoom.max,
    ...(basemap.bounds ? { bounds: basemap.bounds } : {}),
    ...(basemap.kind === 'raster' ? { tileSize: 256 } : {}),
  }
  return { [basemapSource]: source as SourceSpecification }
}

/** Everything but names: it lies under all that is our own. */
export function basemapGround(picture: Picture, palette: Palette): LayerSpecification[] {
  const basemap = picture.basemap
  if (!basemap?.shown) return []
  if (basemap.kind === 'raster') return [raster(basemap, picture)]
  return inOrder(basemap).flatMap(([name, role]) => paint(name, role, basemap.opacity, palette))
}

/** Names of places and roads, which give way to those of our own layers. */
export function basemapNames(picture: Picture, palette: Palette): LayerSpecification[] {
  const basemap = picture.basemap
  if (!basemap?.shown || basemap.kind === 'raster') return []
  return inOrder(basemap).flatMap(([name, role]) => {
    if (role === 'place') return [places(name, basemap, picture, palette)]
    if (role === 'roadName' || (role === 'road' && !basemap.layers.some((l) => roleOf(l) === 'roadName'))) {
      return [roadNames(name, basemap, picture, palette)]
    }
    return []
  })
}

function inOrder(basemap: Basemap): [name: string, role: Role][] {
  const names = basemap.layers.length ? basemap.layers : usualLayers
  const order = roles.map(([role]) => role as Role)
  return [...names].map((name): [string, Role] => [name, roleOf(name)]).sort((a, b) => order.indexOf(a[1]) - order.indexOf(b[1]))
}

// A picture made for white paper would shine through the dark theme.
function raster(basemap: Basemap, picture: Picture): LayerSpecification {
  return {
    id: `${basemapSource}:raster`, type: 'raster', source: basemapSource,
    paint: {
      'raster-opacity': basemap.opacity,
      'raster-fade-duration': 0,
      ...(picture.theme === 'dark'
        ? { 'raster-saturation': -0.65, 'raster-brightness-max': 0.42, 'raster-contrast': 0.1 }
        : { 'raster-saturation': -0.3, 'raster-contrast': -0.1 }),
    },
  }
}

const zoomed = (...stops: (number | Expression)[]): Expression => ['interpolate', ['exponential', 1.5], ['zoom'], ...stops] as unknown as Expression

/** The class of a road in any of the vocabularies. */
const roadClass: Expression = ['to-string', ['coalesce', ['get', 'class'], ['get', 'kind'], ['get', 'highway'], '']] as unknown as Expression

function byClass(motorway: number, main: number, middle: number, minor: number, path: number): Expression {
  return ['match', roadClass,
    ['motorway', 'highway'], motorway,
    ['trunk', 'primary', 'major_road'], main,
    ['secondary', 'tertiary', 'provincial', 'county', 'medium_road'], middle,
    ['path', 'footway', 'cycleway', 'steps', 'track', 'pedestrian', 'village', 'rail', 'railway', 'transit', 'ferry', 'other'], path,
    minor] as unknown as Expression
}

// A line that is seen on the land of either theme, and no more than that.
const quietLine = (palette: Palette) => (palette.road === '#FFFFFF' ? '#CDC5B6' : palette.road)

function paint(name: string, role: Role, opacity: number, palette: Palette): LayerSpecification[] {
  const layer = (part: object) => ({ source: basemapSource, 'source-layer': name, ...part }) as LayerSpecification
  const id = (kind: string) => `${basemapSource}:${name}:${kind}`
  const round = { 'line-cap': 'round', 'line-join': 'round' }
  const fill = (colour: string, strength = 1, more: object = {}) =>
    layer({ id: id('fill'), type: 'fill', filter: every(isPolygon), paint: { 'fill-color': colour, 'fill-opacity': opacity * strength, 'fill-antialias': false }, ...more })
  const line = (colour: string, width: Expression | number, strength = 1, more: object = {}) =>
    layer({ id: id('line'), type: 'line', filter: every(isLine), layout: round, paint: { 'line-color': colour, 'line-width': width, 'line-opacity': opacity * strength }, ...more })
  switch (role) {
    case 'land': return [fill(palette.land)]
    case 'cover': return [fill(palette.built, 0.55)]
    case 'water': return [fill(palette.water), line(palette.waterLine, zoomed(8, 0.6, 14, 2.2), 0.6)]
    case 'building': return [fill(palette.line, 0.5, { minzoom: 13 })]
    case 'road': return [line(quietLine(palette), zoomed(6, byClass(0.7, 0.4, 0, 0, 0), 10, byClass(1.6, 1.2, 0.7, 0.2, 0.1), 14, byClass(4, 3.4, 2.4, 1.4, 0.6), 18, byClass(16, 14, 12, 9, 3)))]
    case 'boundary': return [
      // A tree of areas brings outlines, a set of boundaries lines.
      line(palette.muted, 0.8, 0.6, { filter: ['!', isPoint], layout: { 'line-join': 'round' } }),
    ]
    case 'other': return [
      fill(palette.built, 0.5),
      line(quietLine(palette), zoomed(6, 0.5, 14, 1.4, 18, 3), 1, { filter: ['!', isPoint], layout: { 'line-join': 'round' } }),
    ]
  }
  return []
}

/** The name in the reader's language, else the one on the spot. */
function nameOf(basemap: Basemap): Expression {
  return ['to-string', ['coalesce', ...basemap.names.map((name) => ['get', name]), '']] as unknown as Expression
}

function places(name: string, basemap: Basemap, picture: Picture, palette: Palette): LayerSpecification {
  // Cities come before villages wherever there is no room for both.
  const rank: Expression = ['match', ['to-string', ['coalesce', ['get', 'kind_detail'], ['get', 'class'], ['get', 'kind'], '']],
    ['country', 'city', 'state', 'region', 'province'], 0, ['town', 'county'], 1, ['village', 'locality'], 2, 3] as unknown as Expression
  return {
    id: `${basemapSource}:${name}:name`, type: 'symbol', source: basemapSource, 'source-layer': name, filter: every(isPoint),
    layout: {
      'text-field': nameOf(basemap), 'text-font': fonts.regular, 'text-max-width': 8, 'symbol-sort-key': rank,
      'text-size': ['match', rank, 0, 14 * picture.scale, 1, 12.5 * picture.scale, 11.5 * picture.scale] as unknown as Expression,
    },
    paint: { ...ink(palette), 'text-color': palette.muted, 'text-opacity': basemap.opacity },
  } as LayerSpecification
}

function roadNames(name: string, basemap: Basemap, picture: Picture, palette: Palette): LayerSpecification {
  return {
    id: `${basemapSource}:${name}:name`, type: 'symbol', source: basemapSource, 'source-layer': name, minzoom: 13, filter: every(isLine),
    layout: { 'symbol-placement': 'line', 'symbol-spacing': 350, 'text-field': nameOf(basemap), 'text-font': fonts.regular, 'text-size': 11 * picture.scale },
    paint: { ...ink(palette), 'text-color': palette.muted, 'text-opacity': basemap.opacity },
  } as LayerSpecification
}
