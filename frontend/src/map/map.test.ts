import { expression as compile, validateStyleMin, type ExpressionSpecification } from '@maplibre/maplibre-gl-style-spec'
import { describe, expect, it } from 'vitest'
import type { Layer } from '../server/api'
import { circleOf } from './draw'
import { clusterCount, clusterMix, keptFilter } from './expressions'
import { readName } from './images'
import { haloAround } from './overlays'
import type { Hit, Picture } from './picture'
import { ringOffset } from './points'
import { rank } from './rank'
import { styleOf } from './style'
import { movedLayers } from './picture'
import { circleRing } from '../state/geometry'

const title = { zh: 't', en: 't' }
function layer(over: Partial<Layer>): Layer {
  return {
    id: 'x', title, about: title, group: 'posts', geometry: 'point', access: 'open', zoom: { min: 4, max: 16 }, visible: true,
    symbol: 'dot', allowed: true, version: 3, synthetic: true, legend: 'state', label: 'name',
    fields: [
      { name: 'name', title, type: 'string' },
      { name: 'state', title, type: 'code', codes: [
        { value: 'ok', title, tone: 'good' }, { value: 'off', title, tone: 'critical' }, { value: 'gone', title, tone: 'critical' }, { value: 'new', title },
      ] },
    ],
    ...over,
  }
}
const levels = { name: 'level', title, type: 'code' as const, codes: ['city', 'county', 'township', 'village'].map((value) => ({ value, title })) }
const everyKind: Layer[] = [
  layer({ id: 'w', symbol: 'water', geometry: 'mixed', group: 'ground' }),
  layer({ id: 'r', symbol: 'road', geometry: 'line', group: 'ground' }),
  layer({ id: 'a', symbol: 'boundary', geometry: 'polygon', group: 'ground', legend: 'level', fields: [levels] }),
  layer({ id: 'g', symbol: 'grid', geometry: 'polygon', group: 'ground' }),
  layer({ id: 'k', symbol: 'key-area', geometry: 'mixed' }),
  layer({ id: 'c', symbol: 'camera', pointZoom: 14, fields: [...layer({}).fields, ...['direction_deg', 'fov_deg', 'range_m'].map((name) => ({ name, title, type: 'number' as const }))] }),
  layer({ id: 'd', symbol: 'case', pointZoom: 13, timeField: 'at', label: '' }),
  layer({ id: 'n', symbol: 'never-heard-of', legend: '', label: '' }),
]
const picture = (over: Partial<Picture> = {}): Picture => ({
  layers: everyKind, shown: new Set(everyKind.map((l) => l.id)), opacity: {}, kept: {}, datetime: '2016-09-01/2016-10-01',
  area: undefined, theme: 'dark', nextLevel: 'county', scale: 1, versions: {}, origin: 'http://127.0.0.1:8080', ...over,
})

/** The value of an expression for a feature, as the map's own library computes it. */
function value(e: ExpressionSpecification | string, properties: Record<string, unknown>): unknown {
  if (typeof e === 'string') return e
  const compiled = compile.createExpression(e, 'layers[0].filter')
  if (compiled.result === 'error') throw new Error(JSON.stringify(compiled.value))
  return compiled.value.evaluate({ zoom: 8 }, { type: 1, properties } as never)
}

describe('the style', () => {
  it.each([{}, { theme: 'light' as const }, { kept: { c: ['ok'], a: ['city'], d: ['off', 'gone'] }, opacity: { c: 0.4, r: 0.5 }, area: '620602', scale: 1.5 }, { shown: new Set<string>() }, { heat: { smooth: true } }, { heat: { smooth: false, cover: true }, scale: 1.5 }])(
    'obeys the style specification, picture %#', (over) => {
      expect(validateStyleMin(styleOf(picture(over))).map((e) => e.message)).toEqual([])
    },
  )
  it('asks for dated layers in the window, for points in the area, for the ground without end', () => {
    const { sources } = styleOf(picture({ area: '620602' }))
    const url = (id: string) => (sources[id] as { tiles: string[] }).tiles[0]
    expect(url('d')).toBe('http://127.0.0.1:8080/tiles/d/{z}/{x}/{y}.mvt?datetime=2016-09-01/2016-10-01&area=620602')
    expect(url('c')).toContain('area=620602')
    expect(url('r')).toBe('http://127.0.0.1:8080/tiles/r/{z}/{x}/{y}.mvt')
  })
  it('lets the server filter only where tiles do not carry the class', () => {
    const late = layer({ id: 'l', fields: [{ name: 'state', title, type: 'code', tileZoom: 14, codes: [{ value: 'ok', title }] }] })
    const { sources } = styleOf(picture({ layers: [...everyKind, late], kept: { l: ['ok'], c: ['ok'] } }))
    expect((sources.l as { tiles: string[] }).tiles[0]).toContain('?state=ok')
    expect((sources.c as { tiles: string[] }).tiles[0]).not.toContain('state=')
  })
  it('paints flat things first, names under rings, marks on top', () => {
    const ids = styleOf(picture()).layers.map((l) => l.id)
    const at = (id: string) => ids.indexOf(id)
    expect(at('g:fill')).toBeLessThan(at('r:line'))
    expect(at('r:line')).toBeLessThan(at('a:border-city'))
    expect(at('a:border-village')).toBeLessThan(at('a:border-city'))
    expect(at('c:symbol')).toBeLessThan(at('@names-county'))
    expect(at('@names-county')).toBeLessThan(at('d:ring'))
    expect(ids.at(-1)).toBe('@picked-name')
  })
  it('knows every picture it asks for', () => {
    const names = [...JSON.stringify(styleOf(picture())).matchAll(/"((?:sym|mini|wedge|ring)\|[^"]*)"/g)].map((m) => m[1] as string)
    expect(names.length).toBeGreaterThan(5)
    expect(readName('sym|dark|camera|good')).toMatchObject({ kind: 'sym', symbol: 'camera', tone: 'good' })
    expect(readName('ring|light|case|3|good:12,act:0,k1:4')).toMatchObject({ size: 3, mix: [['good', 12], ['k1', 4]] })
    for (const wrong of ['', 'sym', 'sym|pink|a|b', 'ring|dark|a|9|good:1', 'wedge|dark|0|good', 'marker-15']) expect(readName(wrong)).toBeNull()
  })
})

describe('a cluster', () => {
  const l = everyKind[5] as Layer
  const properties = { cluster: true, count: 16, n_ok: 8, n_off: 3, n_gone: 1, n_new: 4 }
  it('counts all, or only the classes kept', () => {
    expect(value(clusterCount(l, undefined), properties)).toBe(16)
    expect(value(clusterCount(l, ['off', 'gone']), properties)).toBe(4)
    expect(value(clusterCount(l, ['off', 'never']), properties)).toBe(3)
  })
  it('tells its mix in sixteenths, classes of one tone together', () => {
    expect(value(clusterMix(l, undefined), properties)).toBe('good:8,critical:4,muted:4')
    expect(value(clusterMix(l, ['ok', 'off']), { ...properties, n_ok: 1, n_off: 1 })).toBe('good:8,critical:8')
  })
  it('keeps the single features of the classes kept', () => {
    const filter = keptFilter(l, ['off']) as ExpressionSpecification
    expect(value(filter, { state: 'off' })).toBe(true)
    expect(value(filter, { state: 'ok' })).toBe(false)
    expect(value(filter, {})).toBe(false)
  })
  it('stands apart from those of other layers', () => {
    for (const slots of [2, 3, 4, 5]) {
      const places = Array.from({ length: slots }, (_, slot) => ringOffset(slot, slots))
      for (const [i, [x1, y1]] of places.entries()) {
        for (const [x2, y2] of places.slice(i + 1)) expect(Math.hypot(x1 - x2, y1 - y2), `${slots} layers`).toBeGreaterThan(27)
      }
    }
    expect(ringOffset(0, 1)).toEqual([0, 0])
  })
})

describe('what lies under the pointer', () => {
  const hit = (id: string, over: Partial<Hit> = {}): Hit => ({ layer: everyKind.find((l) => l.id === id) as Layer, fid: 1, id, properties: {}, ...over })
  const area = (level: string) => hit('a', { id: level, properties: { level } })
  const order = (hits: Hit[], zoom: number, next?: string) => rank(hits, zoom, next).map((h) => h.id)
  it('is the point before the outline, the outline before the road, the road before the ground', () => {
    expect(order([area('city'), hit('g'), hit('r'), hit('k'), hit('c', { at: [1, 2] })], 14)).toEqual(['c', 'k', 'r', 'g', 'city'])
  })
  it('is the area one drills into next, then the smallest', () => {
    expect(order([area('city'), area('township'), area('county')], 9, 'county')).toEqual(['county', 'township', 'city'])
  })
  it('is no grid from far away, unless grids come next', () => {
    expect(order([hit('g'), area('county')], 10, 'county')).toEqual(['county', 'g'])
    expect(order([hit('g'), area('village')], 10, 'grid')).toEqual(['g', 'village'])
  })
})

describe('the halo', () => {
  it('covers the world but the area, and the holes in it', () => {
    const { features } = haloAround({ type: 'Polygon', coordinates: [[[0, 0], [9, 0], [9, 9], [0, 0]], [[1, 1], [2, 1], [2, 2], [1, 1]]] })
    expect(features).toHaveLength(2)
    expect((features[0]?.geometry as GeoJSON.Polygon).coordinates).toHaveLength(2)
  })
  it('is none without an outline', () => {
    expect(haloAround(null).features).toEqual([])
    expect(haloAround({ type: 'Point', coordinates: [0, 0] }).features).toEqual([])
  })
})

it('a drawn ring is known as a circle by its centre and radius', () => {
  const circle = circleOf(circleRing([102.64, 37.93], 1500))
  expect(circle?.metres).toBeGreaterThan(1498)
  expect(circle?.metres).toBeLessThan(1502)
  expect(circle?.centre[0]).toBeCloseTo(102.64, 5)
  expect(circle?.centre[1]).toBeCloseTo(37.93, 3)
  expect(circleOf([[0, 0], [1, 1]])).toBeNull()
})

describe('a layer whose data moved', () => {
  it('is found by its version, unless it is new on the map or its address changed', () => {
    const before = picture({ versions: { w: 1, r: 1, d: 4 } })
    expect(movedLayers(before, picture({ versions: { w: 2, r: 1, d: 5, k: 1 } }))).toEqual(['w', 'd'])
    expect(movedLayers(before, before)).toEqual([])
  })
})
