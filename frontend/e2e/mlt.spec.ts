// A page of somebody's own, with MapLibre and nothing of ours, that asks for
// MapLibre Tiles: it draws the same features as from Mapbox Vector Tiles.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { address } from './browser'
import { Driver } from './driver'

const library = dirname(createRequire(import.meta.url).resolve('maplibre-gl/dist/maplibre-gl.css'))
const places = { clusters: [102.64, 37.93, 10.5], points: [102.64, 37.93, 14.5] } as const

const html = (encoding: string, layers: string[], [lon, lat, zoom]: readonly number[]) => `<!doctype html>
<div id="map" style="width:800px;height:500px"></div>
<script type="module">
import * as maplibregl from '/own/maplibre-gl.mjs'
maplibregl.setWorkerUrl('/own/maplibre-gl-worker.mjs')
const layers = ${JSON.stringify(layers)}
const map = new maplibregl.Map({
  container: 'map', center: [${lon}, ${lat}], zoom: ${zoom},
  style: {
    version: 8,
    sources: { s: { type: 'vector', tiles: ['${address}/tiles/' + layers + '/{z}/{x}/{y}.mvt'], maxzoom: 16, encoding: '${encoding}' } },
    layers: layers.map((l) => ({ id: l, type: 'circle', source: 's', 'source-layer': l })),
  },
})
map.on('error', (e) => { document.title = 'error: ' + e.error.message })
map.once('idle', () => {
  window.drawn = map.queryRenderedFeatures().map((f) => ({ layer: f.sourceLayer, id: f.id, at: f.geometry.coordinates, properties: f.properties }))
  document.title = 'idle'
})
</script>`

interface Drawn { layer: string; id: number }

let d: Driver
beforeAll(async () => {
  d = await Driver.open()
  await d.arriveAs(Driver.account('analyst'))
})
afterEach(() => expect(d.browser.faults.splice(0)).toEqual([]))
afterAll(() => d.close())

async function drawn(encoding: string, layers: string[], at: readonly number[]): Promise<{ features: Drawn[]; types: Set<string> }> {
  const types = new Set<string>()
  const own = (url: URL) => url.pathname.startsWith('/own/')
  await d.page.route(own, (route) => {
    const name = new URL(route.request().url()).pathname.slice('/own/'.length)
    return name === ''
      ? route.fulfill({ contentType: 'text/html', body: html(encoding, layers, at) })
      : route.fulfill({ contentType: 'text/javascript', body: readFileSync(join(library, name), 'utf8') })
  })
  d.page.on('response', (r) => { if (r.url().includes('/tiles/') && r.status() === 200) types.add(r.headers()['content-type'] ?? '') })
  await d.page.goto(`${address}/own/`)
  await d.page.waitForFunction(() => document.title !== '')
  expect(await d.page.title()).toBe('idle')
  const features = await d.page.evaluate(() => (window as unknown as { drawn: Drawn[] }).drawn)
  d.page.removeAllListeners('response')
  await d.page.unroute(own)
  features.sort((a, b) => a.layer.localeCompare(b.layer) || a.id - b.id)
  return { features, types }
}

for (const [what, at] of Object.entries(places)) {
  it(`draws the same ${what} from both formats`, async () => {
    const layers = ['camera', 'dispute', 'unit']
    const mlt = await drawn('mlt', layers, at)
    const mvt = await drawn('mvt', layers, at)
    expect([...mlt.types]).toEqual(['application/vnd.maplibre-tile'])
    expect([...mvt.types]).toEqual(['application/vnd.mapbox-vector-tile'])
    expect(mvt.features.length).toBeGreaterThan(20)
    expect(new Set(mvt.features.map((f) => f.layer))).toEqual(new Set(layers))
    expect(mlt.features).toEqual(mvt.features)
  })
}
