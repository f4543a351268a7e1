import { afterEach, describe, expect, it } from 'vitest'
import type { Alarm } from '../server/patrol'
import { alarmLog, alarms, hearAlarms, isUrgent, stepsBetween, waiting } from './alarms'
import { session } from './session'

const at = '2026-03-01T08:05:00Z'
const alarm = (over: Partial<Alarm> = {}): Alarm =>
  ({ unit: 'U1', kind: 'sos', level: 0, callSign: 'A-1', known: true, opened: '2026-03-01T08:00:00Z', latest: '2026-03-01T08:00:00Z', calls: 1, verdict: 'kept', escalated: false, ...over })
const steps = (before: Alarm[], after: Alarm[]) => stepsBetween(before, after, at).map((e) => [e.step, e.at, e.by])

afterEach(() => {
  hearAlarms([])
  alarmLog.value = []
})

describe('what happened to alarms', () => {
  it('is nothing when nothing changed', () => expect(steps([alarm()], [alarm()])).toEqual([]))
  it('says when it began, and who answered when', () => {
    expect(steps([], [alarm()])).toEqual([['opened', '2026-03-01T08:00:00Z', '']])
    expect(steps([alarm()], [alarm({ acknowledged: '2026-03-01T08:01:00Z', acknowledgedBy: 'wei' })])).toEqual([['acknowledged', '2026-03-01T08:01:00Z', 'wei']])
  })
  it('tells a call again, an escalation, and an end', () => {
    expect(steps([alarm()], [alarm({ calls: 2, latest: '2026-03-01T08:02:00Z', escalated: true, level: 1 })])).toEqual([['again', '2026-03-01T08:02:00Z', ''], ['escalated', at, '']])
    expect(steps([alarm()], [])).toEqual([['closed', at, '']])
  })
  it('keeps alarms of one unit about different things apart', () => {
    const left = alarm({ about: 'leave/1', kind: 'leave' })
    expect(steps([alarm()], [alarm(), left]).map(([step]) => step)).toEqual(['opened'])
    expect(steps([alarm(), left], [left])).toEqual([['closed', at, '']])
  })
  it('knows a new alarm of the same unit from the one before', () => {
    expect(steps([alarm()], [alarm({ opened: '2026-03-01T08:04:00Z' })]).map(([step]) => step)).toEqual(['closed', 'opened'])
  })
})

it('puts who waits longest without an answer first', () => {
  hearAlarms([
    alarm({ unit: 'answered', opened: '2026-03-01T07:00:00Z', acknowledged: at }), alarm({ unit: 'late', opened: '2026-03-01T08:03:00Z' }), alarm({ unit: 'early' }),
  ])
  expect(alarms.value.map((a) => a.unit)).toEqual(['early', 'late', 'answered'])
  expect(waiting.value.map((a) => a.unit)).toEqual(['early', 'late'])
  hearAlarms([alarm({ unit: 'early', acknowledged: at, acknowledgedBy: 'wei' })])
  expect(alarmLog.value.slice(0, 3).map((e) => [e.unit, e.step]).sort()).toEqual([['answered', 'closed'], ['early', 'acknowledged'], ['late', 'closed']])
})

it('puts a call for help before what has risen to the reader, and that before what waits for others', () => {
  const me = (code: string) => { session.me = { name: 'wei', role: 'dispatcher', rights: ['dispatch'], area: { code, name: '' } } }
  const still = alarm({ unit: 'still', about: 'still/1', kind: 'still', opened: '2026-03-01T07:00:00Z' })
  const lost = alarm({ unit: 'lost', about: 'lost/2', kind: 'lost', level: 1, opened: '2026-03-01T07:30:00Z' })
  hearAlarms([still, lost, alarm({ unit: 'sos' })])
  const order = (code: string) => {
    me(code)
    return waiting.value.map((a) => `${a.unit}${isUrgent(a) ? '!' : ''}`)
  }
  expect(order('620602')).toEqual(['sos!', 'lost!', 'still'])
  expect(order('620602001')).toEqual(['sos!', 'still!', 'lost!'])
  expect(order('')).toEqual(['sos!', 'still', 'lost'])
  session.me = null
})
