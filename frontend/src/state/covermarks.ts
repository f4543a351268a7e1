// What is marked on the map of coverage and listed beside it, ranked: unseen
// roads, unseen cells, and where further cameras would serve most.
import { computed } from 'vue'
import { count, length, percent, surface } from '../words/format'
import { t } from '../words/words'
import { coverActive, covered, coverOf, shareOf } from './coverage'
import { flight, layersOpen, type Bounds } from './errand'
import { boundsOf } from './geometry'
import { centreOf, hexReady, outlineOf } from './hex'
import { areaFacts, nameNear } from './names'
import { view, type CoverList } from './view'

/** Width of the panel of coverage, in rem. */
export const coverPanelWidth = 22.5

export interface Mark {
  /** site/3, road/5 or gap/7, which is also how the address names it */
  id: string
  rank: number
  name: string
  /** where: township and village */
  where: string
  /** one number, for a list and beside the pointer */
  words: string
  /** what else is known, a sentence or two */
  more: string
  geometry: GeoJSON.Geometry
  properties: Record<string, unknown>
}

/** Township and village of a code, as far as their names are known. */
function whereOf(code: string): string {
  const names = [code.slice(0, 9), code.slice(0, 12)].map((c) => areaFacts.value.get(c)?.name ?? '').filter(Boolean)
  return names.join(' ') || code
}

/** One of eight directions, as people say it. */
export function compass(degrees: number): string {
  const eighth = ((Math.round(degrees / 45) % 8) + 8) % 8
  return t(`compass.${eighth}` as 'compass.0')
}

const roads = computed((): Mark[] => (covered.value?.gaps.roads.features ?? []).map((f, i) => ({
  id: `road/${i + 1}`, rank: i + 1, name: f.properties.name || t(`road.${f.properties.class}` as 'road.village'), where: whereOf(f.properties.area),
  words: length(f.properties.length), more: t('cover.roadMore', { class: t(`road.${f.properties.class}` as 'road.village'), length: length(f.properties.length) }),
  geometry: f.geometry, properties: { kind: 'road' },
})))

const gaps = computed((): Mark[] => (hexReady() ? (covered.value?.gaps.cells ?? []).map((c, i) => {
  const [lon, lat] = centreOf(c.cell)
  const seen = view.cover.seenBy === 2 ? c.twice : c.once
  return {
    id: `gap/${i + 1}`, rank: i + 1, name: t('heat.near', { name: nameNear(lon, lat, 'village') || nameNear(lon, lat, 'township') || c.cell }), where: nameNear(lon, lat, 'township'),
    words: surface(c.total - seen), more: t('cover.gapMore', { unseen: surface(c.total - seen), total: surface(c.total), percent: percent(shareOf(c)) }),
    geometry: outlineOf([c.cell]), properties: { kind: 'gap' },
  }
}) : []))

const sites = computed((): Mark[] => (covered.value?.next?.spots.features ?? []).map((f) => ({
  id: `site/${f.properties.rank}`, rank: f.properties.rank, name: f.properties.road || t(`road.${f.properties.class}` as 'road.village'), where: whereOf(f.properties.area),
  words: `+${surface(f.properties.public)}`,
  more: t(f.properties.junction ? 'cover.siteJunction' : 'cover.siteRoad', { way: compass(f.properties.direction), area: surface(f.properties.public), length: length(f.properties.metres) }),
  geometry: f.geometry, properties: { kind: 'site', direction: f.properties.direction },
})))

/** What a list holds; the areas are rows of a table and no marks. */
export const marksOf = (list: CoverList): readonly Mark[] => (list === 'roads' ? roads.value : list === 'cells' ? gaps.value : list === 'sites' ? sites.value : [])

const lists = { site: 'sites', road: 'roads', gap: 'cells' } as const

/** The list a mark stands in; undefined for a cell of the map. */
export const listOf = (id: string) => lists[id.split('/')[0] as keyof typeof lists] as CoverList | undefined

/** A mark by its id. */
export const markOf = (id: string) => (id.includes('/') ? marksOf(listOf(id) ?? 'areas').find((m) => m.id === id) : undefined)

/** Looks at a mark or a cell; the list it stands in opens. The map stays where it is. */
export function lookAtMark(id: string): void {
  const list = listOf(id)
  if (list) {
    view.cover.list = list
    layersOpen.value = true
  }
  view.cover.mark = id
}

/** Goes there, close enough to see the streets. */
export function flyToMark(mark: Mark): void {
  if (mark.geometry.type === 'Point') {
    const [lon = 0, lat = 0] = mark.geometry.coordinates
    flight.value = { lon, lat, zoom: Math.max(15.5, view.camera?.zoom ?? 0) }
  } else {
    const bounds = boundsOf(mark.geometry)
    if (bounds) flight.value = { bounds: bounds as Bounds }
  }
}

const feature = (m: Mark): GeoJSON.Feature => ({ type: 'Feature', geometry: m.geometry, properties: { ...m.properties, id: m.id, rank: m.rank } })

/** The middle of a mark, for its number. */
function middle(m: Mark): GeoJSON.Feature[] {
  const bounds = m.properties.kind === 'gap' ? boundsOf(m.geometry) : null
  if (!bounds) return []
  return [{ type: 'Feature', geometry: { type: 'Point', coordinates: [(bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2] }, properties: { kind: 'gap-rank', id: m.id, rank: m.rank } }]
}

/** What the map marks: the further cameras always, gaps while they are listed. null where nothing is. */
export const markFeatures = computed<GeoJSON.FeatureCollection | null>(() => {
  if (!coverActive() || !covered.value) return null
  const listed = view.cover.list === 'sites' ? [] : marksOf(view.cover.list)
  return { type: 'FeatureCollection', features: [...listed, ...sites.value].flatMap((m) => [feature(m), ...middle(m)]) }
})

/** What is looked at, for the map to single out; null for nothing. */
export const coverPicked = computed<GeoJSON.FeatureCollection | null>(() => {
  const { mark: id } = view.cover
  if (!coverActive() || !id) return null
  const mark = markOf(id)
  const geometry = mark?.geometry ?? (coverOf(id) ? outlineOf([id]) : undefined)
  return geometry ? { type: 'FeatureCollection', features: [{ type: 'Feature', geometry, properties: {} }] } : null
})

/** What the further cameras promise, and how sure that is: the bound in one sentence. */
export const promise = computed(() => {
  const next = covered.value?.next
  const spots = next?.spots.features ?? []
  if (!next || !spots.length) return ''
  const sum = (of: 'public' | 'metres') => spots.reduce((total, s) => total + s.properties[of], 0)
  const better = next.gain > 0 ? Math.max(0, next.bound / next.gain - 1) : 0
  return [
    t('cover.promise', { n: count(spots.length), area: surface(sum('public')), length: length(sum('metres')) }),
    better < 0.0005 ? t('cover.boundBest', { n: count(spots.length) }) : t('cover.bound', { n: count(spots.length), percent: percent(better) }),
  ].join(' ')
})
