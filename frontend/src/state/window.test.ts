import { describe, expect, it } from 'vitest'
import type { Catalog } from '../server/api'
import { datetimeOf, isWindow, monthsBetween, monthsIn, openingMonth, shiftMonth, shiftWindow, spanMonths, wider, windowOf, yearBefore } from './window'

describe('months', () => {
  it.each([['2016-09', 1, '2016-10'], ['2016-12', 1, '2017-01'], ['2016-01', -1, '2015-12'], ['2016-09', -12, '2015-09'], ['2000-01', 0, '2000-01']] as const)(
    '%s shifted by %i is %s', (month, by, want) => expect(shiftMonth(month, by)).toBe(want),
  )
  it('between two, both included', () => {
    expect(monthsBetween('2015-11', '2016-02')).toEqual(['2015-11', '2015-12', '2016-01', '2016-02'])
    expect(monthsBetween('2016-02', '2015-11')).toEqual([])
  })
  it('become an interval whose end does not belong to it', () => {
    expect(datetimeOf('2016-12')).toBe('2016-12-01/2017-01-01')
    expect(datetimeOf('all')).toBeUndefined()
  })
})

describe('windows of three lengths', () => {
  it('are told from other text', () => {
    expect(['2016-09', '2016-Q4', '2016', 'all'].every(isWindow)).toBe(true)
    expect(['2016-00', '2016-Q0', '2016-q1', '16', '', 'ALL', '2016-09-01'].some(isWindow)).toBe(false)
  })
  it('hold whole months', () => {
    expect(monthsIn('2016-Q3')).toEqual(['2016-07', '2016-08', '2016-09'])
    expect([monthsIn('2016').length, monthsIn('2016')[11], monthsIn('all')]).toEqual([12, '2016-12', []])
    for (const m of monthsIn('2016')) for (const length of [1, 3, 12] as const) expect(monthsIn(windowOf(m, length))).toContain(m)
  })
  it('become days whose last does not belong to them', () => {
    expect(datetimeOf('2016-Q4')).toBe('2016-10-01/2017-01-01')
    expect(datetimeOf('2016')).toBe('2016-01-01/2017-01-01')
  })
  it.each([['2016-Q1', -1, '2015-Q4'], ['2015-Q4', 1, '2016-Q1'], ['2016', -1, '2015'], ['2016-01', -1, '2015-12'], ['all', 1, 'all']] as const)(
    '%s moved by %i of its length is %s', (window, by, want) => expect(shiftWindow(window, by)).toBe(want),
  )
  it('grow around themselves', () => {
    expect([wider('2016-08'), wider('2016-Q3'), wider('2016'), wider('all')]).toEqual(['2016-Q3', '2016', 'all', undefined])
  })
  it('have the same one a year before', () => {
    expect([yearBefore('2016-08'), yearBefore('2016-Q3'), yearBefore('2016')]).toEqual(['2015-08', '2015-Q3', '2015'])
  })
})

describe('a city in Shanghai time', () => {
  const text = { zh: '', en: '' }
  const dated = { id: 'x', title: text, about: text, group: 'cases', geometry: 'point', access: 'open', zoom: { min: 1, max: 2 }, visible: true, fields: [], symbol: 'dot', allowed: true, version: 1, synthetic: false, timeField: 'at' } as const
  const catalog: Catalog = {
    city: { code: '1', name: '', level: 'city' }, timeZone: 'Asia/Shanghai', synthetic: false, reviewNumber: '', bounds: [0, 0, 1, 1],
    layers: [
      { ...dated, fields: [], timeField: '' },
      // Shanghai is 8 hours ahead: its September begins on 31 August at 16:00 UTC.
      { ...dated, fields: [], window: { from: '2016-08-31T16:00:00Z', to: '2016-09-30T16:00:00Z' }, span: { from: '2015-12-31T16:00:00Z', to: '2016-09-30T16:00:00Z' } },
    ],
  }
  it('opens on its own September, not on August', () => {
    expect(openingMonth(catalog)).toBe('2016-09')
  })
  it('reaches from its January to its September, the open end excluded', () => {
    expect(spanMonths(catalog)).toHaveLength(9)
    expect(spanMonths(catalog)[0]).toBe('2016-01')
    expect(spanMonths(catalog).at(-1)).toBe('2016-09')
  })
  it('without dated layers shows all times', () => {
    expect(openingMonth(null)).toBe('all')
    expect(spanMonths(null)).toEqual([])
  })
})
