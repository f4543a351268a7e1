// What the map draws of cells, whichever of the panels it belongs to.
import { computed } from 'vue'
import { coverActive, coverSheet } from './coverage'
import { sheet } from './heat'

/** null while there is nothing to say yet, and what is drawn stays. */
export const drawnSheet = computed(() => (coverActive() ? coverSheet.value : sheet.value))
