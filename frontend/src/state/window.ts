// The window of time: a calendar month of the city, or all of it.
import { monthOf } from '../words/format'
import type { Catalog, Layer } from '../server/api'

/** The month after, or so many months away. */
export function shiftMonth(month: string, by: number): string {
  const [year, number] = month.split('-').map(Number) as [number, number]
  const index = year * 12 + number - 1 + by
  return `${Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, '0')}`
}

/** All months from the first to the last, both included; none when out of order. */
export function monthsBetween(first: string, last: string): string[] {
  const months: string[] = []
  for (let m = first; m <= last && months.length < 1200; m = shiftMonth(m, 1)) months.push(m)
  return months
}

/** The month as the contract's interval of days, which the server cuts in the city's zone. */
export function datetimeOf(month: string): string | undefined {
  return month === 'all' || month === '' ? undefined : `${month}-01/${shiftMonth(month, 1)}-01`
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
