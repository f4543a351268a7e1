// The map among its reshuffles: the same counts moved about over the same cells.
import { computed, ref, shallowRef, watch } from 'vue'
import { month } from './extent'
import { active, ask, questionOf, resolution } from './heat'
import { neighboursOf } from './hex'
import { follow } from './reading'
import { dice, judge, latticeOf, reshuffled, seedOf, testedCells, type Lattice, type Verdict } from './reshuffle'
import { view } from './view'

/** Finer cells than these are more than a small picture shows. */
const finest = 8
/** Pictures in the line-up, the true one among them. */
export const pictures = 9

/** How often the line-up was made anew. */
export const round = ref(0)

const about = () => ({ resolution: Math.min(resolution.value, finest), bounds: undefined })
const open = () => active('count', 'spots') && view.heat.real

/** What was ever counted: where the test looks. */
export const ever = follow(() => (open() ? questionOf('all', about()) : ''), ask)
/** What is counted in the window. */
export const now = follow(() => (open() ? questionOf(month.value, about()) : ''), ask)

export interface Lineup {
  lattice: Lattice
  /** the counts of each picture, in the order of the cells; one of them is true */
  values: Float64Array[]
  /** which picture is true, from 0 */
  truth: number
  verdict: Verdict
}

/** null while it is being made, or where there is nothing to move about. */
export const lineup = shallowRef<Lineup | null>(null)

/** Whether the answers at hand are of one question. */
const ready = computed(() => (ever.value && now.value && !ever.loading && !now.loading ? [ever.value, now.value] as const : null))

watch([ready, round], async ([answers]) => {
  lineup.value = null
  if (!answers || answers[1].total === 0) return
  const made = await makeLineup(answers[0].cells.map((c) => c.cell), new Map(answers[1].cells.map((c) => [c.cell, c.count])), seedOf(now.of) + 1009 * round.value)
  if (ready.value === answers) lineup.value = made
}, { immediate: true })

async function makeLineup(everCells: string[], counts: ReadonlyMap<string, number>, seed: number): Promise<Lineup> {
  const around = new Map<string, string[]>()
  const neighbours = (cell: string) => {
    const known = around.get(cell) ?? neighboursOf(cell)
    around.set(cell, known)
    return known
  }
  const lattice = latticeOf(testedCells(everCells, neighbours), neighbours)
  const real = Float64Array.from(lattice.cells, (cell) => counts.get(cell) ?? 0)
  const verdict = await judge(real, lattice, seed, () => new Promise((resolve) => setTimeout(resolve)))
  const truth = Math.floor(dice(seed)() * pictures)
  // The first reshuffles of the verdict are those shown.
  const values = Array.from({ length: pictures }, (_, i) => (i === truth ? real : reshuffled(real, seed + (i < truth ? i : i - 1))))
  return { lattice, values, truth, verdict }
}
