// The routes of visits to service grids. Types come from openapi.yaml.
import { call } from './http'
import type { components } from './schema.gen'

type Schemas = components['schemas']
export type TideAnswer = Schemas['Tide']
export type TideNews = Schemas['TideNews']
export type TideGaps = Schemas['TideGaps']
export type Gap = TideGaps['gaps'][number]
export type TideGrid = Schemas['TideGrid']
export type PatrolRisk = Schemas['PatrolRisk']
export type PatrolCoverage = Schemas['PatrolCoverage']
export type PatrolRow = Schemas['PatrolRow']

/** All grids of the reader's area, by columns; within a time until now, or how long the last visit is ago. */
export const tide = (within: string, signal?: AbortSignal) => call<TideAnswer>(`/api/tide${within ? `?within=${within}` : ''}`, { signal })

/** A page of the grids without a visit for so many hours. */
export const tideGaps = (query: string, signal?: AbortSignal) => call<TideGaps>(`/api/tide/gaps?${query}`, { signal })

/** Who visited a grid in the last day. */
export const tideGrid = (code: string, signal?: AbortSignal) => call<TideGrid>(`/api/tide/${code}?within=PT24H`, { signal })

/** How the units came by, by area. */
export const patrolCoverage = (query: string, signal?: AbortSignal) => call<PatrolCoverage>(`/api/coverage?layer=unit&${query}`, { signal })
