// The window of time: a calendar month, quarter or year of the city, or all of
// it. Written '2016-09', '2016-Q3', '2016', 'all'.
import { monthOf } from '../words/format'
import type { Catalog, Layer } from '../server/api'

/** The lengths a window may have, in months; a longer one holds the shorter ones whole. */
export const windowLengths = [1, 3, 12] as const
export type WindowLength = (typeof windowLengths)[number]

/** Whether a text names a window. */
export function isWindow(text: string): boolean {
  return text === 'all' || /^\d{4}(-(0[1-9]|1[0-2])|-Q[1-4])?$/.test(text)
}

/** How many months a window holds; 0 for all times. */
export function lengthOf(window: string): WindowLength | 0 {
  if (window === 'all' || window === '') return 0
  return window.includes('Q') ? 3 : window.length === 4 ? 12 : 1
}

/** The first month of a window. */
export function firstMonth(window: string): string {
  const quarter = /^(\d{4})-Q(\d)$/.exec(window)
  if (quarter) return `${quarter[1]}-${String(Number(quarter[2]) * 3 - 2).padStart(2, '0')}`
  return window.length === 4 ? `${window}-01` : window
}

/** The window of a length that holds a month. */
export function windowOf(month: string, length: WindowLength): string {
  const year = month.slice(0, 4)
  if (length === 12) return year
  return length === 3 ? `${year}-Q${Math.ceil(Number(month.slice(5, 7)) / 3)}` : month
}

/** The month after, or so many months away. */
export function shiftMonth(month: string, by: number): string {
  const [year, number] = month.split('-').map(Number) as [number, number]
  const index = year * 12 + number - 1 + by
  return `${Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, '0')}`
}

/** The window so many of its own lengths away; all times stay. */
export function shiftWindow(window: string, by: number): string {
  const length = lengthOf(window)
  return length ? windowOf(shiftMonth(firstMonth(window), by * length), length) : window
}

/** The same window a year before. */
export function yearBefore(window: string): string {
  const length = lengthOf(window)
  return length ? windowOf(shiftMonth(firstMonth(window), -12), length) : window
}

/** The next longer window around this one; undefined for all times. */
export function wider(window: string): string | undefined {
  const next: Record<number, WindowLength> = { 1: 3, 3: 12 }
  const length = lengthOf(window)
  if (!length) return undefined
  const longer = next[length]
  return longer ? windowOf(firstMonth(window), longer) : 'all'
}

/** The months of a window, first to last. */
export function monthsIn(window: string): string[] {
  const length = lengthOf(window)
  return Array.from({ length }, (_, i) => shiftMonth(firstMonth(window), i))
}

/** All months from the first to the last, both included; none when out of order. */
export function monthsBetween(first: string, last: string): string[] {
  const months: string[] = []
  for (let m = first; m <= last && months.length < 1200; m = shiftMonth(m, 1)) months.push(m)
  return months
}

/** First and last day, the last not included, which the server cuts in the city's zone; undefined for all times. */
export function daysOf(window: string): { from: string; to: string } | undefined {
  const length = lengthOf(window)
  if (!length) return undefined
  const first = firstMonth(window)
  return { from: `${first}-01`, to: `${shiftMonth(first, length)}-01` }
}

/** The window as the contract's interval of days. */
export function datetimeOf(window: string): string | undefined {
  const days = daysOf(window)
  return days && `${days.from}/${days.to}`
}

/** Layers whose features carry a time. */
export function datedLayers(catalog: Catalog | null): Layer[] {
  return catalog?.layers.filter((l) => l.timeField !== undefined && l.timeField !== '') ?? []
}

/** The month the dated layers open on: the last complete one; 'all' where no layer says. */
export function openingMonth(catalog: Catalog | null): string {
  const window = datedLayers(catalog).find((l) => l.window)?.window
  return window ? monthOf(window.from, catalog?.timeZone) : 'all'
}

/** The months the dated layers reach over. */
export function spanMonths(catalog: Catalog | null): string[] {
  const spans = datedLayers(catalog).flatMap((l) => (l.span ? [l.span] : []))
  if (!spans.length) return []
  const first = spans.map((s) => s.from).sort()[0] as string
  const last = spans.map((s) => s.to).sort().at(-1) as string
  // The window is open at its end: its last instant is the one before.
  const lastInstant = new Date(new Date(last).getTime() - 1).toISOString()
  return monthsBetween(monthOf(first, catalog?.timeZone), monthOf(lastInstant, catalog?.timeZone))
}
