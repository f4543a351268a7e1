// What the cameras cover: by area and by cell, with what is unseen and where
// further cameras would serve most.
import { computed } from 'vue'
import * as api from '../server/coverage'
import type { RampColour } from '../ui/palette'
import { boundsAround, type Drawn } from './heat'
import { loadHex } from './hex'
import { levels, place } from './place'
import { follow } from './reading'
import { layerOfSymbol, session } from './session'
import { coverLevels, view, type CoverColumn, type CoverLevel } from './view'

/** How many gaps of each kind are asked for, and how many further cameras. */
const gapsListed = 50
const sitesListed = 10
/** From this resolution on only the cells near the map's face are asked for. */
const boundedFrom = 9

export const coverActive = () => session.phase === 'ready' && view.task === 'cover'

/** The layer of cameras; undefined on a map without it. */
export const cameraLayer = computed(() => layerOfSymbol('camera'))

/** The levels that lie below an area; of the lowest, its own. */
export function levelsWithin(level: string): readonly CoverLevel[] {
  const below = coverLevels.filter((l) => levels.indexOf(l) > levels.findIndex((other) => other === level))
  return below.length ? below : ['village']
}

/** The levels that can be listed where one is. */
export const listedLevels = computed(() => levelsWithin(place.node?.area.level ?? 'city'))
/** The level listed: the next one below, unless another was chosen that lies below too. */
export const listedLevel = computed((): CoverLevel => listedLevels.value.find((l) => l === view.cover.by) ?? listedLevels.value[0] ?? 'village')

/** The finest resolution whose cells are large enough to be read at a zoom; public area is lines and patches, so one finer than counts. */
export function coverResolution(zoom: number): number {
  return zoom < 7.6 ? 6 : zoom < 9 ? 7 : zoom < 10.6 ? 8 : zoom < 12.3 ? 9 : 10
}
export const coverageResolution = computed(() => coverResolution(view.camera?.zoom ?? 8))

function question(about: Record<string, string>): string {
  if (!coverActive() || !place.node || !cameraLayer.value?.allowed) return ''
  const query = new URLSearchParams({ ...about, k: String(view.cover.seenBy), purpose: view.cover.purpose, next: String(sitesListed) })
  if (view.area) query.set('area', view.area)
  return JSON.stringify([query.toString().replace(/%2C/g, ','), cameraLayer.value.version, session.recoveries])
}

async function ask(asked: string, signal: AbortSignal): Promise<api.Coverage> {
  const [query] = JSON.parse(asked) as [string]
  const [answer] = await Promise.all([api.coverage(query, signal), loadHex()])
  return answer
}

/** By area, with gaps and further cameras. */
export const covered = follow(() => question({ by: listedLevel.value, gaps: String(gapsListed) }), ask)
/** By cell: what the map draws. */
export const coveredCells = follow(() => {
  const bounds = boundsAround(coverageResolution.value, boundedFrom)
  return question({ by: 'cell', gaps: '0', res: String(coverageResolution.value), ...(bounds ? { bbox: bounds.join(',') } : {}) })
}, ask)

/** Why there is nothing to see, where it is known before asking or was answered. */
export const coverFailure = computed(() => covered.failure ?? coveredCells.failure)
export const coverForbidden = computed(() => session.phase === 'ready' && (!cameraLayer.value?.allowed || coverFailure.value?.kind === 'denied'))

export function askCoverAgain(): void {
  for (const reading of [covered, coveredCells]) if (reading.failure) reading.again()
}

/** The least share of each class but the lowest, which is as good as unseen. */
export const shareSteps = [0.05, 0.2, 0.4, 0.6, 0.8] as const
/** The colours of the classes: what is not seen recedes, what is seen stands out. */
export const sharePaints = ['noise', 'cover1', 'cover2', 'cover3', 'cover4', 'cover5'] as const satisfies RampColour[]

/** Which class a share falls into. */
export function shareClass(share: number): number {
  const beyond = shareSteps.findIndex((least) => share < least)
  return beyond < 0 ? shareSteps.length : beyond
}

/** The share of a cell's public area that as many cameras see as are asked for. */
export function shareOf(cell: api.CoverageCell): number {
  return cell.total > 0 ? (view.cover.seenBy === 2 ? cell.twice : cell.once) / cell.total : 0
}

/** The same share of an area if every installed camera worked. */
export function installedShare(of: api.Extent, seenBy: 1 | 2): number {
  return of.total > 0 ? Math.min(1, (seenBy === 2 ? of.twiceInstalled : of.onceInstalled) / of.total) : 0
}

/** What the map draws of it. */
export const coverSheet = computed<Drawn[] | null>(() => {
  const cells = coveredCells.value?.cells
  if (!cells) return coveredCells.failure ? [] : null
  return cells.map((c) => ({ id: c.cell, cells: [c.cell], paint: sharePaints[shareClass(shareOf(c))] ?? 'noise', weight: 0, strong: false }))
})

/** A cell of the map, by its index. */
export const coverOf = (cell: string) => (cell ? coveredCells.value?.cells?.find((c) => c.cell === cell) : undefined)

/** The number of a row that a column is about; NaN where there is nothing to have a share of. */
export function columnOf(row: api.CoverageRow, column: CoverColumn): number {
  switch (column) {
    case 'public': return row.public.total ? row.public.share : NaN
    case 'roads': return row.roads.total ? row.roads.share : NaN
    case 'down': return row.cameras.installed ? row.cameras.downShare : NaN
    case 'hot': return row.hotspots?.total ? row.hotspots.share : NaN
    case 'name': return NaN
  }
}

/** Rows in order, those without a number last whichever way. */
export function inOrder(rows: readonly api.CoverageRow[], column: CoverColumn, descending: boolean, name: (code: string) => string): api.CoverageRow[] {
  const way = descending ? -1 : 1
  return [...rows].sort((a, b) => {
    if (column === 'name') return way * name(a.code).localeCompare(name(b.code), 'zh-CN')
    const [x, y] = [columnOf(a, column), columnOf(b, column)]
    if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y)) || a.code.localeCompare(b.code)
    // Of those alike the one with more to see comes first.
    return way * (x - y) || b.public.total - a.public.total || a.code.localeCompare(b.code)
  })
}
