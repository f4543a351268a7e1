// What is said of alarms, short.
import type { Alarm } from '../server/patrol'
import { t, type Key } from '../words/words'
import { alarmName } from './alarms'

/** What happened, in one sentence. */
export function alarmWords(a: Alarm): string {
  const name = alarmName(a)
  if (a.kind === 'sos') return t('alarm.calls', { name })
  if (a.kind === 'lost' && !a.known) return t('alert.said.source', { name, title: a.title ?? '' })
  return t(`alert.said.${a.kind}` as Key, { name, title: a.title ?? '' })
}

export const alarmKind = (kind: Alarm['kind']) => t(`alert.kind.${kind}` as Key)
export const levelWord = (level: number) => t(`alert.level.${level}` as Key)
/** Reasons that the server gives itself. */
export const overWord = (reason: string) => (['back', 'heard', 'moved', 'off', 'removed', 'hours'].includes(reason) ? t(`alert.over.${reason}` as Key) : reason)
