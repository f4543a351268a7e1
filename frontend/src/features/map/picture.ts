// The picture the view asks for.
import { computed } from 'vue'
import type { Picture } from '../../map/picture'
import { month } from '../../state/extent'
import { isShown } from '../../state/layers'
import { levelBelow, place } from '../../state/place'
import { session } from '../../state/session'
import { view } from '../../state/view'
import { datetimeOf } from '../../state/window'

export const picture = computed((): Picture => {
  const layers = (session.catalog?.layers ?? []).filter((l) => l.allowed)
  return {
    layers,
    versions: Object.fromEntries(layers.map((l) => [l.id, l.version])),
    shown: new Set(layers.filter(isShown).map((l) => l.id)),
    opacity: { ...view.opacity },
    kept: { ...view.kept },
    datetime: datetimeOf(month.value),
    area: view.area || undefined,
    theme: view.theme,
    nextLevel: place.node ? levelBelow(place.node.area.level) : undefined,
    scale: view.wall ? 1.5 : 1,
    origin: location.origin,
  }
})
