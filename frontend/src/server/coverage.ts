// The route of what cameras cover. Types come from openapi.yaml.
import { call } from './http'
import type { components } from './schema.gen'

type Schemas = components['schemas']
export type CoverageRow = Schemas['CoverageRow']
export type CoverageCell = Schemas['CoverageCell']
/** How much of something is seen: square metres, metres, or number. */
export type Extent = Schemas['Extent']

/** A stretch of road that is not seen: GeoJSON. */
export type GapRoad = GeoJSON.Feature<GeoJSON.LineString | GeoJSON.MultiLineString, { road: string; name: string; class: string; area: string; length: number }>
/** A place where a further camera would serve: GeoJSON. direction in degrees from north, public in m². */
export type Spot = GeoJSON.Feature<GeoJSON.Point, { rank: number; direction: number; road: string; class: string; junction: boolean; area: string; gain: number; public: number; metres: number }>

export type Coverage = Omit<Schemas['Coverage'], 'gaps' | 'next'> & {
  gaps: { roads: { features: GapRoad[] }; cells: CoverageCell[] }
  next?: Omit<NonNullable<Schemas['Coverage']['next']>, 'spots'> & { spots: { features: Spot[] } }
}

/** What the cameras of an area cover. The query says by what, for what and how many must see a thing. */
export const coverage = (query: string, signal?: AbortSignal) => call<Coverage>(`/api/coverage?${query}`, { signal })
