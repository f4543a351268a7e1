// What the map shows, as one value. The controller makes MapLibre equal to it.
import type { Layer } from '../server/api'
import type { ThemeName } from '../ui/palette'

/** The operator's own ground. */
export interface Basemap {
  kind: 'vector' | 'raster'
  zoom: { min: number; max: number }
  /** west, south, east, north; undefined for the world */
  bounds?: [number, number, number, number] | undefined
  version?: string | undefined
  /** the source layers of vector tiles; none where nobody knows them */
  layers: readonly string[]
  /** the properties that may hold a name, the reader's language first */
  names: readonly string[]
  shown: boolean
  opacity: number
}

export interface Picture {
  /** undefined where the operator has brought none */
  basemap?: Basemap | undefined
  /** the catalogue's layers in drawing order from the bottom; those not allowed are left out */
  layers: readonly Layer[]
  shown: ReadonlySet<string>
  /** by layer, the version of its data: with another one its tiles are asked for again */
  versions: Readonly<Record<string, number>>
  opacity: Readonly<Record<string, number>>
  /** by layer, the legend values kept */
  kept: Readonly<Record<string, readonly string[]>>
  /** from/to for dated layers; undefined for all times */
  datetime: string | undefined
  /** the area drilled into; undefined for the reader's whole area */
  area: string | undefined
  theme: ThemeName
  /** cells are drawn, filled or as a surface; undefined where none are */
  heat?: { smooth: boolean; cover?: boolean } | undefined
  /** the grids are coloured by how long they are without a visit */
  tide?: boolean
  /** units are drawn as they move */
  patrol?: boolean
  /** the level one drills into next, which the pointer prefers among areas */
  nextLevel: string | undefined
  /** how much larger than usual everything on the map is drawn, for a wall */
  scale: number
  /** where tiles come from: scheme, host and port of the page */
  origin: string
}

/** One thing under the pointer. */
export interface Hit {
  layer: Layer
  /** the tile's feature id; 0 where it has none */
  fid: number
  /** the business code, where the tile carries it */
  id: string
  properties: Record<string, unknown>
  /** how many features a cluster stands for; undefined for a single one */
  cluster?: number
  /** where it is drawn, for points */
  at?: [lon: number, lat: number]
}

/** Whether the layer's points come as clusters at that zoom. */
export function clustersAt(layer: Layer, zoom: number): boolean {
  return layer.pointZoom !== undefined && Math.floor(zoom) < layer.pointZoom
}

/** Code lists are short words for the style: value → tone. */
export function toneOf(layer: Layer, value: unknown): string | undefined {
  return layer.fields.find((f) => f.name === layer.legend)?.codes?.find((c) => c.value === String(value))?.tone
}

/** The layers whose data moved between two pictures that both have them. */
export function movedLayers(before: Picture, after: Picture): string[] {
  return Object.keys(after.versions).filter((id) => before.versions[id] !== undefined && before.versions[id] !== after.versions[id])
}
