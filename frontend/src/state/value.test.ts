import { afterEach, describe, expect, it } from 'vitest'
import type { Field, Layer } from '../server/api'
import { language } from '../words/words'
import { numberOf, shownValue, titleOf } from './value'

afterEach(() => { language.value = 'zh' })
const title = { zh: '字段', en: 'field' }
const field = (over: Partial<Field>): Field => ({ name: 'f', title, type: 'string', ...over })
const codes = [{ value: 'ok', title: { zh: '正常', en: 'working' }, tone: 'good' as const }, { value: 'no', title: { zh: '故障', en: 'faulty' } }]

describe('a value', () => {
  it('of a code is its title, with its tone', () => {
    expect(shownValue(field({ type: 'code', codes }), 'ok', undefined)).toEqual({ text: '正常', tone: 'good' })
    language.value = 'en'
    expect(shownValue(field({ type: 'code', codes }), 'ok', undefined)?.text).toBe('working')
  })
  it('of a code nobody listed is shown as it is', () => {
    expect(shownValue(field({ type: 'code', codes }), 'zz', undefined)?.text).toBe('zz')
  })
  it('of several codes is joined as the language does', () => {
    expect(shownValue(field({ type: 'codes', codes }), 'ok,no', undefined)?.text).toBe('正常、故障')
    language.value = 'en'
    expect(shownValue(field({ type: 'codes', codes }), 'ok,no', undefined)?.text).toBe('working, faulty')
  })
  it('of a time is told in the city\'s zone: 16:30 UTC is 00:30 of the next day in Shanghai', () => {
    expect(shownValue(field({ type: 'time' }), '2016-09-29T16:30:00Z', 'Asia/Shanghai')?.text).toBe('2016-09-30 00:30')
  })
  it('of a day is not shifted by any zone', () => {
    expect(shownValue(field({ type: 'date' }), '2016-09-30', 'America/New_York')?.text).toBe('2016-09-30')
  })
  it('of a number has its unit and separators', () => {
    expect(shownValue(field({ type: 'integer' }), 12345, undefined)?.text).toBe('12,345')
    expect(shownValue(field({ type: 'number', unit: '°' }), 90, undefined)?.text).toBe('90°')
    expect(shownValue(field({ type: 'number', unit: 'm' }), 80, undefined)?.text).toBe('80 米')
    expect(shownValue(field({ type: 'integer', unit: 'km/h' }), 60, undefined)?.text).toBe('60 km/h')
  })
  it('that is false is a value, one that is missing is none', () => {
    expect(shownValue(field({ type: 'boolean' }), false, undefined)?.text).toBe('否')
    expect(shownValue(field({}), '', undefined)).toBeNull()
    expect(shownValue(field({ type: 'integer' }), 0, undefined)?.text).toBe('0')
  })
})

describe('a feature', () => {
  const layer: Layer = {
    id: 'x', title: { zh: '单位', en: 'Units' }, about: title, group: 'posts', geometry: 'point', access: 'open', zoom: { min: 0, max: 1 },
    visible: true, symbol: 'unit', allowed: true, version: 1, synthetic: false, legend: 'state', label: 'name', sums: ['headcount'],
    fields: [field({ name: 'name' }), field({ name: 'state', type: 'code', codes }), field({ name: 'headcount', type: 'integer', title: { zh: '人数', en: 'Headcount' } })],
  }
  it('is called by its label, else by its kind, else by its code', () => {
    expect(titleOf(layer, { name: '一队' }, 'U1')).toBe('一队')
    expect(titleOf({ ...layer, label: '' }, { state: 'no' }, 'U1')).toBe('单位 · 故障')
    expect(titleOf({ ...layer, legend: '' }, {}, 'U1')).toBe('U1')
  })
  it('has one number to tell, with what it counts', () => {
    expect(numberOf(layer, { headcount: 6 })).toBe('人数 6')
    expect(numberOf(layer, {})).toBeNull()
  })
})
