// The legend of what the cells show: every class that is on the map with its
// bounds, and how many places are in it.
import { breaks, changes, changeSizes, classColours, densities, densityOf, hollow, patches, released, spotPaint, spots, type Drawn } from '../../state/heat'
import { classOf, type Patch, type PatchState } from '../../state/patches'
import { changeClass } from '../../state/change'
import { changeRamp } from '../../ui/palette'
import { count } from '../../words/format'
import { t } from '../../words/words'

export interface LegendRow {
  paint: Drawn['paint']
  /** edged, not filled: hot by its neighbours alone */
  hollow?: boolean
  label: string
  /** places of this class on the map */
  places: number
}

/** 5–9, or 10 and more, or 1. */
function bounds(from: number, to: number | undefined): string {
  if (to === undefined) return t('heat.andMore', { n: count(from) })
  return from === to ? count(from) : t('heat.range', { from: count(from), to: count(to) })
}

const tally = <T>(items: readonly T[], is: (item: T) => boolean) => items.filter(is).length

/** From many to few, by count or, where places differ in size, by density; what is withheld last. */
export function countRows(): LegendRow[] {
  const known = (state: PatchState) => patches.value.filter((p) => p.state === state)
  const exact = known('exact')
  const by = released.value ? densities.value : breaks.value
  const valueOf = released.value ? densityOf : (p: Patch) => p.count
  // Where nothing may be told there are no classes either.
  const rows = (exact.length ? by : []).map((from, i): LegendRow => ({
    paint: classColours.value[i] ?? 'heat1',
    label: released.value ? densityBounds(from, by[i + 1]) : bounds(from, by[i + 1] === undefined ? undefined : (by[i + 1] as number) - 1),
    places: tally(exact, (p) => classOf(valueOf(p), by) === i),
  }))
  return [...rows.reverse(), ...withheldRow(known('withheld').length)]
}

/** 3–10, below 1, 30 and more. */
function densityBounds(from: number, to: number | undefined): string {
  if (to === undefined) return t('heat.andMore', { n: count(from) })
  return from === 0 ? t('heat.below', { n: count(to) }) : t('heat.range', { from: count(from), to: count(to) })
}

/** From much more to much less. */
export function changeRows(): LegendRow[] {
  const exact = changes.value.filter((c) => c.state === 'exact')
  const [one, two, three] = changeSizes.value
  const sizes = [bounds(three, undefined), bounds(two, three - 1), bounds(one, two - 1)]
  const labels = [...sizes.map((s) => t('heat.more', { n: s })), t('heat.same'), ...[...sizes].reverse().map((s) => t('heat.less', { n: s }))]
  const rows = labels.map((label, i): LegendRow => ({
    paint: changeRamp[6 - i] ?? 'same', label, places: tally(exact, (c) => changeClass(c.now - c.before, changeSizes.value) === 6 - i),
  }))
  return [...rows, ...withheldRow(changes.value.length - exact.length)]
}

const spotClasses = ['hot99', 'hot95', 'hot90', 'none', 'cold90', 'cold95', 'cold99'] as const

/** From surely hot to surely cold; what has counts but no class stands in the middle. */
export function spotRows(): LegendRow[] {
  const places = spots.value?.places ?? []
  const rows = spotClasses.map((name): LegendRow => ({
    paint: spotPaint({ class: name }), label: t(`spot.${name}`),
    places: name === 'none' ? (spots.value?.n ?? 0) - tally(places, (s) => s.class !== 'none') : tally(places, (s) => s.class === name),
  }))
  const around = tally(places, hollow)
  return [
    ...rows, ...(around ? [{ paint: 'hot2', hollow: true, label: t('spot.aroundRow'), places: around } as LegendRow] : []),
    ...withheldRow(spots.value?.masked?.length ?? 0, t('heat.maskedRow')),
  ]
}

function withheldRow(places: number, label = t('heat.withheld')): LegendRow[] {
  return places ? [{ paint: 'withheld', label, places }] : []
}
