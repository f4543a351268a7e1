import { afterEach, describe, expect, it } from 'vitest'
import type { Alarm } from '../server/patrol'
import { alarmLog, alarms, hearAlarms, stepsBetween, waiting } from './alarms'

const at = '2026-03-01T08:05:00Z'
const alarm = (over: Partial<Alarm> = {}): Alarm =>
  ({ unit: 'U1', callSign: 'A-1', known: true, opened: '2026-03-01T08:00:00Z', latest: '2026-03-01T08:00:00Z', calls: 1, verdict: 'kept', escalated: false, ...over })
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
    expect(steps([alarm()], [alarm({ calls: 2, latest: '2026-03-01T08:02:00Z', escalated: true })])).toEqual([['again', '2026-03-01T08:02:00Z', ''], ['escalated', at, '']])
    expect(steps([alarm()], [])).toEqual([['closed', at, '']])
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
