// The routes of counts by cell. Types come from openapi.yaml.
import { call } from './http'
import type { components } from './schema.gen'

type Schemas = components['schemas']

/** Cells that share one published count. */
export type CellUnit = Schemas['ReleasedUnit']
export type Hotspots = Schemas['Hotspots']
export type Hotspot = Schemas['Hotspot']
export type HotspotExplained = Schemas['HotspotExplained']
export type Showing = Schemas['Showing']
export type Shuffles = Schemas['Shuffles']
export type Series = Schemas['Series']
export type Inside = Schemas['Inside']
export type Cells = Schemas['Cells']

/** What hotspots are held against. */
export type Measure = Schemas['HotspotMethod']['measure']

/** What is counted. */
export interface CellQuestion {
  layer: string
  /** undefined where a cell says it */
  resolution: number | undefined
  /** code of an area; '' for the caller's own */
  area: string
  /** first day and the day after the last; undefined for all times */
  days: { from: string; to: string } | undefined
  /** another window whose counts are given as well */
  compare?: { from: string; to: string } | undefined
  /** codes of the legend; undefined for all */
  categories: readonly string[] | undefined
  /** west, south, east, north; undefined for the whole area */
  bounds: readonly number[] | undefined
  /** what hotspots are held against; the server's default where undefined */
  measure?: Measure | undefined
}

/** The question as a query string. */
export function cellQuery(q: CellQuestion): string {
  const query = new URLSearchParams()
  if (q.resolution !== undefined) query.set('res', String(q.resolution))
  if (q.area) query.set('area', q.area)
  query.set('from', q.days?.from ?? '..')
  query.set('to', q.days?.to ?? '..')
  if (q.categories) query.set('category', q.categories.join(','))
  if (q.bounds) query.set('bbox', q.bounds.join(','))
  if (q.compare) query.set('compare', `${q.compare.from}/${q.compare.to}`)
  if (q.measure) query.set('measure', q.measure)
  return query.toString().replace(/%2C/g, ',').replace(/%2F/g, '/')
}

/** Counts by cell. */
export const cells = (layer: string, query: string, signal?: AbortSignal) =>
  call<Cells>(`/api/h3/${encodeURIComponent(layer)}?${query}`, { signal })

/** The places that are hot or cold by more than chance. */
export const hotspots = (layer: string, query: string, signal?: AbortSignal) =>
  call<Hotspots>(`/api/hotspots/${encodeURIComponent(layer)}?${query}`, { signal })

/** One place in words, whether it is hot or not. */
export const hotspot = (layer: string, cell: string, query: string, signal?: AbortSignal) =>
  call<HotspotExplained>(`/api/hotspots/${encodeURIComponent(layer)}/${encodeURIComponent(cell)}?${query}`, { signal })

/** The map of hotspots beside maps of the same cases with their dates dealt out anew. */
export const shuffles = (layer: string, query: string, seed: number, signal?: AbortSignal) =>
  call<Shuffles>(`/api/hotspots/${encodeURIComponent(layer)}/shuffles?${query}&seed=${seed}`, { signal })

/** What is asked of a drawn area. datetime from/to; '../..' for all times. */
export interface InsideQuestion {
  within: GeoJSON.Polygon
  datetime?: string
  filters?: Record<string, string[]>
}

/** How many lie in a drawn area, of which categories, month by month. */
export const inside = (layer: string, body: InsideQuestion, signal?: AbortSignal) =>
  call<Inside>(`/api/h3/${encodeURIComponent(layer)}/inside`, { method: 'POST', body, signal })

/** Counts of all times, month by month. */
export const months = (layer: string, query: string, signal?: AbortSignal) =>
  call<Series>(`/api/h3/${encodeURIComponent(layer)}/series?by=month${query && `&${query}`}`, { signal })
