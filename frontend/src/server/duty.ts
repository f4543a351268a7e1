// The routes of alarms past, fences and the roster.
import { call } from './http'
import type { components } from './schema.gen'

type Schemas = components['schemas']
export type PastAlarm = Schemas['AlarmHistory']['alarms'][number]
export type Fence = Schemas['Fence']
export type FenceKind = Schemas['FenceKind']
export type Roster = Schemas['Roster']
export type RosterRow = Roster['rows'][number]
export type Attendance = Schemas['Attendance']
export type UnitRoster = Schemas['UnitRoster']
export type RosterImport = Schemas['RosterImport']
export type UnitTotals = Schemas['UnitTotals']

/** A fence before the server knows it. */
export type NewFence = Omit<Fence, 'id' | 'by' | 'made'>

const query = (parts: Record<string, string | undefined>) => {
  const given = Object.entries(parts).filter((p): p is [string, string] => !!p[1])
  return given.length ? `?${new URLSearchParams(given)}` : ''
}

/** A page of alarms, the newest first. */
export const alarmHistory = (state: string, area: string, after: string | undefined, signal?: AbortSignal) =>
  call<Schemas['AlarmHistory']>(`/api/alarms${query({ state, area, after, limit: '200' })}`, { signal })

export const fences = async (signal?: AbortSignal) => (await call<{ fences: Fence[] }>('/api/fences', { signal })).fences
export const addFence = (fence: NewFence) => call<Fence>('/api/fences', { method: 'POST', body: fence })
export const removeFence = (id: number) => call<undefined>(`/api/fences/${id}`, { method: 'DELETE' })

/** Shifts that begin on a day, or are on now when no day is given. */
export const roster = (area: string, day: string, signal?: AbortSignal) => call<Roster>(`/api/roster${query({ area, day })}`, { signal })
export const unitRoster = (unit: string, signal?: AbortSignal) => call<UnitRoster>(`/api/roster/${encodeURIComponent(unit)}`, { signal })
export const saveRosters = (rosters: UnitRoster[]) => call<undefined>('/api/roster', { method: 'PUT', body: { rosters } })
export const importRoster = (csv: string) => call<RosterImport>('/api/roster/import', { method: 'POST', body: { csv } })

/** Units and heads by area, force and kind. */
export const unitTotals = (area: string, by: string, signal?: AbortSignal) => call<UnitTotals>(`/api/units/totals${query({ area, by })}`, { signal })
