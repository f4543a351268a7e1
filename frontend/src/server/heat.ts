// The routes of counts by cell. Types come from openapi.yaml.
import { call } from './http'
import type { components } from './schema.gen'

type Schemas = components['schemas']

/** A released unit: cells that share one count. */
export interface CellUnit {
  cells: string[]
  count: number
  state: 'exact' | 'few' | 'withheld' | 'none'
  why?: { zh: string; en: string }
}
export type Cells = Schemas['Cells'] & { units?: CellUnit[] }

/** What is counted. */
export interface CellQuestion {
  layer: string
  resolution: number
  /** code of an area; '' for the caller's own */
  area: string
  /** first day and the day after the last; undefined for all times */
  days: { from: string; to: string } | undefined
  /** codes of the legend; undefined for all */
  categories: readonly string[] | undefined
  /** west, south, east, north; undefined for the whole area */
  bounds: readonly number[] | undefined
}

/** The question as a query string. */
export function cellQuery(q: CellQuestion): string {
  const query = new URLSearchParams({ res: String(q.resolution) })
  if (q.area) query.set('area', q.area)
  query.set('from', q.days?.from ?? '..')
  query.set('to', q.days?.to ?? '..')
  if (q.categories) query.set('category', q.categories.join(','))
  if (q.bounds) query.set('bbox', q.bounds.join(','))
  return query.toString().replace(/%2C/g, ',')
}

/** Counts by cell. */
export const cells = (layer: string, query: string, signal?: AbortSignal) =>
  call<Cells>(`/api/h3/${encodeURIComponent(layer)}?${query}`, { signal })
