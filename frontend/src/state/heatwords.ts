// What a patch of cells is called and what is said of it in a few words.
import { count, percent } from '../words/format'
import { t } from '../words/words'
import { coverActive, coverOf, shareOf } from './coverage'
import { markOf } from './covermarks'
import { changeOf, hollow, isMasked, kilometresOf, patchOf, spotOf } from './heat'
import { centreOf } from './hex'
import { nameNear } from './names'
import { view } from './view'

/** From which size in km² a place is called by a township, and by a county. */
const [townships, counties] = [30, 1500]

/** Where a cell lies, or all those it is merged with, by the nearest name: cells have none of their own. */
export function patchName(cell: string): string {
  const mark = markOf(cell)
  if (mark) return mark.name
  const cells = (view.heat.shows === 'change' ? changeOf(cell) : patchOf(cell))?.cells ?? [cell]
  const centres = cells.map(centreOf)
  const middle = (axis: 0 | 1) => centres.reduce((sum, c) => sum + c[axis], 0) / centres.length
  const size = kilometresOf(cells)
  const levels = size < townships ? ['village', 'township', 'county'] as const : size < counties ? ['township', 'county'] as const : ['county'] as const
  const name = levels.map((level) => nameNear(middle(0), middle(1), level)).find(Boolean)
  return name ? t('heat.near', { name }) : cell
}

/** One number of a patch, or that it may not be said. */
export function patchNumber(cell: string): string {
  if (view.heat.shows === 'change') {
    const change = changeOf(cell)
    if (!change) return ''
    return change.state === 'exact' ? t('heat.fromTo', { before: count(change.before), now: count(change.now) }) : t('heat.withheld')
  }
  if (coverActive()) {
    const mark = markOf(cell)
    if (mark) return mark.words
    const cover = coverOf(cell)
    return cover ? t('cover.seen', { percent: percent(shareOf(cover)) }) : ''
  }
  const spot = view.heat.shows === 'spots' ? spotOf(cell) : undefined
  if (spot) return hollow(spot) ? t('spot.aroundRow') : t(`spot.${spot.class}`)
  if (view.heat.shows === 'spots' && isMasked(cell)) return t('heat.maskedRow')
  const patch = patchOf(cell)
  return patch ? countWords(patch) : ''
}

/** The count of a patch as it may be said. */
export function countWords(patch: { state: string; count: number }): string {
  return patch.state === 'withheld' ? t('heat.withheld') : t('heat.count', { n: count(patch.count) })
}
