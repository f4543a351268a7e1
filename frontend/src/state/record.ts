// The feature picked, read whole; and what else lies where the click was.
import { reactive, shallowRef, watch } from 'vue'
import * as api from '../server/api'
import { asFailure, isAbort, type Failure } from '../server/http'
import { session } from './session'
import { view } from './view'

/** Something under a click: a feature, or a cluster of features. */
export interface Candidate {
  layer: string
  /** business code; '' where the tile does not carry it */
  id: string
  fid: number
  title: string
  properties: Record<string, unknown>
  /** how many features a cluster stands for */
  cluster?: number | undefined
  at?: [lon: number, lat: number] | undefined
}

export interface Spot {
  candidates: Candidate[]
  /** the cluster looked at, if one is */
  cluster: Candidate | null
  /** several things lie on one another and none is chosen yet */
  choosing: boolean
}

/** Where the last click was; null once something else was done. */
export const spot = shallowRef<Spot | null>(null)

export const record = reactive<{ feature: api.Feature | null; failure: Failure | null; loading: boolean }>({
  feature: null, failure: null, loading: false,
})

/** Looks at a candidate: a cluster as it is, a feature by its full record. */
export async function look(candidate: Candidate, all: Candidate[]): Promise<void> {
  if (candidate.cluster !== undefined) {
    spot.value = { candidates: all, cluster: candidate, choosing: false }
    view.picked = null
    return
  }
  const id = candidate.id || (await idOf(candidate.layer, candidate.fid))
  if (!id) return
  spot.value = { candidates: all, cluster: null, choosing: false }
  view.picked = { layer: candidate.layer, id }
}

/** Closes whatever is open about a single thing. False when nothing was. */
export function lookAway(): boolean {
  const open = view.picked !== null || spot.value !== null || (view.task === 'heat' && view.heat.cell !== '') || (view.task === 'cover' && view.cover.mark !== '') || (view.task === 'patrol' && (view.patrol.unit !== '' || view.tide.grid !== ''))
  view.picked = null
  view.heat.cell = ''
  view.cover.mark = ''
  view.tide.grid = ''
  Object.assign(view.patrol, { unit: '', follow: false })
  spot.value = null
  return open
}

// Rows are paged in the order of the tile's feature ids, so the page after the
// id before holds the very feature.
async function idOf(layer: string, fid: number): Promise<string> {
  const page = await api.rows(layer, {}, 1, Math.max(0, fid - 1)).catch(() => null)
  const row = page?.rows[0]
  return row?.fid === fid ? row.id : ''
}

let reading: AbortController | undefined

/** Keeps the record equal to what is picked. */
export function followPicked(): void {
  watch(
    () => (session.phase === 'ready' && view.picked ? `${view.picked.layer}/${view.picked.id}/${session.recoveries}` : ''),
    () => void readRecord(),
    { immediate: true },
  )
}

export async function readRecord(): Promise<void> {
  reading?.abort()
  record.failure = null
  if (!view.picked || session.phase !== 'ready') {
    record.feature = null
    record.loading = false
    return
  }
  reading = new AbortController()
  record.loading = true
  const { layer, id } = view.picked
  try {
    record.feature = await api.feature(layer, id, reading.signal)
    record.loading = false
  } catch (error) {
    if (isAbort(error)) return
    record.feature = null
    record.failure = asFailure(error)
    record.loading = false
  }
}
