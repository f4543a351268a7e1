// What is said of units, short.
import { count } from '../words/format'
import { t, type Key } from '../words/words'
import { unitStates, type UnitState } from './fleet'
import type { Group } from './groups'
import type { UnitNow } from './units'

export const stateWord = (state: UnitState) => t(`state.${state}` as Key)

/** A span of seconds: 40 s, 12 min, 3 h 05 min. */
export function spanWords(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds))
  if (s < 60) return t('span.seconds', { n: s })
  if (s < 3600) return t('span.minutes', { n: Math.floor(s / 60) })
  return t('span.hours', { h: Math.floor(s / 3600), m: String(Math.floor((s % 3600) / 60)).padStart(2, '0') })
}

/** How long ago a unit was heard; that it never was, or that nobody hears it by design. */
export function heardWords(now: UnitNow): string {
  if (now.state === 'off') return t('patrol.notHeardOff')
  if (now.state === 'post') return t('patrol.postNoTrack')
  return Number.isNaN(now.age) ? t('patrol.neverHeard') : t('patrol.heard', { span: spanWords(now.age) })
}

/** State and the one number beside the pointer: how fast it goes, or how long ago it was heard. */
export function unitNumber(now: UnitNow): string {
  const fast = now.state === 'moving' && now.fresh === 'full' && now.speed > 0.3
  const number = fast ? t('patrol.speed', { n: Math.round(now.speed * 3.6) }) : now.state === 'post' || now.state === 'off' ? '' : heardWords(now)
  return [stateWord(now.state), number].filter(Boolean).join(' · ')
}

/** How many units a ring counts, and of which states. */
export function groupWords(group: Group): { title: string; number: string } {
  const parts = unitStates.flatMap((s, k) => (group.mix[k] ? [`${stateWord(s)} ${count(group.mix[k])}`] : []))
  return { title: t('patrol.group', { n: count(group.count) }), number: parts.join(t('list.separator')) }
}

/** Metres per second as people say it. */
export const speedWords = (metresPerSecond: number) => (Number.isNaN(metresPerSecond) ? '' : t('patrol.speed', { n: Math.round(metresPerSecond * 3.6) }))

