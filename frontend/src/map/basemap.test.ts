import { validateStyleMin } from '@maplibre/maplibre-gl-style-spec'
import { describe, expect, it } from 'vitest'
import type { Layer } from '../server/api'
import { basemapSource, roleOf } from './basemap'
import type { Basemap, Picture } from './picture'
import { styleOf } from './style'

const title = { zh: 't', en: 't' }
const road: Layer = {
  id: 'road', title, about: title, group: 'ground', geometry: 'line', access: 'open', zoom: { min: 4, max: 16 }, visible: true,
  symbol: 'road', allowed: true, version: 3, synthetic: true, legend: 'class', label: 'name',
  fields: [{ name: 'class', title, type: 'code', codes: [{ value: 'motorway', title, tone: 'k1' }, { value: 'railway', title, tone: 'k8' }] }],
}
const vector: Basemap = {
  kind: 'vector', zoom: { min: 0, max: 14 }, bounds: [100, 35, 105, 40], version: '7', layers: [], names: ['name:zh', 'name'], shown: true, opacity: 0.5,
}
const raster: Basemap = { ...vector, kind: 'raster', bounds: undefined, version: undefined }
const picture = (basemap: Basemap | undefined, theme: Picture['theme'] = 'dark'): Picture => ({
  basemap, layers: [road], shown: new Set(['road']), opacity: {}, kept: {}, datetime: undefined, area: undefined,
  theme, nextLevel: undefined, scale: 1, versions: {}, origin: 'http://127.0.0.1:8080',
})
const own = (p: Picture) => styleOf(p).layers.filter((l) => l.id.startsWith(basemapSource))

// The source layers of Protomaps' basemap version 4 and of OpenMapTiles 3.15, as their schemas list them.
const protomaps = ['boundaries', 'buildings', 'earth', 'landcover', 'landuse', 'places', 'pois', 'roads', 'water']
const openMapTiles = [
  'aerodrome_label', 'aeroway', 'boundary', 'building', 'housenumber', 'landcover', 'landuse', 'mountain_peak', 'park', 'place', 'poi',
  'transportation', 'transportation_name', 'water', 'water_name', 'waterway',
]

describe('the basemap', () => {
  it.each([
    ['of pictures', raster], ['of Protomaps', { ...vector, layers: protomaps }], ['of OpenMapTiles', { ...vector, layers: openMapTiles }],
    ['of layers nobody knows', { ...vector, layers: ['lines', 'multipolygons'] }], ['that says nothing', vector],
  ])('%s obeys the style specification in both themes', (_, basemap) => {
    for (const theme of ['dark', 'light'] as const) {
      expect(validateStyleMin(styleOf(picture(basemap, theme))).map((e) => e.message)).toEqual([])
      expect(own(picture(basemap, theme)).length).toBeGreaterThan(0)
    }
  })
  it('comes from this server alone', () => {
    expect(styleOf(picture(vector)).sources[basemapSource]).toEqual({
      type: 'vector', tiles: ['http://127.0.0.1:8080/basemap/{z}/{x}/{y}?v=7'], minzoom: 0, maxzoom: 14, bounds: [100, 35, 105, 40],
    })
    expect(styleOf(picture(raster)).sources[basemapSource]).toEqual({ type: 'raster', tiles: ['http://127.0.0.1:8080/basemap/{z}/{x}/{y}'], minzoom: 0, maxzoom: 14, tileSize: 256 })
  })
  it('is not fetched where it is not shown, or not there', () => {
    for (const none of [undefined, { ...vector, shown: false }]) {
      expect(styleOf(picture(none)).sources[basemapSource]).toBeUndefined()
      expect(own(picture(none))).toEqual([])
    }
  })
  it('lies under everything, its names under our own symbols', () => {
    const ids = styleOf(picture({ ...vector, layers: protomaps })).layers.map((l) => l.id)
    expect(ids[0]).toBe('@land')
    const firstOwn = ids.findIndex((id) => id.startsWith('road:'))
    expect(ids.slice(1, firstOwn).every((id) => id.startsWith(basemapSource))).toBe(true)
    expect(ids.indexOf('@basemap:places:name')).toBeGreaterThan(firstOwn)
  })
  it('knows its source layers by their names', () => {
    const roles = (names: string[]) => Object.fromEntries(names.map((n) => [n, roleOf(n)]))
    expect(roles(protomaps)).toEqual({
      boundaries: 'boundary', buildings: 'building', earth: 'land', landcover: 'cover', landuse: 'cover', places: 'place', pois: 'nothing', roads: 'road', water: 'water',
    })
    expect(openMapTiles.filter((n) => roleOf(n) === 'other')).toEqual([])
    expect(roles(['road', 'water', 'area', 'lines', '', 'poison'])).toEqual({ road: 'road', water: 'water', area: 'boundary', lines: 'other', '': 'other', poison: 'other' })
  })
  it('draws what nobody knows as neutral areas and lines', () => {
    const layers = own(picture({ ...vector, layers: ['lines'] }))
    expect(layers.map((l) => l.type)).toEqual(['fill', 'line'])
    expect(layers.every((l) => 'source-layer' in l && l['source-layer'] === 'lines')).toBe(true)
  })
  it('is as faint as it is set', () => {
    const faint = own(picture({ ...raster, opacity: 0.3 }))[0]
    expect(faint?.paint).toMatchObject({ 'raster-opacity': 0.3 })
  })
})
