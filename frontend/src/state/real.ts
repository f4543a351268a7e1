// The map among its reshuffles. Counts and hotspots against an even spread are
// moved about over the cells, here; hotspots against a place's own times have
// their dates dealt out anew, by the server.
import { computed, ref, shallowRef, watch } from 'vue'
import * as api from '../server/heat'
import type { RampColour } from '../ui/palette'
import { month } from './extent'
import { active, ask, breaks, classColours, closed, measure, questionOf, resolution, spotPaint } from './heat'
import { boundsOf } from './geometry'
import { centreOf, loadHex, neighboursOf } from './hex'
import { classOf } from './patches'
import { outline } from './place'
import { follow } from './reading'
import { dice, judge, latticeOf, reshuffled, reshuffles, seedOf } from './reshuffle'
import { view } from './view'

/** Finer cells than these are more than a small picture shows. */
const finest = 8
/** Pictures in the line-up, the true one among them. */
export const pictures = 9

/** How often the line-up was made anew. */
export const round = ref(0)

/** What is dealt out anew: the places of the counts; by the server the dates of the cases, their places by households, or the time of published counts. */
export type Deals = 'places' | 'dates' | 'homes' | 'released'

export const deals = computed<Deals>(() => (view.heat.shows !== 'spots' || measure.value === 'even' ? 'places' : measure.value === 'households' ? 'homes' : closed.value ? 'released' : 'dates'))
/** Whether the server deals. */
const served = computed(() => deals.value !== 'places')

/** By households all inhabited cells are judged in each map, ten times as many as ever had a case. */
const about = () => ({ resolution: Math.min(resolution.value, deals.value === 'homes' ? finest - 1 : finest), bounds: undefined })
const open = (what: 'places' | 'served') => active('count', 'spots') && view.heat.real && (what === 'served') === served.value

/** What was ever counted: where counts may move to. */
const ever = follow(() => (open('places') ? questionOf('all', about()) : ''), ask)
/** What is counted in the window. */
const now = follow(() => (open('places') ? questionOf(month.value, about()) : ''), ask)
/** The maps of the server. */
const dealt = follow(() => (open('served') ? questionOf(month.value, { ...about(), measure: closed.value ? undefined : measure.value }, String(round.value)) : ''), async (question, signal) => {
  const [layer, query] = JSON.parse(question) as [string, string]
  const [answer] = await Promise.all([api.shuffles(layer, query, seedOf(question), signal), loadHex()])
  return answer
})

/** A small map: the cells that have a colour. */
export type SmallMap = readonly { cell: string; paint: RampColour }[]

export interface Lineup {
  deals: Deals
  /** one of them is true */
  maps: SmallMap[]
  /** which one, from 0 */
  truth: number
  /** the true map's place among all */
  rank: number
  /** how many maps that is, the true one included */
  all: number
  /** a measure of each map, for a plot: the true one's and the others' */
  real: number
  others: number[]
  /** cells that counts may move to, and features in them; 0 where only dates are dealt */
  cells: number
  total: number
}

/** A small map of one spot is not read from the whole of a city: at least this much is shown around, in degrees. */
const around = 0.6

/** What the maps of a line-up show: the area, or where there is anything to see in any of them. */
export const lineupBounds = computed(() => {
  const whole = boundsOf(outline.value)
  const cells = served.value ? (lineup.value?.maps.flatMap((m) => m.map((p) => p.cell)) ?? []) : []
  if (!cells.length) return whole
  const [west, south, east, north] = boundsOf({ type: 'MultiPoint', coordinates: cells.map(centreOf) }) ?? [0, 0, 0, 0]
  return [west - around, south - around, east + around, north + around]
})

/** null while it is being made, or where there is nothing to show. */
export const lineup = shallowRef<Lineup | null>(null)

export const realFailure = computed(() => ever.failure ?? now.failure ?? dealt.failure)
/** Published counts stand for several cells at once and cannot be moved about one by one. */
export const realReleased = computed(() => now.value?.disclosure === 'released')
/** There is nothing in the window, so nothing to be moved about. */
export const realEmpty = computed(() => now.value?.total === 0)

export function askRealAgain(): void {
  for (const reading of [ever, now, dealt]) if (reading.failure) reading.again()
}

/** The answers at hand, where they are of one question. */
const ready = computed(() => (ever.value && now.value && !ever.loading && !now.loading ? ([ever.value, now.value, now.of] as const) : null))

watch([ready, round], async ([answers]) => {
  if (served.value) return
  lineup.value = null
  if (!answers || answers[1].total === 0 || realReleased.value) return
  const made = await dealPlaces(answers[0], answers[1], seedOf(answers[2]) + 1009 * round.value)
  if (ready.value === answers) lineup.value = made
}, { immediate: true })
watch(() => dealt.value, (answer) => {
  if (served.value) lineup.value = answer ? lineUp(answer, seedOf(dealt.of)) : null
}, { immediate: true })

/** Where in the line-up the true map stands. */
const hide = (seed: number) => Math.floor(dice(seed)() * pictures)

async function dealPlaces(everywhere: api.Cells, window: api.Cells, seed: number): Promise<Lineup> {
  const lattice = latticeOf(everywhere.cells.map((c) => c.cell), neighboursOf)
  const counts = new Map(window.cells.map((c) => [c.cell, c.count]))
  const values = Float64Array.from(lattice.cells, (cell) => counts.get(cell) ?? 0)
  const verdict = await judge(values, lattice, seed, () => new Promise((resolve) => setTimeout(resolve)))
  const truth = hide(seed)
  const paint = (of: Float64Array): SmallMap => lattice.cells.flatMap((cell, i) => {
    const value = of[i] as number
    return value > 0 ? [{ cell, paint: classColours.value[classOf(value, breaks.value)] ?? 'heat1' }] : []
  })
  return {
    deals: 'places', truth, rank: verdict.rank, all: reshuffles + 1, real: verdict.real, others: verdict.shuffled, cells: lattice.cells.length, total: window.total,
    // The first reshuffles of the verdict are those shown.
    maps: Array.from({ length: pictures }, (_, i) => paint(i === truth ? values : reshuffled(values, seed + (i < truth ? i : i - 1)))),
  }
}

/** The server's maps with the true one among them; of published places all their cells. */
function lineUp(answer: api.Shuffles, seed: number): Lineup {
  const cells = new Map(answer.units?.map((unit) => [unit[0] ?? '', unit]))
  const truth = hide(seed)
  const paint = (showing: api.Showing): SmallMap => showing.places.flatMap((p) => (cells.get(p.cell) ?? [p.cell]).map((cell) => ({ cell, paint: spotPaint(p) })))
  const found = (showing: api.Showing) => (showing.hot[0] ?? 0) + (showing.cold[0] ?? 0)
  return {
    deals: deals.value, truth, rank: answer.rank, all: answer.n + 1, real: found(answer.real), others: answer.shuffles.map(found), cells: 0, total: 0,
    maps: Array.from({ length: pictures }, (_, i) => {
      const other = answer.shuffles[i < truth ? i : i - 1]
      return i === truth ? paint(answer.real) : other ? paint(other) : []
    }),
  }
}
