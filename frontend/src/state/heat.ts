// The task of heat: what is counted by cells, for where and when, and what the
// map draws of it.
import { computed } from 'vue'
import * as api from '../server/heat'
import { changeRamp, heatColours, type RampColour } from '../ui/palette'
import { changeBreaks, changeClass, differencesOf } from './change'
import { month, opening, span } from './extent'
import { hexReady, kilometres, loadHex } from './hex'
import { classOf, densityBreaks, patchAt, patchesOf, roundBreaks, type Patch } from './patches'
import { signed } from '../words/format'
import { follow } from './reading'
import { session } from './session'
import { view } from './view'
import { daysOf, lengthOf, monthsIn, shiftWindow, windowOf, yearBefore } from './window'

/** One thing the map draws: cells as one, in one colour, or kept back. */
export interface Drawn {
  id: string
  cells: readonly string[]
  paint: RampColour | 'withheld'
  /** what the smooth surface is made of, per cell */
  weight: number
  /** drawn with a strong edge */
  strong: boolean
  /** drawn weaker: what chance does as well */
  faint?: boolean
  /** what is written on it: a place of several cells has a count that no cell shows */
  label?: string
  /** hot by its neighbours alone: edged in its colour, not filled */
  hollow?: boolean
  /** nothing but an outline around all of them: hotspots that touch are one */
  around?: 'hot' | 'cold'
}

/** The layers that can be counted by cells. */
export const heatLayers = computed(() => session.catalog?.layers.filter((l) => l.geometry === 'point') ?? [])
/** The layer counted. */
export const heatLayer = computed(() =>
  heatLayers.value.find((l) => l.id === view.heat.layer) ?? heatLayers.value.find((l) => l.timeField) ?? heatLayers.value[0])

/** The finest resolution whose cells are large enough to be read at a zoom: about ten pixels across. */
export function resolutionFor(zoom: number): number {
  return zoom < 7 ? 6 : zoom < 9.3 ? 7 : zoom < 11.2 ? 8 : 9
}
/** Whether the layer's counts are those that everybody may see. */
export const closed = computed(() => heatLayer.value?.allowed === false)
/**
 * A change is one level coarser: two periods of few cases differ by chance more than by anything else. So are
 * published counts, whose cells are merged anyway.
 */
export const resolution = computed(() => view.heat.resolution || Math.max(6, resolutionFor(view.camera?.zoom ?? 8) - (view.heat.shows === 'change' || closed.value ? 1 : 0)))

/** Whether the counts are drawn as a surface. */
export const smoothly = computed(() => view.task === 'heat' && view.heat.smooth && view.heat.shows === 'count')

/** The window compared with. */
export const against = computed(() => (lengthOf(view.heat.against) === lengthOf(month.value) && view.heat.against ? view.heat.against : yearBefore(month.value)))

export const active = (...shows: (typeof view.heat.shows)[]) =>
  session.phase === 'ready' && view.task === 'heat' && (!shows.length || shows.includes(view.heat.shows))

/** From this resolution on only what is near the map's face is asked for; published counts list every cell of a place, many of them empty. */
const boundedFrom = () => (closed.value ? 8 : 9)
/** Bounds are those of the face, widened to a lattice of so many degrees, so that a small step asks nothing. */
const lattice = 0.25

/** What is near the map's face, for cells of a resolution; undefined where all may be asked for. */
export function boundsAround(of = resolution.value, from = boundedFrom()): number[] | undefined {
  if (!view.camera || of < from) return undefined
  const { lon, lat, zoom } = view.camera
  // Web Mercator with tiles of 512 pixels.
  const degrees = 360 / (512 * 2 ** zoom)
  const east = (globalThis.innerWidth / 2) * degrees
  const north = (globalThis.innerHeight / 2) * degrees * Math.cos((lat * Math.PI) / 180)
  const down = (v: number) => Math.floor(v / lattice) * lattice
  const up = (v: number) => Math.ceil(v / lattice) * lattice
  return [down(lon - east), down(lat - north), up(lon + east), up(lat + north)]
}

/** Whether there is a window to compare with: all times have none. */
export const comparable = computed(() => lengthOf(month.value) > 0)

/** The windows one step before and after: what a person who moves in time will ask for next. */
function neighbours(): string[] {
  return comparable.value ? [-1, 1].map((by) => shiftWindow(month.value, by)).filter((w) => monthsIn(w).some((m) => span.value.includes(m))) : []
}

/** What is asked about a window: layer, query, and what else makes an answer another one. */
export function questionOf(window: string, about: Partial<api.CellQuestion> = {}, ...more: string[]): string {
  const layer = heatLayer.value
  if (!layer) return ''
  const query = api.cellQuery({
    layer: layer.id, resolution: resolution.value, area: view.area, bounds: boundsAround(),
    days: layer.timeField ? daysOf(window) : undefined, categories: view.kept[layer.id], ...about,
  })
  return JSON.stringify([layer.id, query, layer.version, session.recoveries, ...more])
}

export async function ask(question: string, signal: AbortSignal): Promise<api.Cells> {
  const [layer, query] = JSON.parse(question) as [string, string]
  const [answer] = await Promise.all([api.cells(layer, query, signal), loadHex()])
  return answer
}

/** Counts of the window, in a change with those of the window compared with. */
export const counted = follow(() => {
  if (!active('count', 'change', 'spots')) return ''
  return questionOf(month.value, view.heat.shows === 'change' && comparable.value ? { compare: daysOf(against.value) } : {})
}, ask, () => (view.heat.shows === 'change' ? [] : neighbours().map((w) => questionOf(w))))
/**
 * The window whose classes all windows of its length share, so that a colour means the same in each: the one the
 * layer opens on.
 */
const standard = follow(() => (active('count', 'change') ? questionOf(standardWindow(month.value)) : ''), ask)

/** What hotspots of the layer are held against: published ones always against their own times, undated ones have no others. */
export const measure = computed((): api.Measure => (closed.value ? 'own' : heatLayer.value?.timeField || view.heat.measure === 'households' ? view.heat.measure : 'even'))

/** The places of the window that are hot or cold. */
export const spots = follow(() => (active('spots') ? questionOf(month.value, { measure: measure.value }) : ''), async (question, signal) => {
  const [layer, query] = JSON.parse(question) as [string, string]
  const [answer] = await Promise.all([api.hotspots(layer, query, signal), loadHex()])
  return answer
}, () => neighbours().map((w) => questionOf(w, { measure: measure.value })))
/** What was found of the cell looked at. */
export const explained = follow(
  () => (active('spots') && view.heat.cell ? questionOf(month.value, { resolution: undefined, bounds: undefined, measure: measure.value }, view.heat.cell) : ''),
  (question, signal) => {
    const [layer, query, , , cell] = JSON.parse(question) as [string, string, number, number, string]
    return api.hotspot(layer, cell, query, signal)
  },
)

function standardWindow(window: string): string {
  const length = lengthOf(window)
  return length && opening.value !== 'all' ? windowOf(opening.value, length) : window
}

/** The smallest count of each class. */
export const breaks = computed(() => roundBreaks(standard.value?.breaks ?? []))
/**
 * The lower ends of the classes of density, per 100 km²: published places are of very different sizes, and a large
 * one is not hot because it is large.
 */
export const densities = computed(() => (standard.value && hexReady() ? densityBreaks(standard.value.total, kilometresOf(patchesOf(standard.value).flatMap((p) => p.cells))) : []))

/** Size of cells of one resolution in km²; those of a city differ by less than a class can tell. */
export const kilometresOf = (cells: readonly string[]) => (cells[0] === undefined ? 0 : cells.length * kilometres(cells[0]))
/** Features on 100 km² of a patch. */
export const densityOf = (p: Patch) => (100 * p.count) / kilometresOf(p.cells)
export const patches = computed<Patch[]>(() => (counted.value ? patchesOf(counted.value) : []))
/** Whether the counts are those that everybody may see. */
export const released = computed(() => counted.value?.disclosure === 'released')

/** The colours of the classes, of densities where places differ in size. */
export const classColours = computed(() => heatColours((released.value ? densities.value : breaks.value).length))

export const changes = computed(() => (counted.value?.compared ? differencesOf(counted.value) : []))
export const changeSizes = computed(() => changeBreaks(breaks.value))

/** What the map draws; null while there is nothing to say yet, and what is drawn stays. */
export const sheet = computed<Drawn[] | null>(() => {
  if (!active()) return []
  if (view.heat.shows === 'count') {
    if (!counted.value || !standard.value) return counted.failure ? [] : null
    return patches.value.map(drawnCount)
  }
  if (view.heat.shows === 'change') {
    if (!counted.value?.compared || !standard.value) return counted.failure || !comparable.value ? [] : null
    return changes.value.map((d) => ({
      id: d.id, cells: d.cells, weight: 0, strong: d.beyondChance, faint: d.state === 'exact' && !d.beyondChance,
      paint: d.state === 'exact' ? (changeRamp[changeClass(d.now - d.before, changeSizes.value)] ?? 'same') : 'withheld',
      ...(d.beyondChance ? { label: signed(d.now - d.before) } : {}),
    }))
  }
  if (view.heat.shows === 'spots') {
    if (!counted.value || !spots.value) return counted.failure || spots.failure ? [] : null
    return drawnSpots(spots.value, patches.value)
  }
  return []
})

function drawnCount(p: Patch): Drawn {
  const at = released.value ? classOf(densityOf(p), densities.value) : classOf(p.count, breaks.value)
  return {
    id: p.id, cells: p.cells, paint: p.state === 'withheld' ? 'withheld' : (classColours.value[at] ?? 'heat1'), weight: p.count / p.cells.length, strong: false,
    ...((released.value || p.cells.length > 1) && p.state !== 'withheld' ? { label: String(p.count) } : {}),
  }
}

/** The cells of a hotspot: its own, or those of the unit that was released. */
export const cellsOf = (spot: api.Hotspot): readonly string[] => spot.cells ?? (spot.cell ? [spot.cell] : [])

const spotPaints = { hot99: 'hot3', hot95: 'hot2', hot90: 'hot1', none: 'noise', cold90: 'cold1', cold95: 'cold2', cold99: 'cold3' } as const
/** Whether a place is hot by its neighbours alone. */
export const hollow = (spot: Pick<api.Hotspot, 'flags'>) => spot.flags.includes('around')
/** Whether a cell has cases but no households to hold them against. */
export const isMasked = (cell: string) => measure.value === 'households' && (spots.value?.masked ?? []).includes(cell)

/** The colour of a class. */
export const spotPaint = (spot: Pick<api.Hotspot, 'class'>): RampColour => spotPaints[spot.class]

/** Hotspots by class, each cluster of them with an outline; what has counts but no class recedes. */
function drawnSpots({ places, masked = [] }: api.Hotspots, counts: readonly Patch[]): Drawn[] {
  const classed = new Set<string>()
  const around: { hot: string[]; cold: string[] } = { hot: [], cold: [] }
  const drawn = places.flatMap((spot): Drawn[] => {
    const cells = cellsOf(spot)
    const [id] = cells
    const paint = spotPaint(spot)
    if (id === undefined || paint === 'noise') return []
    for (const cell of cells) classed.add(cell)
    around[paint.startsWith('hot') ? 'hot' : 'cold'].push(...cells)
    return [{ id, cells, paint, weight: 0, strong: false, ...(hollow(spot) ? { hollow: true } : {}) }]
  })
  const unmeasured = new Set(masked)
  const quiet = counts.filter((p) => !p.cells.some((c) => classed.has(c))).map((p): Drawn => ({ ...p, paint: p.state === 'withheld' || unmeasured.has(p.id) ? 'withheld' : 'noise', weight: 0, strong: false }))
  const outlines = (['hot', 'cold'] as const).flatMap((kind): Drawn[] => (around[kind].length ? [{ id: '', cells: around[kind], paint: 'noise', weight: 0, strong: false, around: kind }] : []))
  return [...quiet, ...drawn, ...outlines]
}

/** The hotspot at a cell, if it is one. */
export const spotOf = (cell: string) => spots.value?.places.find((s) => cellsOf(s).includes(cell))

/** The patch of counts a cell belongs to. */
export const patchOf = (cell: string) => patchAt(patches.value, cell)
/** The change at a cell. */
export const changeOf = (cell: string) => changes.value.find((d) => d.cells.includes(cell))

/** The cells of the patch looked at; none while nothing is. */
export const pickedCells = computed<readonly string[]>(() => {
  const { cell } = view.heat
  if (!active() || !cell || !hexReady()) return []
  const spot = view.heat.shows === 'spots' ? spotOf(cell) : undefined
  if (spot) return cellsOf(spot)
  return (view.heat.shows === 'change' ? changeOf(cell) : patchOf(cell))?.cells ?? [cell]
})

/** Whether the picture is of another question than the one asked: of another month, another place. */
export const late = computed(() => counted.loading || standard.loading || spots.loading)
export const failure = computed(() => counted.failure ?? standard.failure ?? spots.failure)

/** Asks again what failed. */
export function askAgain(): void {
  for (const reading of [counted, standard, spots]) if (reading.failure) reading.again()
}
