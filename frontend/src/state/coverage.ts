// What the cameras cover: the share of public area that is seen by cell, the
// gaps, and where further cameras would serve most.
import { computed } from 'vue'
import * as api from '../server/coverage'
import type { RampColour } from '../ui/palette'
import { active, heatLayer, resolution } from './heat'
import type { Drawn } from './heat'
import { loadHex } from './hex'
import { follow } from './reading'
import { session } from './session'
import { view } from './view'

/** How many gaps of each kind and further sites are asked for. */
const gapsListed = 30
const sitesListed = 10
/** Finer cells than this are more than a page should be sent of a city. */
const finest = 8

function question(by: 'cell' | 'county' | 'township' | 'village'): string {
  const query = new URLSearchParams({ by, k: String(view.heat.seenBy), purpose: view.heat.purpose })
  if (by === 'cell') query.set('res', String(Math.min(resolution.value, finest)))
  query.set('gaps', by === 'cell' ? String(gapsListed) : '0')
  query.set('next', by === 'cell' ? String(sitesListed) : '0')
  if (view.area) query.set('area', view.area)
  return JSON.stringify([query.toString(), heatLayer.value?.version, session.recoveries])
}

/** By cell, with gaps and further sites. */
export const covered = follow(() => (active('cover') ? question('cell') : ''), async (asked, signal) => {
  const [query] = JSON.parse(asked) as [string]
  const [answer] = await Promise.all([api.coverage(query, signal), loadHex()])
  return answer
})

/** The upper ends of the classes of share; the last one is everything. */
export const shareSteps = [0.1, 0.4, 0.7, 1] as const
/** Their colours: little seen recedes, much seen stands out. */
export const sharePaints = ['noise', 'cold1', 'cold2', 'cold3'] as const satisfies RampColour[]

/** Which class a share falls into. */
export function shareClass(share: number): number {
  const at = shareSteps.findIndex((end) => share < end)
  return at < 0 ? shareSteps.length - 1 : at
}

/** The share of a cell's public area that as many cameras see as are asked for. */
export function shareOf(cell: api.CoverageCell): number {
  return cell.total > 0 ? (view.heat.seenBy === 2 ? cell.twice : cell.once) / cell.total : 0
}

/** What the map draws of it. */
export const coverSheet = computed<Drawn[] | null>(() => {
  const cells = covered.value?.cells
  if (!cells) return covered.failure ? [] : null
  return cells.map((c) => ({ id: c.cell, cells: [c.cell], paint: sharePaints[shareClass(shareOf(c))] ?? 'noise', weight: 0, strong: false }))
})

/** The cell looked at. */
export const coverOf = (cell: string) => covered.value?.cells?.find((c) => c.cell === cell)
