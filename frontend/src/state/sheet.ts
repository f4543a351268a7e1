// What the map draws of cells, whichever of the panels it belongs to.
import { computed } from 'vue'
import { covered, coverSheet } from './coverage'
import { active, sheet } from './heat'

/** null while there is nothing to say yet, and what is drawn stays. */
export const drawnSheet = computed(() => (active('cover') ? coverSheet.value : sheet.value))

/** Unseen roads and further sites; null where they are not shown. */
export const coverMarks = computed<GeoJSON.FeatureCollection | null>(() => {
  if (!active('cover') || !covered.value) return null
  return { type: 'FeatureCollection', features: [...covered.value.gaps.roads.features, ...(covered.value.next?.spots.features ?? [])] }
})
