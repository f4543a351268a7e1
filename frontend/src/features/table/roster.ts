// Attendance as it is shown, and a roster as a file.
import type { Code } from '../../server/api'
import type { Attendance, RosterRow } from '../../server/duty'
import { instant } from '../../words/format'
import { csv } from './csv'

/** Worst first: the order when sorted. */
export const attendances: readonly Attendance[] = ['absent', 'late', 'away', 'expected', 'ontime', 'post', 'upcoming']
export const attendanceTone: Record<Attendance, NonNullable<Code['tone']>> = { absent: 'act', late: 'watch', away: 'watch', expected: 'muted', ontime: 'good', post: 'muted', upcoming: 'muted' }

/** The head of a file of single shifts, as the import reads it. */
export const head = ['unit', 'from', 'to', 'post', 'means', 'headcount']

/** Shifts as a file that can be imported again: times by the city's clock. */
export function fileOf(rows: readonly RosterRow[], zone: string | undefined): string {
  const time = (iso: string) => instant(iso, zone).slice(0, 16)
  return csv([], head, rows.map((r) => [r.unit, time(r.from), time(r.to), r.post ?? '', r.means ?? '', String(r.headcount)]))
}

/** 8:05 as minutes of the day. */
export const minuteOf = (clock: string) => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5))
export const clockOf = (minute: number) => `${String(Math.floor(minute / 60) % 24).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`

/** An instant of a zone's clock, 2026-11-27T08:00, as ISO: the offset is found by trying. */
export function isoOf(local: string, zone: string | undefined): string {
  const guess = Date.parse(`${local}:00Z`)
  let at = guess
  for (let n = 0; n < 2; n++) at = guess - (Date.parse(`${instant(new Date(at).toISOString(), zone).replace(' ', 'T').slice(0, 16)}:00Z`) - at)
  return new Date(at).toISOString()
}
