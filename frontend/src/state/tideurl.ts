// The visits in the address.
import { firstTide, tideHours, tideModes, tideWindows, type Tide } from './view'

export function formatTide(tide: Tide, q: URLSearchParams): void {
  const first = firstTide()
  if (tide.mode) q.set('tide', tide.mode)
  if (tide.window !== first.window) q.set('span', tide.window)
  if (tide.hours !== first.hours) q.set('hours', String(tide.hours))
  if (tide.order !== first.order) q.set('gaps', tide.order)
  if (tide.grid) q.set('grid', tide.grid)
  if (tide.table) q.set('visits', 'areas')
}

export function parseTide(q: URLSearchParams): Tide {
  const first = firstTide()
  const grid = q.get('grid') ?? ''
  return {
    mode: tideModes.find((m) => m === q.get('tide')) ?? '',
    window: tideWindows.find((w) => w === q.get('span')) ?? first.window,
    hours: tideHours.find((h) => String(h) === q.get('hours')) ?? first.hours,
    order: q.get('gaps') === 'idle' ? 'idle' : 'risk',
    grid: /^\d{15}$/.test(grid) ? grid : '',
    table: q.get('visits') === 'areas',
  }
}
