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
  kind: Alarm['kind']
  name: string
  step: AlarmStep
  /** ISO */
  at: string
  by: string
}

/** What happened since the page opened, the newest first. */
export const alarmLog = shallowRef<readonly AlarmEvent[]>([])
const longestLog = 200

/** An alarm among the open ones: a unit has one about one thing. */
export const alarmKey = (a: Pick<Alarm, 'unit' | 'about'>) => `${a.unit} ${a.about ?? ''}`

/** of is the key of the alarm that is being answered */
export const answering = reactive<{ of: string; failure: Failure | null }>({ of: '', failure: null })

/** A tone while an alarm waits for an answer: on for those who may answer, until they mute it. */
export const sound = shallowRef(false)

/** Up to which level alarms wait for this reader: 0 for a township or less, 1 for a county, 2 for a city and more. */
const ownLevel = computed(() => {
  const digits = session.me?.area.code.length ?? 0
  return digits > 6 ? 0 : digits === 6 ? 1 : 2
})

/** A call for help is everybody's at once; any other alarm is urgent for whom it has risen to. */
export const isUrgent = (a: Alarm) => a.kind === 'sos' || a.level >= ownLevel.value

const rankOf = (a: Alarm) => (a.kind === 'sos' ? 0 : isUrgent(a) ? 1 : 2)
/** Alarms that nobody answered, calls for help first, then what has risen to this reader. */
export const waiting = computed(() => alarms.value.filter((a) => !a.acknowledged).sort((a, b) => rankOf(a) - rankOf(b) || a.opened.localeCompare(b.opened)))
export const mayAnswer = computed(() => session.me?.rights.includes('dispatch') ?? false)

/** Takes the open alarms that the stream tells. */
export function hearAlarms(now: readonly Alarm[]): void {
  alarmLog.value = [...stepsBetween(alarms.value, now, new Date(serverNow()).toISOString()).reverse(), ...alarmLog.value].slice(0, longestLog)
  alarms.value = [...now].sort((a, b) => Number(!!a.acknowledged) - Number(!!b.acknowledged) || a.opened.localeCompare(b.opened))
}

/** What the open alarms before and after tell of what happened between; at is the moment of what nobody dated. */
export function stepsBetween(before: readonly Alarm[], after: readonly Alarm[], at: string): AlarmEvent[] {
  const steps: AlarmEvent[] = []
  const known = new Map(before.map((a) => [alarmKey(a), a]))
  for (const a of after) {
    const add = (step: AlarmStep, when: string, by = '') => steps.push({ unit: a.unit, kind: a.kind, name: alarmName(a), step, at: when, by })
    const was = known.get(alarmKey(a))
    known.delete(alarmKey(a))
    const same = was?.opened === a.opened ? was : undefined
    if (was && !same) steps.push({ unit: a.unit, kind: a.kind, name: alarmName(a), step: 'closed', at, by: '' })
    if (!same) add('opened', a.opened)
    else if (a.calls > same.calls) add('again', a.latest)
    if (a.level > (same?.level ?? 0)) add('escalated', at)
    if (a.acknowledged && !same?.acknowledged) add('acknowledged', a.acknowledged, a.acknowledgedBy)
  }
  for (const a of known.values()) steps.push({ unit: a.unit, kind: a.kind, name: alarmName(a), step: 'closed', at, by: '' })
  return steps
}

/** What an alarm's unit is called; its id where nobody knows it. */
export const alarmName = (a: Alarm) => a.callSign || a.name || a.unit

/** Answers or closes an alarm. What comes of it the stream tells. */
export async function answer(alarm: Pick<Alarm, 'unit' | 'about'>, what: 'acknowledge' | 'close', reason = ''): Promise<void> {
  answering.of = alarmKey(alarm)
  answering.failure = null
  try {
    await answerAlarm(alarm, what, reason)
    answering.of = ''
  } catch (error) {
    answering.failure = asFailure(error)
  }
}

/** Forgets all on signing out, and sounds while somebody waits. */
export function followAlarms(): void {
  watch(() => session.phase === 'ready', (ready) => {
    if (ready) {
      sound.value = mayAnswer.value
      return
    }
    alarms.value = []
    alarmLog.value = []
    sound.value = false
  })
  let again: ReturnType<typeof setInterval> | undefined
  watch(() => sound.value && waiting.value.some(isUrgent), (on) => {
    clearInterval(again)
    if (!on) return
    beep()
    again = setInterval(beep, beepEvery)
  })
  // What is not yet this reader's to answer sounds once.
  watch(() => waiting.value.length, (n, was) => { if (sound.value && n > was && !waiting.value.some(isUrgent)) beep() })
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
