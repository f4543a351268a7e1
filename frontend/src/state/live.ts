// What the server tells by itself, while somebody is signed in.
import { watch } from 'vue'
import { follow, type Moved, type News } from '../server/stream'
import { hearAlarms } from './alarms'
import { refresh, session } from './session'
import { hearTide } from './tide'
import { hearUnits } from './units'

/** Counts are asked for again this long after a change, so that many changes cost one question, in milliseconds. */
const settle = 1_000

/** Follows the live stream from signing in to signing out. */
export function followLive(): void {
  let stop: (() => void) | undefined
  watch(() => session.phase === 'ready', (ready) => {
    stop?.()
    stop = ready ? follow(hear) : undefined
  }, { immediate: true })
}

let later: ReturnType<typeof setTimeout> | undefined

/** Takes over what moved: the map reads its tiles again at once, counts and times follow. */
export function hear(news: News): void {
  if (news.unit) hearUnits(news.unit)
  if (news.alarm) hearAlarms(news.alarm)
  if (news.tide) hearTide(news.tide)
  if (!takeMoved(news.layers ?? []) || later !== undefined) return
  later = setTimeout(() => {
    later = undefined
    if (session.phase === 'ready') void refresh()
  }, settle)
}

/** Notes the new versions in the catalogue; false when it has them all. */
export function takeMoved(moved: readonly Moved[]): boolean {
  let any = false
  for (const { layer, version } of moved) {
    const known = session.catalog?.layers.find((l) => l.id === layer)
    if (!known || known.version >= version) continue
    known.version = version
    any = true
  }
  return any
}
