import { describe, expect, it } from 'vitest'
import type { Layer, Row } from '../../server/api'
import { columnsOf, sorted } from './columns'

const title = { zh: '', en: '' }
const layer: Layer = {
  id: 'x', title, about: title, group: 'posts', geometry: 'point', access: 'open', zoom: { min: 0, max: 1 }, visible: true, symbol: 'dot',
  allowed: true, version: 1, synthetic: false, label: 'name',
  fields: [{ name: 'code', title, type: 'string' }, { name: 'n', title, type: 'integer' }, { name: 'name', title, type: 'string' }],
}
const row = (id: string, properties: Row['properties']): Row => ({ id, properties })
const rows = [row('b', { n: 10, name: '第10网格' }), row('a', { n: 9, name: '第9网格' }), row('c', { name: '' })]
const shown = (r: Row, c: { field: { name: string } | null }) => (c.field ? String(r.properties[c.field.name] ?? '') : r.id)
const columns = columnsOf(layer)
const order = (key: string, descending = false) =>
  sorted(rows, { key, descending }, columns.find((c) => c.key === key), shown, 'zh-CN').map((r) => r.id)

it('the table begins with the label and the code, and says the code once', () => {
  expect(columns.map((c) => c.key)).toEqual(['name', '', 'n'])
})

describe('rows are sorted', () => {
  it('as numbers, the missing ones last both ways', () => {
    expect(order('n')).toEqual(['a', 'b', 'c'])
    expect(order('n', true)).toEqual(['b', 'a', 'c'])
  })
  it('as texts with the numbers in them', () => expect(order('name')).toEqual(['a', 'b', 'c']))
  it('by code', () => expect(order('')).toEqual(['a', 'b', 'c']))
  it('not at all without an order', () => {
    expect(sorted(rows, null, undefined, shown, 'zh-CN').map((r) => r.id)).toEqual(['b', 'a', 'c'])
  })
})
