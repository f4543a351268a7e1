// What is counted: the extent (a drawing, or the area), the window, the
// filters — and the counts of every layer in it, for legends, totals and the
// time strip alike, so that one number is the same wherever it stands.
import { computed, reactive, watch } from 'vue'
import * as api from '../server/api'
import { months } from '../server/heat'
import { asFailure, isAbort, type Failure } from '../server/http'
import { layerOf, session } from './session'
import { monthOf } from '../words/format'
import { polygonOf } from './geometry'
import { view } from './view'
import { follow } from './reading'
import { datedLayers, datetimeOf, openingMonth, spanMonths } from './window'

/** The dated layer whose cases the reader does not see: in the task of heat its months are those that are published. */
const closed = computed(() => {
  const dated = datedLayers(session.catalog)
  return view.task === 'heat' && !dated.some((l) => l.allowed) ? dated[0] : undefined
})
/** Published counts by month; without a value where there are none, or where the reader sees cases. */
export const published = follow(() => {
  if (session.phase !== 'ready' || !closed.value) return ''
  const query = new URLSearchParams(view.area ? { area: view.area } : {})
  const kept = view.kept[closed.value.id]
  if (kept) query.set('category', kept.join(','))
  return JSON.stringify([closed.value.id, query.toString(), session.recoveries])
}, (asked, signal) => {
  const [layer, query] = JSON.parse(asked) as [string, string]
  return months(layer, query, signal)
})
const publishedMonths = computed(() => (published.value?.items ?? []).map((m) => ({ month: monthOf(m.from ?? '', session.catalog?.timeZone), count: m.count, told: m.state !== 'withheld' })))

/** The layer of the time strip. */
export const stripLayer = computed(() => datedLayers(session.catalog).find((l) => l.allowed) ?? (published.value ? closed.value : undefined))
/** The months it reaches over. */
export const span = computed(() => (published.value ? publishedMonths.value.map((m) => m.month) : spanMonths(session.catalog)))
/** Its counts by month; undefined until they are known. */
export const monthly = computed<Record<string, number> | undefined>(() => {
  if (published.value) return Object.fromEntries(publishedMonths.value.filter((m) => m.told).map((m) => [m.month, m.count]))
  return stripLayer.value ? counts.months[stripLayer.value.id] : undefined
})

/** Months whose count may not be told. */
export const untold = computed(() => new Set(publishedMonths.value.filter((m) => !m.told).map((m) => m.month)))

/** The month one opens on: the last one that is complete, or published. */
export const opening = computed(() => {
  const complete = openingMonth(session.catalog)
  return complete === 'all' ? (span.value.at(-1) ?? 'all') : complete
})
/** The window looked at, the opening month filled in. */
export const month = computed(() => view.month || opening.value)

/** Values kept, by layer and field, as the contract writes filters. */
export const filters = computed(() => {
  const all: Record<string, Record<string, string[]>> = {}
  for (const [id, values] of Object.entries(view.kept)) {
    const field = layerOf(id)?.legend
    if (field) all[id] = { [field]: values }
  }
  return all
})

/** The place asked about, without time and filters. */
function where(): api.Selection {
  if (view.drawn) return { within: polygonOf(view.drawn) as unknown as Record<string, unknown> }
  return view.area ? { area: view.area } : {}
}

/** The whole question: place, window, filters. */
export function selection(): api.Selection {
  const datetime = datetimeOf(month.value)
  const some = Object.keys(filters.value).length > 0
  return { ...where(), ...(datetime ? { datetime } : {}), ...(some ? { filters: filters.value } : {}) }
}

export interface Counts {
  /** by layer, every class counted, filters left aside: what a legend offers */
  all: Record<string, api.Total>
  /** by layer, with the filters: what the map shows */
  kept: Record<string, api.Total>
  /** by dated layer, the count of each month, filters applied, window left aside */
  months: Record<string, Record<string, number>>
  /** the question these are the answer to, as JSON; for the months, without its window */
  of: string
  monthsOf: string
  loading: boolean
  failure: Failure | null
}

export const counts = reactive<Counts>({ all: {}, kept: {}, months: {}, of: '', monthsOf: '', loading: false, failure: null })

const byLayer = (totals: api.Total[]) => Object.fromEntries(totals.map((t) => [t.layer, t]))

let reading: AbortController | undefined

/** Keeps the counts equal to the extent. */
export function followExtent(): void {
  watch(
    () => (session.phase === 'ready' ? JSON.stringify([selection(), versions(), session.recoveries]) : ''),
    () => void readCounts(),
    { immediate: true },
  )
}

const versions = () => session.catalog?.layers.map((l) => l.version)

/** Counts everything in the extent anew. */
export async function readCounts(): Promise<void> {
  reading?.abort()
  if (session.phase !== 'ready') return
  reading = new AbortController()
  const signal = reading.signal
  const question = selection()
  const { datetime: _, ...timeless } = question
  counts.loading = true
  try {
    const { filters: some, ...open } = question
    const dated = datedLayers(session.catalog).filter((l) => l.allowed).map((l) => l.id)
    const [all, kept, months] = await Promise.all([
      api.totals(open, signal),
      some ? api.totals({ ...open, filters: some }, signal) : null,
      dated.length ? api.totals({ ...timeless, layers: dated }, signal) : [],
    ])
    counts.all = byLayer(all)
    counts.kept = kept ? byLayer(kept) : counts.all
    counts.months = Object.fromEntries(
      months.map((t) => [t.layer, Object.fromEntries((t.months ?? []).map((m) => [m.month, m.count]))]),
    )
    counts.of = JSON.stringify(question)
    counts.monthsOf = JSON.stringify(timeless)
    counts.failure = null
    counts.loading = false
  } catch (error) {
    if (isAbort(error)) return
    counts.failure = asFailure(error)
    counts.loading = false
    // No number is better than the number of another question.
    if (counts.of !== JSON.stringify(question)) Object.assign(counts, { all: {}, kept: {}, of: '' })
    if (counts.monthsOf !== JSON.stringify(timeless)) Object.assign(counts, { months: {}, monthsOf: '' })
  }
}
