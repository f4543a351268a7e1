// The picture the view asks for.
import { computed } from 'vue'
import type { Basemap, Picture } from '../../map/picture'
import { basemap, basemapKnown, basemapLayers, basemapOpacity, basemapShown } from '../../state/basemap'
import { month } from '../../state/extent'
import type { Layer } from '../../server/api'
import { smoothly } from '../../state/heat'
import { isShown, legendOf } from '../../state/layers'
import { levelBelow, place } from '../../state/place'
import { session } from '../../state/session'
import { view, type Task } from '../../state/view'
import { datetimeOf } from '../../state/window'

/** The properties that hold a name in vector tiles of any schema. */
const names = {
  zh: ['name:zh', 'name:zh-Hans', 'name_zh', 'name'],
  en: ['name:en', 'name_en', 'name:latin', 'name'],
} as const

const ground = computed((): Basemap | undefined => {
  const b = basemap.value
  if (!b || !basemapKnown.value) return undefined
  return {
    kind: b.kind, zoom: b.zoom, bounds: b.bounds as Basemap['bounds'], version: b.version, layers: basemapLayers.value,
    names: names[view.language], shown: basemapShown.value, opacity: basemapOpacity.value,
  }
})

/** Under cells the smallest areas are a second mesh, so their outlines are left out. */
function coarse(layers: readonly Layer[]): Record<string, string[]> {
  return Object.fromEntries(layers.filter((l) => l.symbol === 'boundary').map((l) => [l.id, legendOf(l).map((c) => c.value).filter((level) => level !== 'village')]))
}

/** Tasks that draw their own things: units, or cells, which what else is shown would hide, the grids most of all. */
const bare: readonly Task[] = ['heat', 'cover', 'patrol']
/** The map is covered with cells. */
const onCells = computed(() => view.task === 'heat' || view.task === 'cover')

export const picture = computed((): Picture => {
  const layers = (session.catalog?.layers ?? []).filter((l) => l.allowed)
  return {
    basemap: ground.value,
    layers,
    versions: Object.fromEntries(layers.map((l) => [l.id, l.version])),
    // Units move over the bare ground and over what somebody asked for beside them.
    shown: new Set(layers.filter((l) => isShown(l) && (!bare.includes(view.task) || (l.group === 'ground' && l.symbol !== 'grid') || (view.task === 'patrol' && l.symbol !== 'unit' && view.shown[l.id] === true))).map((l) => l.id)),
    heat: onCells.value ? { smooth: smoothly.value, cover: view.task === 'cover' } : undefined,
    patrol: view.task === 'patrol',
    tide: view.task === 'patrol' && view.patrol.replay === null && view.tide.mode !== '' && layers.some((l) => l.symbol === 'grid'),
    opacity: { ...view.opacity },
    // No dated layer is drawn under cells, so neither window nor filter need make a new picture of the map.
    kept: onCells.value ? coarse(layers) : { ...view.kept },
    datetime: onCells.value ? undefined : datetimeOf(month.value),
    area: view.area || undefined,
    theme: view.theme,
    nextLevel: place.node ? levelBelow(place.node.area.level) : undefined,
    scale: view.wall ? 1.5 : 1,
    origin: location.origin,
  }
})
