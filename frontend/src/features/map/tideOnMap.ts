// The tide on the map: painted as time goes by, and what is under the pointer.
import { watch } from 'vue'
import { serverNow } from '../../server/http'
import type { MapController } from '../../map/controller'
import { TidePainter } from '../../map/tide'
import { hexLibrary, loadHex, ringOf } from '../../state/hex'
import { grids, gridTip, idleWords, tide, tideActive, tideBeat } from '../../state/tide'
import { gridCode } from '../../state/tidegrids'
import { gridsFrom, mostInMean, tideResolution } from '../../state/tidecells'
import { layerOfSymbol } from '../../state/session'
import { view } from '../../state/view'
import { count } from '../../words/format'
import { t } from '../../words/words'
import { picture } from './picture'

export interface TideOnMap {
  /** what is said of the grid or the cell at a place; null where there is none */
  tip(x: number, y: number): { title: string; number: string } | null
  /** the code of the grid at a place, or of the gravest one of the cell there; '' for none */
  under(x: number, y: number): string
  stop(): void
}

export function tideOnMap(map: MapController): TideOnMap {
  const layer = layerOfSymbol('grid')
  if (!layer) return { tip: () => null, under: () => '', stop: () => undefined }
  const painter = new TidePainter(map.raw, layer.id, { cellAt: (lat, lon, r) => hexLibrary().latLngToCell(lat, lon, r), ring: ringOf })
  let ready = false
  const paint = () => {
    if (ready) painter.show(tideActive() ? grids.value : null, serverNow())
  }
  const band = () => ((view.camera?.zoom ?? 8) >= gridsFrom ? 'grids' : tideResolution(view.camera?.zoom ?? 8))
  const stops = [
    watch(tideActive, (on) => {
      if (!on) return paint()
      void loadHex().then(() => {
        ready = true
        paint()
      })
    }, { immediate: true }),
    watch([grids, tideBeat, band], paint),
    // Another picture may bring the sources anew, which then know no class.
    watch(() => [picture.value.kept, picture.value.area, picture.value.tide] as const, () => {
      if (!ready) return
      painter.forget()
      paint()
    }, { flush: 'post' }),
  ]
  const gravest = (members: readonly number[]): number => {
    const now = serverNow()
    const weigh = (i: number) => {
      const m = grids.value?.minutes(i, now) ?? 0
      return (m < 0 ? tide.kept : m) * (1 + (grids.value?.risk[i] ?? 0))
    }
    return members.reduce((best, i) => (weigh(i) > weigh(best) ? i : best), members[0] ?? -1)
  }
  return {
    tip(x, y) {
      const at = tideActive() ? painter.under(x, y) : null
      if (!at) return null
      if ('grid' in at) return gridTip(at.grid)
      const mean = painter.means[at.cell] ?? 0
      return { title: t('tide.cell', { n: count(at.members.length) }), number: mean >= mostInMean ? t('tide.cellLong') : t('tide.cellMean', { idle: idleWords(Math.floor(mean)) }) }
    },
    under(x, y) {
      const at = tideActive() ? painter.under(x, y) : null
      const i = !at ? -1 : 'grid' in at ? at.grid : gravest(at.members)
      return i < 0 || !grids.value ? '' : gridCode(grids.value.numbers[i] as number)
    },
    stop() {
      for (const stop of stops) stop()
    },
  }
}
