// A replay on the map: its units in place of those of the present, the ways
// behind them, and their stops.
import { computed, watch } from 'vue'
import type { MapController } from '../../map/controller'
import { Trails } from '../../map/trails'
import { UnitsLayer, type UnitScene } from '../../map/units'
import { flight } from '../../state/errand'
import { clock, replaying, tape } from '../../state/replay'
import type { Tape } from '../../state/tape'
import { view } from '../../state/view'
import { reducedMotion } from '../../ui/motion'
import { t } from '../../words/words'

/** Of so many units the stops are marked, and the whole way behind is drawn; of more, only what was just now. */
const few = 20
/** Of many units so much of the way behind is drawn, in seconds, or in steps of the pace. */
const justNow = 600
const justNowSteps = 4
/** The map looks at a single unit from as near as this. */
const nearBy = 13

const everyone = () => true
const scene = computed((): UnitScene => ({
  shown: everyone, picked: tape.value?.of(view.patrol.unit) ?? -1, theme: view.theme, scale: view.wall ? 1.5 : 1, still: reducedMotion(),
}))

/** Draws the replay while there is one; present is called when the map is the present's again. */
export function replayOnMap(map: MapController, drawn: () => void, present: () => void): () => void {
  let layer: UnitsLayer | null = null
  const stops = [
    watch(tape, (next) => {
      layer = next ? layerOf(next, drawn) : null
      if (layer) map.drawUnits(layer)
      else if (replaying.value) map.drawUnits(null)
      else present()
      map.overlay('stops', next && next.size <= few ? marksOf(next) : null)
      if (next && next.size > 0 && next.size <= few) goThere(map, next)
    }, { immediate: true }),
    watch(scene, (s) => layer?.show(s)),
    watch(clock, () => layer?.redraw()),
  ]
  return () => { for (const stop of stops) stop() }
}

function layerOf(tape: Tape, drawn: () => void): UnitsLayer {
  const trails = new Trails(tape, () => tape.size <= few
    ? { theme: view.theme, back: Math.max(600, clock.value - tape.from), least: 0.25, width: 3.5 }
    : { theme: view.theme, back: Math.max(justNow, justNowSteps * tape.every), least: 0, width: 2 })
  return new UnitsLayer(tape, () => clock.value * 1000, scene.value, drawn, trails)
}

/** A track that is nowhere on the map's face is brought there, once; the map then stays where it is put. */
function goThere(map: MapController, tape: Tape): void {
  const bounds = tape.bounds()
  if (!bounds || map.raw.getBounds().contains([(bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2])) return
  flight.value = { bounds, atLeast: nearBy }
}

function marksOf(tape: Tape): GeoJSON.FeatureCollection {
  return {
    type: 'FeatureCollection',
    features: tape.stops.map((s) => ({
      type: 'Feature', geometry: { type: 'Point', coordinates: [s.lon, s.lat] },
      properties: { name: t('replay.minutes', { n: Math.round((s.to - s.from) / 60) }) },
    })),
  }
}
