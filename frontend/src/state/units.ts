// The units of the reader's area as they are now: what the stream tells, beside
// what the board knows of each, and which of them are shown.
import { computed, reactive, shallowRef, watch } from 'vue'
import { reducedMotion } from '../ui/motion'
import { asFailure, isAbort, serverNow, type Failure } from '../server/http'
import { unitBoard, type BoardUnit } from '../server/patrol'
import type { News } from '../server/stream'
import { Fleet, freshOf, unitStates, type Fresh, type UnitState } from './fleet'
import { layerOfSymbol, session } from './session'
import { view } from './view'

export const fleet = new Fleet()

/** Grows whenever the fleet changed. */
export const beat = shallowRef(0)

/** What the board knows of each unit, by id. */
export const facts = shallowRef<ReadonlyMap<string, BoardUnit>>(new Map())

/** heard is false until the first picture came; a server without live patrols never sends one. */
export const patrol = reactive<{ heard: boolean; failure: Failure | null; loading: boolean }>({ heard: false, failure: null, loading: false })

/** Takes over what the stream tells of units. */
export function hearUnits({ fresh, units }: NonNullable<News['unit']>): void {
  const now = serverNow()
  if (fresh) fleet.replace(units, now)
  else fleet.take(units, now)
  if (reducedMotion()) fleet.rest()
  patrol.heard = true
  beat.value++
  // A unit that the board does not know yet is new, or its shift began.
  if (units.some(([id]) => !facts.value.has(id))) askBoardSoon()
}

let soon: ReturnType<typeof setTimeout> | undefined
/** Units that join one after the other cost one question, in milliseconds. */
const boardAfter = 500
/** Shifts begin and end: the board is asked again so often, in milliseconds. */
const boardEvery = 5 * 60_000

function askBoardSoon(): void {
  if (soon !== undefined || patrol.loading) return
  soon = setTimeout(() => {
    soon = undefined
    void readBoard()
  }, facts.value.size ? 20 * boardAfter : boardAfter)
}

let reading: AbortController | undefined
/** Reads what is known of every unit. */
export async function readBoard(): Promise<void> {
  reading?.abort()
  reading = new AbortController()
  patrol.loading = true
  try {
    const { units } = await unitBoard(reading.signal)
    fleet.learn(units)
    facts.value = new Map(units.map((u) => [u.id, u]))
    patrol.failure = null
    patrol.loading = false
    beat.value++
  } catch (error) {
    if (isAbort(error)) return
    patrol.failure = asFailure(error)
    patrol.loading = false
  }
}

/** Follows the board from signing in to signing out: what one account saw another must not. */
export function followUnits(): void {
  watch(() => (session.phase === 'ready' ? session.recoveries : -1), (ready) => {
    if (ready >= 0) void readBoard()
    else {
      reading?.abort()
      fleet.replace([], serverNow())
      facts.value = new Map()
      patrol.heard = false
      beat.value++
    }
  }, { immediate: true })
  setInterval(() => { if (session.phase === 'ready' && !session.stale && view.task === 'patrol') void readBoard() }, boardEvery)
}

/** The states shown: those chosen, or all that are on duty. */
const statesShown = computed(() => new Set<number>((view.patrol.states.length ? view.patrol.states : unitStates.filter((s) => s !== 'off')).map((s) => unitStates.indexOf(s as UnitState))))

/** The digits of the area drilled into; '' for all that the reader sees. */
const prefix = computed(() => view.area)

/** By number in the fleet, whether kind and area let a unit be shown; made anew when a filter, an area or the board changes. */
const letThrough = computed(() => {
  const kinds = view.kept[layerOfSymbol('unit')?.id ?? '']
  if (!kinds && !prefix.value) return null
  const through = new Uint8Array(fleet.size)
  for (const unit of facts.value.values()) {
    const i = fleet.of(unit.id)
    if (i !== undefined && (!kinds || kinds.includes(unit.kind)) && unit.area.startsWith(prefix.value)) through[i] = 1
  }
  return through
})

/** Whether the filters let a unit be seen, for the fleet's loops; a call for help is always seen. */
export const shownTest = computed((): ((i: number) => boolean) => {
  const states = statesShown.value
  const through = letThrough.value
  const urgent = unitStates.indexOf('sos')
  return (i) => fleet.state[i] === urgent || (states.has(fleet.state[i] as number) && (through === null || through[i] === 1))
})

/** How many units and heads are in each state, inside the area and the kinds chosen. */
export const stateCounts = computed(() => {
  void beat.value
  const counts = Object.fromEntries(unitStates.map((s) => [s, { units: 0, heads: 0 }])) as Record<UnitState, { units: number; heads: number }>
  const through = letThrough.value
  for (const unit of facts.value.values()) {
    const i = fleet.of(unit.id)
    if (i === undefined || (through !== null && through[i] !== 1)) continue
    const sum = counts[unitStates[fleet.state[i] as number] as UnitState]
    sum.units++
    sum.heads += unit.shift?.headcount || unit.headcount
  }
  return counts
})

/** What is to be said of one unit now. */
export interface UnitNow {
  id: string
  state: UnitState
  fresh: Fresh
  /** seconds since the newest fix; NaN without one */
  age: number
  /** metres per second; NaN unknown */
  speed: number
  /** 0 to 1; NaN unknown */
  battery: number
  misdated: boolean
  known: BoardUnit | undefined
}

/** A unit as it is now; undefined for one that nobody has told of. */
export function unitNow(id: string): UnitNow | undefined {
  const i = fleet.of(id)
  if (i === undefined) return undefined
  const age = fleet.age(i, serverNow())
  return {
    id, age, state: unitStates[fleet.state[i] as number] as UnitState, fresh: freshOf(age),
    speed: fleet.speed[i] as number, battery: fleet.battery[i] as number, misdated: fleet.misdated[i] === 1, known: facts.value.get(id),
  }
}

/** The name by which a unit is called on the map and in lists. */
export function callSign(id: string): string {
  const known = facts.value.get(id)
  return known?.callSign || known?.name || id
}
