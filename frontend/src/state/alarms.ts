// Calls for help that are open, what became of them while this page looked, and
// the answer to them.
import { computed, reactive, shallowRef, watch } from 'vue'
import { asFailure, serverNow, type Failure } from '../server/http'
import { answerAlarm, type Alarm } from '../server/patrol'
import { session } from './session'

/** Open alarms, those that nobody answered first, the oldest first among them. */
export const alarms = shallowRef<readonly Alarm[]>([])

export type AlarmStep = 'opened' | 'again' | 'acknowledged' | 'escalated' | 'closed'

/** What happened to an alarm: when, and who did it where somebody did. */
export interface AlarmEvent {
  unit: string
  name: string
  step: AlarmStep
  /** ISO */
  at: string
  by: string
}

/** What happened since the page opened, the newest first. */
export const alarmLog = shallowRef<readonly AlarmEvent[]>([])
const longestLog = 200

export const answering = reactive<{ unit: string; failure: Failure | null }>({ unit: '', failure: null })

/** A tone while an alarm waits for an answer; off until somebody asks for it. */
export const sound = shallowRef(false)

export const waiting = computed(() => alarms.value.filter((a) => !a.acknowledged))
export const mayAnswer = computed(() => session.me?.rights.includes('dispatch') ?? false)

/** Takes the open alarms that the stream tells. */
export function hearAlarms(now: readonly Alarm[]): void {
  alarmLog.value = [...stepsBetween(alarms.value, now, new Date(serverNow()).toISOString()).reverse(), ...alarmLog.value].slice(0, longestLog)
  alarms.value = [...now].sort((a, b) => Number(!!a.acknowledged) - Number(!!b.acknowledged) || a.opened.localeCompare(b.opened))
}

/** What the open alarms before and after tell of what happened between; at is the moment of what nobody dated. */
export function stepsBetween(before: readonly Alarm[], after: readonly Alarm[], at: string): AlarmEvent[] {
  const steps: AlarmEvent[] = []
  const known = new Map(before.map((a) => [a.unit, a]))
  for (const a of after) {
    const add = (step: AlarmStep, when: string, by = '') => steps.push({ unit: a.unit, name: alarmName(a), step, at: when, by })
    const was = known.get(a.unit)
    known.delete(a.unit)
    const same = was?.opened === a.opened ? was : undefined
    if (was && !same) steps.push({ unit: a.unit, name: alarmName(a), step: 'closed', at, by: '' })
    if (!same) add('opened', a.opened)
    else if (a.calls > same.calls) add('again', a.latest)
    if (a.escalated && !same?.escalated) add('escalated', at)
    if (a.acknowledged && !same?.acknowledged) add('acknowledged', a.acknowledged, a.acknowledgedBy)
  }
  for (const a of known.values()) steps.push({ unit: a.unit, name: alarmName(a), step: 'closed', at, by: '' })
  return steps
}

/** What an alarm's unit is called; its id where nobody knows it. */
export const alarmName = (a: Alarm) => a.callSign || a.name || a.unit

/** Answers or closes an alarm. What comes of it the stream tells. */
export async function answer(unit: string, what: 'acknowledge' | 'close', reason = ''): Promise<void> {
  answering.unit = unit
  answering.failure = null
  try {
    await answerAlarm(unit, what, reason)
    answering.unit = ''
  } catch (error) {
    answering.failure = asFailure(error)
  }
}

/** Forgets all on signing out, and sounds while somebody waits. */
export function followAlarms(): void {
  watch(() => session.phase === 'ready', (ready) => {
    if (ready) return
    alarms.value = []
    alarmLog.value = []
    sound.value = false
  })
  let again: ReturnType<typeof setInterval> | undefined
  watch(() => sound.value && waiting.value.length > 0, (on) => {
    clearInterval(again)
    if (!on) return
    beep()
    again = setInterval(beep, beepEvery)
  })
}

const beepEvery = 2_000
let audio: AudioContext | undefined

/** Two short tones, the second higher: heard in a room, not shrill. */
function beep(): void {
  audio ??= new AudioContext()
  for (const [after, hertz] of [[0, 660], [0.18, 880]] as const) {
    const begin = audio.currentTime + after
    const tone = audio.createOscillator()
    const loudness = audio.createGain()
    tone.frequency.value = hertz
    loudness.gain.setValueAtTime(0.2, begin)
    loudness.gain.linearRampToValueAtTime(0, begin + 0.15)
    tone.connect(loudness).connect(audio.destination)
    tone.start(begin)
    tone.stop(begin + 0.16)
  }
}
