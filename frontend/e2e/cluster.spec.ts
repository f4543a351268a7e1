import { PbfReader } from 'pbf'
import { VectorTile } from '@mapbox/vector-tile'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { address } from './browser'
import { Driver, written, type Layer } from './driver'

let d: Driver
let camera: Layer
beforeAll(async () => {
  d = await Driver.open({ width: 1366, height: 768 })
  await d.arriveAs(Driver.account('analyst'))
  camera = await d.layer('camera')
})
afterEach(() => expect(d.browser.faults.splice(0)).toEqual([]))
afterAll(() => d.close())

interface Ring { lon: number; lat: number; count: number; west: number; south: number; east: number; north: number }

/** The rings of cameras in a tile, the largest first, as the program tells them. */
async function rings(z: number, x: number, y: number): Promise<Ring[]> {
  const answer = await d.browser.context.request.get(`${address}/tiles/${camera.id}/${z}/${x}/${y}.mvt`)
  const layer = new VectorTile(new PbfReader(await answer.body())).layers[camera.id]
  if (!layer) throw new Error(`tile ${z}/${x}/${y} holds no cameras`)
  return Array.from({ length: layer.length }, (_, i) => layer.feature(i).toGeoJSON(x, y, z))
    .filter((f) => f.properties?.cluster === true)
    .map((f) => {
      const [lon = 0, lat = 0] = (f.geometry as GeoJSON.Point).coordinates
      return { ...(f.properties as Omit<Ring, 'lon' | 'lat'>), lon, lat }
    })
    .sort((a, b) => b.count - a.count)
}

let ring: Ring
/** Opens the map over the largest ring of a tile, with nothing but cameras on it. */
beforeEach(async () => {
  // The tile of zoom 9 around the county town of Liangzhou.
  const [largest] = await rings(9, 401, 197)
  if (!largest) throw new Error('there is no ring')
  ring = largest
  const others = (await d.layers()).map((l) => l.id).filter((id) => id !== camera.id && id !== 'area')
  await d.see(`at=${ring.lon},${ring.lat},9.20&on=${camera.id}&off=${others.join(',')}`)
})

const standing = async () => ((await d.url()).get('at') ?? '').split(',').map(Number) as [number, number, number]

/** Where the corners of the ring's box are on the map's face. */
async function corners(): Promise<[west: number, north: number, east: number, south: number]> {
  const [left, top] = await d.pixel(ring.west, ring.north)
  const [right, bottom] = await d.pixel(ring.east, ring.south)
  return [left, top, right, bottom]
}

async function seesTheMembers(): Promise<void> {
  await d.picture()
  const [, , zoom] = await standing()
  expect(zoom).toBeGreaterThan(10.2 - 0.01)
  const box = await d.page.locator('#map').boundingBox()
  const [left, top, right, bottom] = await corners()
  expect(box && left >= box.x && top >= box.y && right <= box.x + box.width && bottom <= box.y + box.height, `${left} ${top} ${right} ${bottom}`).toBe(true)
  // The box is shown as large as it fits, not from somewhere far.
  expect(Math.max((right - left) / (box?.width ?? 1), (bottom - top) / (box?.height ?? 1))).toBeGreaterThan(0.5)
}

it('opens the card of a ring by a click, without moving, and goes to its members by the button', async () => {
  const before = await standing()
  await d.click(ring.lon, ring.lat)
  const card = d.page.locator('.detail .cluster')
  await card.waitFor()
  expect(await card.locator('.total').innerText()).toBe(written(ring.count))
  expect(await standing()).toEqual(before)
  await card.getByRole('button', { name: '放大到其中各处' }).click()
  await d.urlSays((q) => q.get('at') !== null && !(q.get('at') ?? '').endsWith(',9.20'))
  await seesTheMembers()
  expect(await card.count()).toBe(0)
})

it('goes to the members by a double click on the ring, in the same area', async () => {
  await d.doubleClick(ring.lon, ring.lat)
  await d.urlSays((q) => !(q.get('at') ?? '').endsWith(',9.20'))
  await seesTheMembers()
  expect((await d.url()).get('area')).toBeNull()
})

it('goes to the members of the ring looked at by Enter', async () => {
  await d.click(ring.lon, ring.lat)
  await d.page.locator('.detail .cluster').waitFor()
  await d.page.locator('#map canvas').focus()
  await d.page.keyboard.press('Enter')
  await d.urlSays((q) => !(q.get('at') ?? '').endsWith(',9.20'))
  await seesTheMembers()
  expect((await d.url()).get('area')).toBeNull()
})
