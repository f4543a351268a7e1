// The view as a query string and back. Every part that cannot be read is left
// out, so that a broken link still opens a map.
import type { ThemeName } from '../ui/palette'
import type { Language } from '../words/words'
import { unitStates } from './fleet'
import { formatReplay, parseReplay } from './replayurl'
import { coverColumns, coverLevels, coverLists, firstCover, firstHeat, firstView, purposes, type Camera, type Cover, type Drawing, type Heat, type HeatShows, type Patrol, type Position, type Task, type View } from './view'
import { formatTide, parseTide } from './tideurl'
import { isWindow } from './window'

/** What of a view a link must say again even if it is the default: a link shows the same picture to everybody. */
export type Preferences = Pick<View, 'theme' | 'language' | 'wall'>

const longestRing = 500
/** What hotspots may be held against, the first where a link does not say. */
const measures = ['own', 'households', 'even'] as const

/** The query string of a view, without the question mark. */
export function format(view: View): string {
  const q = new URLSearchParams()
  if (view.camera) q.set('at', [fixed(view.camera.lon), fixed(view.camera.lat), view.camera.zoom.toFixed(2)].join(','))
  if (view.area) q.set('area', view.area)
  const on = Object.keys(view.shown).filter((id) => view.shown[id])
  const off = Object.keys(view.shown).filter((id) => !view.shown[id])
  if (on.length) q.set('on', list(on))
  if (off.length) q.set('off', list(off))
  for (const [id, opacity] of Object.entries(view.opacity)) q.set(`op.${id}`, opacity.toFixed(2))
  for (const [id, values] of Object.entries(view.kept)) q.set(`keep.${id}`, list(values))
  if (view.month) q.set('month', view.month)
  if (view.picked) q.set('pick', `${view.picked.layer}/${view.picked.id}`)
  if (view.drawn) q.set('draw', formatDrawing(view.drawn))
  if (view.totals) q.set('totals', '1')
  if (view.task !== 'map') q.set('task', view.task)
  formatHeat(view.heat, q)
  formatPatrol(view.patrol, q)
  formatTide(view.tide, q)
  formatCover(view.cover, q)
  if (view.table) q.set('table', view.table)
  q.set('theme', view.theme)
  q.set('lang', view.language)
  if (view.wall) q.set('wall', '1')
  // These characters may stand in a query as they are, and a link is read by people too.
  return q.toString().replace(/%2C/g, ',').replace(/%2F/g, '/').replace(/%3A/g, ':').replace(/%3B/g, ';')
}

/** The view a query string describes; what it does not say comes from the preferences. */
export function parse(query: string, preferences: Partial<Preferences> = {}): View {
  const q = new URLSearchParams(query)
  const view: View = { ...firstView(), ...preferences }
  view.camera = parseCamera(q.get('at'))
  view.area = code(q.get('area'))
  for (const id of unlist(q.get('on'))) view.shown[id] = true
  for (const id of unlist(q.get('off'))) view.shown[id] = false
  for (const [key, value] of q) {
    if (key.startsWith('op.') && key.length > 3) {
      const opacity = Number(value)
      if (value !== '' && opacity >= 0 && opacity < 1) view.opacity[key.slice(3)] = opacity
    }
    if (key.startsWith('keep.') && key.length > 5) view.kept[key.slice(5)] = unlist(value)
  }
  const month = q.get('month') ?? ''
  if (isWindow(month)) view.month = month
  const pick = /^([^/]+)\/(.+)$/s.exec(q.get('pick') ?? '')
  if (pick?.[1] && pick[2]) view.picked = { layer: pick[1], id: pick[2] }
  view.drawn = parseDrawing(q.get('draw'))
  view.totals = q.get('totals') === '1'
  view.task = oneOf<Task>(q.get('task'), ['map', 'heat', 'cover', 'patrol', 'table', 'settings'], 'map')
  view.heat = parseHeat(q)
  view.cover = parseCover(q)
  view.patrol = parsePatrol(q)
  view.tide = parseTide(q)
  view.table = code(q.get('table'))
  view.theme = oneOf<ThemeName>(q.get('theme'), ['dark', 'light'], view.theme)
  view.language = oneOf<Language>(q.get('lang'), ['zh', 'en'], view.language)
  if (q.has('wall')) view.wall = q.get('wall') === '1'
  return view
}

function formatHeat(heat: Heat, q: URLSearchParams): void {
  if (heat.layer) q.set('heat', heat.layer)
  if (heat.shows !== 'count') q.set('shows', heat.shows)
  if (heat.smooth) q.set('smooth', '1')
  if (heat.resolution) q.set('res', String(heat.resolution))
  if (heat.measure !== 'own') q.set('measure', heat.measure)
  if (heat.against) q.set('against', heat.against)
  if (heat.cell) q.set('cell', heat.cell)
  if (heat.real) q.set('real', '1')
}

function parseHeat(q: URLSearchParams): Heat {
  const against = q.get('against') ?? ''
  const cell = q.get('cell') ?? ''
  return {
    ...firstHeat(),
    layer: code(q.get('heat')),
    shows: oneOf<HeatShows>(q.get('shows'), ['count', 'spots', 'change'], 'count'),
    smooth: q.get('smooth') === '1',
    resolution: [5, 6, 7, 8, 9, 10].find((r) => String(r) === q.get('res')) ?? 0,
    measure: measures.find((m) => m === q.get('measure')) ?? 'own',
    against: isWindow(against) && against !== 'all' ? against : '',
    cell: cellIndex.test(cell) ? cell : '',
    real: q.get('real') === '1',
  }
}

function formatPatrol(patrol: Patrol, q: URLSearchParams): void {
  if (patrol.states.length) q.set('states', list(patrol.states))
  if (patrol.unit) q.set('unit', patrol.unit)
  if (patrol.unit && patrol.follow) q.set('follow', '1')
  if (patrol.single) q.set('single', '1')
  if (patrol.board) q.set('board', patrol.board)
  formatReplay(patrol.replay, q)
}

function parsePatrol(q: URLSearchParams): Patrol {
  const unit = code(q.get('unit'))
  return {
    states: unlist(q.get('states')).filter((s) => (unitStates as readonly string[]).includes(s)),
    unit,
    follow: unit !== '' && q.get('follow') === '1',
    single: q.get('single') === '1',
    board: oneOf<Patrol['board']>(q.get('board'), ['', 'units', 'areas', 'kinds', 'roster', 'alarms', 'fences'], ''),
    replay: parseReplay(q),
  }
}

const cellIndex = /^8[0-9a-f]{14}$/

function formatCover(cover: Cover, q: URLSearchParams): void {
  const first = firstCover()
  if (cover.by) q.set('by', cover.by)
  if (cover.seenBy !== 1) q.set('k', '2')
  if (cover.purpose !== first.purpose) q.set('purpose', cover.purpose)
  if (cover.list !== first.list) q.set('list', cover.list)
  if (cover.order !== first.order || cover.descending) q.set('sort', `${cover.descending ? '-' : ''}${cover.order}`)
  if (cover.mark) q.set('mark', cover.mark)
}

function parseCover(q: URLSearchParams): Cover {
  const first = firstCover()
  const mark = q.get('mark') ?? ''
  const sort = q.get('sort') ?? ''
  const order = coverColumns.find((c) => c === sort.replace(/^-/, ''))
  return {
    by: coverLevels.find((l) => l === q.get('by')) ?? '',
    seenBy: q.get('k') === '2' ? 2 : 1,
    purpose: oneOf(q.get('purpose'), purposes, first.purpose),
    list: oneOf(q.get('list'), coverLists, first.list),
    order: order ?? first.order,
    descending: order !== undefined && sort.startsWith('-'),
    mark: cellIndex.test(mark) || /^(site|road|gap)\/[1-9]\d{0,2}$/.test(mark) ? mark : '',
  }
}

const fixed = (degrees: number) => String(Number(degrees.toFixed(5)))
const list = (values: readonly string[]) => values.map(encodeURIComponent).join(',')

function unlist(text: string | null): string[] {
  if (!text) return []
  const values = text.split(',').map((part) => {
    try {
      return decodeURIComponent(part)
    } catch {
      return ''
    }
  })
  return [...new Set(values.filter((v) => v !== ''))]
}

function code(text: string | null): string {
  return text !== null && text.length <= 64 ? text : ''
}

function oneOf<T extends string>(text: string | null, allowed: readonly T[], otherwise: T): T {
  return allowed.find((a) => a === text) ?? otherwise
}

function numbers(text: string): number[] | null {
  const parts = text.split(',')
  const values = parts.map(Number)
  return parts.every((p) => p.trim() !== '') && values.every(Number.isFinite) ? values : null
}

const onEarth = (lon: number, lat: number) => Math.abs(lon) <= 180 && Math.abs(lat) <= 85

function parseCamera(text: string | null): Camera | null {
  const [lon, lat, zoom, ...more] = numbers(text ?? '') ?? []
  if (lon === undefined || lat === undefined || zoom === undefined || more.length) return null
  return onEarth(lon, lat) && zoom >= 0 && zoom <= 22 ? { lon, lat, zoom } : null
}

function formatDrawing(drawn: Drawing): string {
  if (drawn.kind === 'circle') return `c:${drawn.centre.map(fixed).join(',')},${Math.round(drawn.metres)}`
  return `p:${drawn.ring.map((p) => p.map(fixed).join(',')).join(';')}`
}

function parseDrawing(text: string | null): Drawing | null {
  const [, kind, rest] = /^([cp]):(.+)$/.exec(text ?? '') ?? []
  if (kind === undefined || rest === undefined) return null
  if (kind === 'c') {
    const [lon, lat, metres, ...more] = numbers(rest) ?? []
    if (lon === undefined || lat === undefined || metres === undefined || more.length) return null
    if (!onEarth(lon, lat) || !(metres >= 1) || metres > 1e6) return null
    return { kind: 'circle', centre: [lon, lat], metres }
  }
  const corners = rest.split(';').map(numbers)
  if (corners.length < 3 || corners.length > longestRing) return null
  const ring: Position[] = []
  for (const corner of corners) {
    const [lon, lat, ...more] = corner ?? []
    if (lon === undefined || lat === undefined || more.length || !onEarth(lon, lat)) return null
    ring.push([lon, lat])
  }
  return { kind: 'polygon', ring }
}
