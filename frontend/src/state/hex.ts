// H3 cells as shapes. The library is fetched with the first cell, not with the
// page: it weighs 65 kB packed, and most of the page never needs it.
import { shallowRef } from 'vue'
import type { Position } from './view'

type H3 = typeof import('h3-js')

/** The library, once it is there. Whatever is computed from it follows. */
const library = shallowRef<H3 | null>(null)
let fetching: Promise<void> | undefined

/** Fetches the library; every later call is the first one. */
export function loadHex(): Promise<void> {
  fetching ??= import('h3-js').then((h3) => { library.value = h3 }, (error: unknown) => {
    fetching = undefined
    throw error
  })
  return fetching
}

/** Whether shapes can be had. */
export const hexReady = () => library.value !== null

/** The library; loadHex() must be done. */
export const hexLibrary = (): H3 => h3()

function h3(): H3 {
  if (!library.value) throw new Error('cells are drawn before loadHex() is done')
  return library.value
}

const rings = new Map<string, Position[]>()
const ringsKept = 100_000

/** The boundary of a cell, closed, counter-clockwise. */
export function ringOf(cell: string): Position[] {
  const known = rings.get(cell)
  if (known) return known
  const ring = h3().cellToBoundary(cell, true) as Position[]
  if (rings.size >= ringsKept) rings.clear()
  rings.set(cell, ring)
  return ring
}

/** Outlines of lists that are still in use: answers are kept, and their lists are drawn again and again. */
const outlines = new WeakMap<readonly string[], GeoJSON.MultiPolygon>()

/** The outline of cells of one resolution with the edges between them dissolved. */
export function outlineOf(cells: readonly string[]): GeoJSON.MultiPolygon {
  const known = outlines.get(cells)
  if (known) return known
  const [only] = cells
  const outline: GeoJSON.MultiPolygon = {
    type: 'MultiPolygon',
    coordinates: cells.length === 1 && only !== undefined ? [[ringOf(only)]] : (h3().cellsToMultiPolygon([...cells], true) as Position[][][]),
  }
  outlines.set(cells, outline)
  return outline
}

/** The size of a cell in km². */
export const kilometres = (cell: string): number => h3().cellArea(cell, 'km2')

/** The centre of a cell. */
export function centreOf(cell: string): Position {
  const [lat, lon] = h3().cellToLatLng(cell)
  return [lon, lat]
}

/** The cells that share an edge with a cell. */
export function neighboursOf(cell: string): string[] {
  return h3().gridDisk(cell, 1).filter((other) => other !== cell)
}

/** Mean length of an edge at a resolution, in metres: H3 documentation, table of cell statistics. */
export function edgeLength(resolution: number): number {
  return [1281256, 483057, 182513, 68979, 26072, 9854, 3725, 1406, 531, 201, 76][resolution] ?? NaN
}

/** The resolution of a cell, from its index: the 52nd to 55th bit. */
export function resolutionOf(cell: string): number {
  return parseInt(cell.at(-14) ?? '', 16)
}
