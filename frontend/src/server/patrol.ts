// The routes of live patrols.
import { call } from './http'
import type { components } from './schema.gen'

type Schemas = components['schemas']
export type Alarm = Schemas['Alarm']
export type UnitBoard = Schemas['UnitBoard']
/** A unit on the status board. */
export type BoardUnit = UnitBoard['units'][number]

/** What a unit does. */
export type UnitState = BoardUnit['state']

/**
 * A unit as the stream sends it: id and state, and where its place is known Unix seconds, longitude, latitude, heading,
 * speed in m/s, battery from 0 to 1, and true at the end when the device's clock is wrong.
 */
export type UnitRow = readonly [
  id: string, state: UnitState,
  at?: number, lon?: number, lat?: number, heading?: number | null, speed?: number | null, battery?: number | null, misdated?: boolean,
]

/** Every unit of the reader's area, on duty or not. */
export const unitBoard = (signal?: AbortSignal) => call<UnitBoard>('/api/units', { signal })

/** Answers an open alarm, or closes it, which needs a reason. */
export const answerAlarm = ({ unit, about }: Pick<Alarm, 'unit' | 'about'>, what: 'acknowledge' | 'close', reason = '') =>
  call<undefined>(`/api/alarms/${encodeURIComponent(unit)}`, { method: 'POST', body: { do: what, ...(about ? { about } : {}), ...(reason ? { reason } : {}) } })
