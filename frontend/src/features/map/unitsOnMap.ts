// Units on the map: what the layer draws, groups from afar, the one under the
// pointer, and following one.
import { computed, shallowRef, watch } from 'vue'
import { serverNow } from '../../server/http'
import type { MapController } from '../../map/controller'
import { UnitsLayer, type UnitScene } from '../../map/units'
import { lonLat, mercator, unitStates } from '../../state/fleet'
import { groupFeatures, groupUnits, groupZoom, ungroupUnits, type Group } from '../../state/groups'
import { layerOfSymbol, session } from '../../state/session'
import { replaying, tape } from '../../state/replay'
import { beat, callSign, fleet, shownTest } from '../../state/units'
import { view } from '../../state/view'
import { reducedMotion } from '../../ui/motion'
import { replayOnMap } from './replayOnMap'

/** Where the unit looked at is on the map's face, for its name; null while it is nowhere. */
export const labelAt = shallowRef<{ x: number; y: number; name: string } | null>(null)

/** Pixels around the pointer in which a unit or a ring is met. */
const near = 11
const nearRing = 20
/** Groups follow the news no more often than this, and ages are drawn again, in milliseconds. */
const regroupEvery = 2_000
const repaintEvery = 5_000
/** One who is followed is caught up with so often, in milliseconds. */
const followEvery = 1_000

/** The map shows units, of the present or of the past. */
const patrolling = computed(() => session.phase === 'ready' && view.task === 'patrol')
const active = computed(() => patrolling.value && !replaying.value)
const scene = computed((): UnitScene => {
  void beat.value
  return { shown: shownTest.value, picked: fleet.of(view.patrol.unit) ?? -1, theme: view.theme, scale: view.wall ? 1.5 : 1, still: reducedMotion() }
})

export interface UnitsOnMap {
  /** the unit at a place on the map's face; '' where there is none */
  under(x: number, y: number): string
  groupUnder(x: number, y: number): Group | undefined
  stop(): void
}

export function unitsOnMap(map: MapController): UnitsOnMap {
  let groups: Group[] = []
  const raw = map.raw
  const layer = new UnitsLayer(fleet, serverNow, scene.value, () => placeLabel())
  const stops: (() => void)[] = [
    watch(scene, (s) => layer.show(s)),
    watch(active, (on) => {
      if (on || !tape.value) map.drawUnits(on ? layer : null)
      if (!on) labelAt.value = null
    }, { immediate: true }),
  ]

  const regroup = () => {
    const zoom = view.camera?.zoom ?? 0
    const far = zoom < (layerOfSymbol('unit')?.pointZoom ?? 12)
    const before = groups
    groups = active.value && far && !view.patrol.single ? groupUnits(fleet, zoom, serverNow(), shownTest.value) : []
    if (!groups.length && before.length) ungroupUnits(fleet)
    if (groups.length || before.length) map.overlay('groups', groupFeatures(groups, view.theme))
    layer.redraw()
  }
  let grouped = 0
  let later: ReturnType<typeof setTimeout> | undefined
  const regroupSoon = () => {
    if (later !== undefined) return
    later = setTimeout(() => {
      later = undefined
      grouped = Date.now()
      regroup()
    }, Math.max(0, grouped + regroupEvery - Date.now()))
  }
  stops.push(
    watch(() => [active.value, groupZoom(view.camera?.zoom ?? 0), view.patrol.single, view.theme, shownTest.value] as const, regroup, { immediate: true }),
    watch(beat, regroupSoon),
  )

  const position = (id: string): [number, number] | null => {
    const past = replaying.value ? tape.value : null
    const i = past ? past.of(id) : fleet.of(id)
    const [x, y] = i === undefined ? [NaN, NaN] : past ? past.place(i) : fleet.place(i, serverNow())
    return Number.isNaN(x) ? null : lonLat(x, y)
  }
  const placeLabel = () => {
    const at = patrolling.value && view.patrol.unit ? position(view.patrol.unit) : null
    if (!at) {
      if (labelAt.value) labelAt.value = null
      return
    }
    const { x, y } = raw.project(at)
    labelAt.value = { x, y, name: callSign(view.patrol.unit) }
  }

  stops.push(replayOnMap(map, placeLabel, () => map.drawUnits(active.value ? layer : null)))

  // Whoever drags the map away has stopped following.
  const letGo = () => { view.patrol.follow = false }
  raw.on('dragstart', letGo)
  const catchUp = () => {
    if (!patrolling.value || !view.patrol.follow || raw.isMoving()) return
    const at = position(view.patrol.unit)
    if (!at) return
    const { x, y } = raw.project(at)
    const { clientWidth: width, clientHeight: height } = raw.getCanvas()
    const still = reducedMotion()
    // Without motion the map turns a page when the unit nears the edge.
    const inside = Math.abs(x - width / 2) < width / 4 && Math.abs(y - height / 2) < height / 4
    if (!still) raw.easeTo({ center: at, duration: followEvery, easing: (part) => part })
    else if (!inside) raw.jumpTo({ center: at })
  }
  const timers = [
    setInterval(catchUp, followEvery),
    setInterval(() => { if (active.value) layer.redraw() }, repaintEvery),
  ]

  return {
    under(x, y) {
      if (!patrolling.value) return ''
      const { lng, lat } = raw.unproject([x, y])
      if (replaying.value) return tape.value?.ids[tape.value.nearest(...mercator(lng, lat), near / (512 * 2 ** raw.getZoom()))] ?? ''
      const i = fleet.nearest(...mercator(lng, lat), near / (512 * 2 ** raw.getZoom()), serverNow(), onDuty)
      return i < 0 ? '' : (fleet.ids[i] ?? '')
    },
    groupUnder(x, y) {
      if (!active.value) return undefined
      return groups.find((g) => {
        const at = raw.project([g.lon, g.lat])
        return Math.hypot(at.x - x, at.y - y) < nearRing
      })
    },
    stop() {
      for (const stop of stops) stop()
      for (const timer of timers) clearInterval(timer)
      clearTimeout(later)
      raw.off('dragstart', letGo)
      labelAt.value = null
    },
  }
}

const offDuty = unitStates.indexOf('off')
const onDuty = (i: number) => fleet.state[i] !== offDuty && shownTest.value(i)
