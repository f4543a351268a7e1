import { describe, expect, it } from 'vitest'
import type { Feature, Field, Layer } from '../../server/api'
import { factsOf, stateFieldOf } from './facts'

const title = { zh: 't', en: 't' }
const kind: Field = { name: 'kind', title, type: 'code', codes: [{ value: 'a', title, tone: 'k1' }] }
const state: Field = { name: 'state', title, type: 'code', codes: [{ value: 'ok', title: { zh: '正常', en: 'ok' }, tone: 'good' }] }
const layer: Layer = {
  id: 'x', title, about: title, group: 'posts', geometry: 'point', access: 'open', zoom: { min: 0, max: 1 }, visible: true, symbol: 'dot',
  allowed: true, version: 1, synthetic: false, legend: 'kind', label: 'name',
  fields: [{ name: 'name', title, type: 'string' }, { name: 'owner', title, type: 'string' }, kind, state, { name: 'at', title, type: 'string' }],
}
const feature: Feature = { type: 'Feature', id: '1', geometry: null, properties: { name: 'N', kind: 'a', state: 'ok', at: 'here', secret: 'not declared' } }

describe('the facts of a record', () => {
  it('begin with the state, end with what is missing, and leave out the title', () => {
    expect(factsOf(layer, feature, undefined).map((f) => f.field.name)).toEqual(['state', 'kind', 'at', 'owner'])
  })
  it('are the declared fields and no others', () => {
    expect(factsOf(layer, feature, undefined).some((f) => f.field.name === 'secret')).toBe(false)
  })
})

it('the state of a layer without states is its legend', () => {
  expect(stateFieldOf(layer)?.name).toBe('state')
  expect(stateFieldOf({ ...layer, fields: [kind] })?.name).toBe('kind')
})
