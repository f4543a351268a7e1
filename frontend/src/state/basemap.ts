// The operator's own ground: whether it is there, what it holds, and whether it
// is shown. Its switch and opacity live in the view beside those of the layers.
import { computed, ref, watch } from 'vue'
import * as api from '../server/api'
import { session } from './session'
import { view } from './view'

/** Under this name the view keeps the basemap's switch and opacity; no layer has it. */
export const basemapId = '_basemap'

/** What the catalogue says of the basemap; undefined where there is none. */
export const basemap = computed(() => session.catalog?.basemap)

/** The source layers of its vector tiles; none until they are known, or where nobody knows. */
export const basemapLayers = ref<string[]>([])
/** Whether the source layers have been asked for: nothing is drawn of vector tiles before. */
export const basemapKnown = ref(false)
/** The last tile asked for could not be had. */
export const basemapDown = ref(false)

export const basemapShown = computed({
  get: () => basemap.value !== undefined && (view.shown[basemapId] ?? true),
  set: (on) => {
    if (on) delete view.shown[basemapId]
    else view.shown[basemapId] = false
  },
})

export const basemapOpacity = computed({
  get: () => view.opacity[basemapId] ?? 1,
  set: (opacity) => {
    if (opacity >= 1) delete view.opacity[basemapId]
    else view.opacity[basemapId] = Math.max(0.05, Math.round(opacity * 100) / 100)
  },
})

/** Asks once for what the basemap of the catalogue holds. */
export function followBasemap(): void {
  watch(() => [basemap.value?.kind, basemap.value?.version], async ([kind]) => {
    basemapDown.value = false
    basemapKnown.value = false
    basemapLayers.value = []
    if (kind === 'vector') {
      const about = await api.basemap().catch(() => undefined) // then the usual names are tried
      basemapLayers.value = (about?.vector_layers ?? []).map((l) => l.id)
    }
    basemapKnown.value = true
  }, { immediate: true })
}
