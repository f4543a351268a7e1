import { describe, expect, it } from 'vitest'
import type { RosterRow } from '../../server/duty'
import { clockOf, fileOf, isoOf, minuteOf } from './roster'

describe('times of a roster', () => {
  it('are of the city: eight in Shanghai is midnight in Greenwich, eight in Boston noon or one by the season', () => {
    expect(isoOf('2026-11-27T08:00', 'Asia/Shanghai')).toBe('2026-11-27T00:00:00.000Z')
    expect(isoOf('2026-07-01T08:00', 'America/New_York')).toBe('2026-07-01T12:00:00.000Z')
    expect(isoOf('2026-12-01T08:00', 'America/New_York')).toBe('2026-12-01T13:00:00.000Z')
  })
  it('are minutes of the day, 24:00 written as midnight', () => {
    expect([minuteOf('08:05'), clockOf(485), clockOf(1440)]).toEqual([485, '08:05', '00:00'])
  })
})

it('writes a file that the import reads', () => {
  const row = { unit: 'U1', from: '2026-11-27T00:00:00Z', to: '2026-11-27T08:00:00Z', post: '=SUM(1)', headcount: 2 } as RosterRow
  expect(fileOf([row], 'Asia/Shanghai')).toBe("\uFEFFunit,from,to,post,means,headcount\r\nU1,2026-11-27 08:00,2026-11-27 16:00,'=SUM(1),,2\r\n")
})
