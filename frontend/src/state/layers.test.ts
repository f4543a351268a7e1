import { describe, expect, it } from 'vitest'
import type { Layer } from '../server/api'
import { classesOf, toggled } from './layers'

describe('toggling a class', () => {
  const all = ['a', 'b', 'c']
  it('takes one of all away', () => expect(toggled(undefined, 'b', all)).toEqual(['a', 'c']))
  it('keeps the order of the legend', () => expect(toggled(['c'], 'a', all)).toEqual(['a', 'c']))
  it('is no filter any more when all are back', () => expect(toggled(['a', 'c'], 'b', all)).toBeUndefined())
  it('brings all back when the last one goes, because an empty map answers nothing', () => {
    expect(toggled(['b'], 'b', all)).toBeUndefined()
  })
})

describe('the classes of a legend', () => {
  const title = { zh: '', en: '' }
  const layer = (ownCodes: boolean): Layer => ({
    id: 'x', title, about: title, group: 'cases', geometry: 'point', access: 'open', zoom: { min: 0, max: 1 }, visible: true,
    symbol: 'case', allowed: true, version: 1, synthetic: false, legend: 'k',
    fields: [{ name: 'k', title, type: 'code', ownCodes, codes: [{ value: '01', title, tone: 'k1' }, { value: '02', title, tone: 'k2' }] }],
  })
  it('are those of the catalogue', () => {
    expect(classesOf(layer(false), { '01': 3, zz: 9 }).map((c) => c.value)).toEqual(['01', '02'])
  })
  it('are the city\'s own where it brought a list, as far as anything is counted', () => {
    expect(classesOf(layer(true), { Graffiti: 5, '02': 1 }).map((c) => c.value)).toEqual(['02', 'Graffiti'])
    expect(classesOf(layer(true), { '01': 1 }).map((c) => c.value)).toEqual(['01', '02'])
  })
})
