// The routes of live patrols.
import { call } from './http'
import type { components } from './schema.gen'

type Schemas = components['schemas']
export type Alarm = Schemas['Alarm']
export type UnitBoard = Schemas['UnitBoard']
/** A unit on the status board. */
export type BoardUnit = UnitBoard['units'][number]

/** Every unit of the reader's area, on duty or not. */
export const unitBoard = (signal?: AbortSignal) => call<UnitBoard>('/api/units', { signal })

/** Answers the open alarm of a unit, or closes it, which needs a reason. */
export const answerAlarm = (unit: string, what: 'acknowledge' | 'close', reason = '') =>
  call<undefined>(`/api/alarms/${encodeURIComponent(unit)}`, { method: 'POST', body: { do: what, ...(reason ? { reason } : {}) } })
