// The area drilled into, with its path, siblings and children.
import { reactive, shallowRef, watch } from 'vue'
import * as api from '../server/api'
import { asFailure, isAbort, type Failure } from '../server/http'
import { homeArea, layerOfSymbol, session } from './session'
import { view } from './view'

/** The levels from the top, as area codes nest. */
export const levels: readonly api.Level[] = ['province', 'city', 'county', 'township', 'village', 'grid']

export const place = reactive<{ node: api.AreaNode | null; failure: Failure | null }>({ node: null, failure: null })

/** Outline of the area, for the halo around it; null until it is read, or where there is none. */
export const outline = shallowRef<GeoJSON.Geometry | null>(null)

/** Follows the area of the view. */
export function followPlace(): void {
  let reading: AbortController | undefined
  watch(
    () => [session.phase === 'ready', view.area || homeArea(), session.recoveries] as const,
    async ([ready, code]) => {
      reading?.abort()
      if (!ready || !code) return
      reading = new AbortController()
      const signal = reading.signal
      try {
        const node = await api.areaNode(code, signal)
        place.node = node
        place.failure = null
        const layer = layerOfSymbol(node.area.level === 'grid' ? 'grid' : 'boundary')
        outline.value = layer ? ((await api.feature(layer.id, code, signal)).geometry as GeoJSON.Geometry | null) : null
      } catch (error) {
        if (isAbort(error)) return
        place.failure = asFailure(error)
        outline.value = null
        // A link may name an area that is gone or foreign: fall back to one's own.
        if (view.area && place.failure.kind !== 'down') view.area = ''
      }
    },
    { immediate: true },
  )
}

/** The level below; undefined below the last. */
export function levelBelow(level: api.Level): api.Level | undefined {
  return levels[levels.indexOf(level) + 1]
}

/** Goes into an area; '' and the home area are the same place. What is picked stays only when asked. */
export function drillTo(code: string, keepPicked = false): void {
  view.area = code === homeArea() ? '' : code
  if (!keepPicked) view.picked = null
}

/** Goes one level up, not above the reader's own area. False when already at the top. */
export function drillUp(): boolean {
  const path = place.node?.path ?? []
  const at = path.findIndex((a) => a.code === (view.area || homeArea()))
  if (!view.area || at < 1) return false
  drillTo(path[at - 1]?.code ?? '')
  return true
}

/** The part of the path inside the reader's own area. */
export function ownPath(path: readonly api.AreaName[]): readonly api.AreaName[] {
  const from = path.findIndex((a) => a.code === homeArea())
  return from > 0 ? path.slice(from) : path
}
