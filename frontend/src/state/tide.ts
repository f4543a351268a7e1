// The tide of visits: how long each service grid is without one, read whole and then
// followed by the stream; the gaps, and the grid looked at.
import { computed, reactive, shallowRef, watch } from 'vue'
import * as api from '../server/tide'
import { asFailure, isAbort, serverNow, type Failure } from '../server/http'
import { flight } from './errand'
import { areaFacts } from './names'
import { follow } from './reading'
import { layerOfSymbol, session } from './session'
import { gridCode, idleClasses, TideGrids } from './tidegrids'
import { spanWords } from './unitwords'
import { view } from './view'
import { t } from '../words/words'

/** All grids of the reader's area; null until they are read. */
export const grids = shallowRef<TideGrids | null>(null)
/** Grows whenever the picture is to be looked at again: with news, and as time goes by. */
export const tideBeat = shallowRef(0)
export const tide = reactive<{ loading: boolean; failure: Failure | null; risk: api.PatrolRisk | null; kept: number }>({ loading: false, failure: null, risk: null, kept: 0 })

/** Time goes by without news: classes are looked at again so often; a window is read again, and gaps, in milliseconds. */
const beatEvery = 5_000
const windowEvery = 60_000
const gapsEvery = 15_000
/** The zoom from which a grid can be seen. */
const nearBy = 14

export const tideActive = () => session.phase === 'ready' && view.task === 'patrol' && view.patrol.replay === null && view.tide.mode !== ''
const gridLayer = computed(() => layerOfSymbol('grid'))

let reading: AbortController | undefined
/** What the stream told while all grids were on their way: some of it they may not know yet. */
let meanwhile: api.TideNews[] = []
/** Reads all grids. */
export async function readTide(): Promise<void> {
  reading?.abort()
  const mine = (reading = new AbortController())
  tide.loading = true
  meanwhile = []
  try {
    const answer = await api.tide(view.tide.mode === 'window' ? view.tide.window : '', mine.signal)
    if (mine.signal.aborted) return
    const all = new TideGrids(answer)
    if (view.tide.mode === 'now') for (const news of meanwhile) all.take(news)
    grids.value = all
    Object.assign(tide, { loading: false, failure: null, risk: answer.riskFrom, kept: answer.kept })
    tideBeat.value++
  } catch (error) {
    if (isAbort(error) || mine.signal.aborted) return
    Object.assign(tide, { loading: false, failure: asFailure(error) })
    grids.value = null
  }
}

/** Takes over what the stream tells of visits. */
export function hearTide(news: api.TideNews): void {
  if (!tideActive()) return
  if (news.fresh) return void readTide()
  if (tide.loading) meanwhile.push(news)
  if (view.tide.mode !== 'now' || !grids.value) return
  grids.value.take(news)
  tideBeat.value++
}

/** Follows the visits while the map shows them: what one account saw another must not. */
export function followTide(): void {
  const asked = () => (tideActive() ? [view.tide.mode, view.tide.mode === 'window' ? view.tide.window : '', gridLayer.value?.version, session.recoveries, session.me?.name].join('/') : '')
  watch(asked, (wanted) => {
    reading?.abort()
    grids.value = null
    tide.failure = null
    if (wanted) void readTide()
  }, { immediate: true })
  setInterval(() => { if (tideActive() && grids.value) tideBeat.value++ }, beatEvery)
  setInterval(() => { if (tideActive() && (view.tide.mode === 'window' || tide.failure) && !session.stale) void readTide() }, windowEvery)
}

/** Grids of each class inside the area one is in, how many there are, and how many are without a visit for the hours chosen. */
export const tideCounts = computed(() => {
  void tideBeat.value
  const all = grids.value
  const counts = { classes: new Array<number>(idleClasses).fill(0), grids: 0, missed: 0, never: 0 }
  if (!all) return counts
  const now = serverNow()
  const classes = new Uint8Array(all.size)
  all.classes(now, classes)
  const inside = insideArea(view.area)
  for (let i = 0; i < all.size; i++) {
    if (!inside(all.numbers[i] as number)) continue
    counts.grids++
    const k = classes[i] as number
    counts.classes[k] = (counts.classes[k] as number) + 1
    const m = all.minutes(i, now)
    if (m < 0) counts.never++
    if (m < 0 || m >= 60 * view.tide.hours) counts.missed++
  }
  return counts
})

/** Whether the number of a grid lies in an area; everything lies in ''. */
function insideArea(code: string): (number: number) => boolean {
  if (!code) return () => true
  const width = 10 ** (15 - code.length)
  const low = Number(code) * width
  return (number) => number >= low && number < low + width
}

/** The grids without a visit for the hours chosen, the gravest first, page by page. */
export const gaps = follow(() => (tideActive() && view.tide.mode === 'now' ? gapsQuery(0) : ''), (query, signal) => api.tideGaps(JSON.parse(query)[0] as string, signal))
export const moreGaps = shallowRef<api.Gap[]>([])
function gapsQuery(after: number): string {
  const q = new URLSearchParams({ idle: `PT${view.tide.hours}H`, order: view.tide.order, limit: '50' })
  if (view.area) q.set('area', view.area)
  if (after) q.set('after', String(after))
  return JSON.stringify([q.toString(), session.recoveries])
}
export function followGaps(): void {
  watch(() => gaps.of, () => { moreGaps.value = [] })
  setInterval(() => { if (gaps.value && tideActive() && !moreGaps.value.length && !session.stale && !document.hidden) gaps.again() }, gapsEvery)
}
/** Reads the next page and puts it behind the last. */
export async function readMoreGaps(): Promise<void> {
  const of = gaps.of
  const after = (gaps.value?.gaps.length ?? 0) + moreGaps.value.length
  const page = await api.tideGaps(JSON.parse(gapsQuery(after))[0] as string).catch(() => null)
  if (page && gaps.of === of) moreGaps.value = [...moreGaps.value, ...page.gaps]
}

/** The grid looked at. */
export const gridLooked = follow(() => (tideActive() && view.tide.grid ? JSON.stringify([view.tide.grid, session.recoveries]) : ''), (question, signal) => api.tideGrid(JSON.parse(question)[0] as string, signal))

/** Looks at a grid, and goes there when asked. */
export function lookAtGrid(code: string, go = false): void {
  view.patrol.unit = ''
  view.tide.grid = code
  const i = grids.value?.of(code)
  if (go && i !== undefined) flight.value = { lon: grids.value?.lon[i] as number, lat: grids.value?.lat[i] as number, zoom: Math.max(nearBy, view.camera?.zoom ?? 0) }
}

/** The village of a grid and its number there, short for lists. */
export const gridShort = (code: string) => [areaFacts.value.get(code.slice(0, 12))?.name ?? code.slice(0, 12), code.slice(12)].join(' ')

/** Township and village of a grid, as far as their names are known. */
export function gridWhere(code: string): string {
  return [9, 12].map((digits) => areaFacts.value.get(code.slice(0, digits))?.name ?? '').filter(Boolean).join(' ')
}

/** An idleness in words; minutes below 0 are none as far back as is known. */
export function idleWords(minutes: number): string {
  return minutes < 0 ? t('tide.never', { days: Math.round(tide.kept / 1440) || 7 }) : minutes < 1 ? t('tide.there') : minutes >= 2880 ? t('tide.days', { n: Math.floor(minutes / 1440) }) : spanWords(60 * minutes)
}

/** What is said of a grid under the pointer. */
export function gridTip(i: number): { title: string; number: string } | null {
  const all = grids.value
  if (!all) return null
  const code = gridCode(all.numbers[i] as number)
  const minutes = all.minutes(i, serverNow())
  const words = view.tide.mode === 'window' ? t('tide.tipWindow', { idle: idleWords(minutes), n: all.visits[i] ?? 0 }) : t('tide.tip', { idle: idleWords(minutes) })
  return { title: gridWhere(code) || code, number: all.hot[i] ? `${words} · ${t('tide.hot')}` : words }
}
