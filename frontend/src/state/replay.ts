// The replay: a window of the past on the map in place of the present, with a
// clock of its own.
import { computed, reactive, ref, shallowRef, watch } from 'vue'
import { asFailure, isAbort, serverNow, type Failure } from '../server/http'
import { tracks } from '../server/replay'
import { place } from './place'
import { longest, speeds, type Replay, type Speed } from './replayurl'
import { session } from './session'
import { Tape } from './tape'
import { view } from './view'

export const mayReplay = computed(() => session.me?.rights.includes('replay') ?? false)
/** What is replayed; null while the map shows the present. */
export const replaying = computed(() => (view.task === 'patrol' ? view.patrol.replay : null))
export const tape = shallowRef<Tape | null>(null)
export const reel = reactive<{ loading: boolean; failure: Failure | null }>({ loading: false, failure: null })

/** The clock of the replay, in seconds since 1970. It runs without the address. */
export const clock = ref(0)
export const playing = ref(false)

/** How much of the past is shown when nothing else is asked, in seconds. */
const usual = { unit: 4 * 3600, area: 3600 }

/** Begins with the last hours of a unit, or the last hour of the area one is in. */
export function beginReplay(unit = ''): void {
  const area = view.area || place.node?.area.code || ''
  if (!unit && !area) return
  const to = Math.floor(serverNow() / 60_000) * 60
  const from = to - (unit ? usual.unit : usual.area)
  Object.assign(view.patrol, { replay: { of: unit || `@${area}`, from, to, at: from, speed: 60 } satisfies Replay, board: '', follow: false })
  playing.value = true
}

/** Back to the present. */
export function endReplay(): void {
  view.patrol.replay = null
}

/** Shows another window of the same; seconds since 1970. */
export function reframe(from: number, seconds: number): void {
  const replay = view.patrol.replay
  if (!replay || !Number.isFinite(from)) return
  view.patrol.replay = { ...replay, from, to: from + Math.min(seconds, longest), at: from }
}

/** Sets the clock; the address keeps it. */
export function seek(to: number): void {
  const replay = view.patrol.replay
  if (!replay) return
  clock.value = Math.min(Math.max(to, replay.from), replay.to)
  tape.value?.seek(clock.value)
  if (!playing.value) note()
}

export function toggle(): void {
  const replay = view.patrol.replay
  if (!replay || !tape.value) return
  if (!playing.value && clock.value >= replay.to) seek(replay.from)
  playing.value = !playing.value
}

export function faster(by: number): void {
  const replay = view.patrol.replay
  const next = speeds[speeds.indexOf(replay?.speed ?? 60) + by]
  if (replay && next) replay.speed = next
}

export function setSpeed(speed: Speed): void {
  if (view.patrol.replay) view.patrol.replay.speed = speed
}

/** The address says where the clock stood when it last stood. */
function note(): void {
  const replay = view.patrol.replay
  if (replay) replay.at = Math.round(clock.value)
}

let reading: AbortController | undefined
async function read(replay: Replay): Promise<void> {
  reading?.abort()
  reading = new AbortController()
  tape.value = null
  Object.assign(reel, { loading: true, failure: null })
  clock.value = replay.at
  try {
    const next = new Tape(await tracks(replay.of, replay.from, replay.to, reading.signal))
    next.seek(clock.value)
    tape.value = next
    reel.loading = false
  } catch (error) {
    if (isAbort(error)) return
    playing.value = false
    Object.assign(reel, { loading: false, failure: asFailure(error) })
  }
}

/** Reads again what could not be read. */
export function reread(): void {
  if (replaying.value) void read(replaying.value)
}

let last = 0
function run(now: number): void {
  const replay = replaying.value
  if (!playing.value || !replay) return
  // A page that was hidden does not rush on when it is seen again.
  const passed = Math.min(now - last, 250) / 1000
  last = now
  if (tape.value) {
    clock.value = Math.min(clock.value + passed * replay.speed, replay.to)
    tape.value.seek(clock.value)
    if (clock.value >= replay.to) playing.value = false
  }
  requestAnimationFrame(run)
}

/** Follows what is asked for, from signing in to signing out. */
export function followReplay(): void {
  watch(() => (session.phase === 'ready' && mayReplay.value && replaying.value ? [replaying.value.of, replaying.value.from, replaying.value.to].join(' ') : ''), (asked) => {
    reading?.abort()
    tape.value = null
    if (asked && replaying.value) void read(replaying.value)
    else playing.value = false
  }, { immediate: true })
  watch(playing, (on) => {
    if (!on) return note()
    last = performance.now()
    requestAnimationFrame(run)
  }, { flush: 'sync' })
}
