// What a panel asks of the map: to go somewhere, or to take up a drawing tool.
// A new value is a new errand; the map forgets it once it is done.
import { shallowRef } from 'vue'

export type Bounds = [west: number, south: number, east: number, north: number]

/** Bounds to show whole, but not from farther than a zoom; or a place to stand over at a zoom. */
export type Flight = { bounds: Bounds; atLeast?: number } | { lon: number; lat: number; zoom: number }

/** How deep the map goes by itself; closer is for people to choose. */
export const deepest = 16.5

export const flight = shallowRef<Flight | null>(null)

export type Tool = 'polygon' | 'rectangle' | 'circle'

/** The drawing tool in hand. A draft stays out of the URL. */
export const tool = shallowRef<Tool | null>(null)

/** A window is being dragged along: what passes by is not worth an entry of its own in the browser's history. */
export const scrubbing = shallowRef(false)

/** Which side details slide in from, so that they never cover what was clicked. */
export const detailSide = shallowRef<'left' | 'right'>('right')

/** Whether the panel of layers is unfolded; on a small window the map comes first. */
export const layersOpen = shallowRef(globalThis.innerWidth === undefined || globalThis.innerWidth >= 900)
