// Moments of a replay as people of the city read them.
import { session } from '../../state/session'
import { instant } from '../../words/format'

const iso = (seconds: number) => new Date(seconds * 1000).toISOString()

/** 2016-09-30 14:05 in the city's zone. */
export const minuteOf = (seconds: number) => instant(iso(seconds), session.catalog?.timeZone)

/** 14:05:22. Zones lie whole minutes apart, so seconds are the same everywhere. */
export const secondOf = (seconds: number) => `${minuteOf(seconds).slice(11)}:${String(Math.floor(seconds) % 60).padStart(2, '0')}`

/** From one moment to another, the second without a day it shares. */
export function windowWords(from: number, to: number): string {
  const [a, b] = [minuteOf(from), minuteOf(to)]
  return `${a.slice(5)}\u2013${a.slice(0, 10) === b.slice(0, 10) ? b.slice(11) : b.slice(5)}`
}

/** What a field of date and time wants: the same in the city's zone. */
export const fieldOf = (seconds: number) => minuteOf(seconds).replace(' ', 'T')

/** The moment that a field of date and time means in the city's zone; NaN for none. */
export function momentOf(field: string): number {
  const naive = Date.parse(`${field}:00Z`) / 1000
  if (!Number.isFinite(naive)) return NaN
  // Twice, for the zones that change their clocks.
  const off = (at: number) => Date.parse(`${fieldOf(at)}:00Z`) / 1000 - at
  return naive - off(naive - off(naive))
}
