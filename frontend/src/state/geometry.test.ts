import { describe, expect, it } from 'vitest'
import { boundsOf, circleRing, contains, distance, polygonOf, surfaceOf, travel } from './geometry'
import type { Position } from './view'

const wuwei: Position = [102.64, 37.93]

describe('distances', () => {
  it('a degree of latitude is 111.195 km on the sphere of radius 6371.0088 km', () => {
    expect(distance([102, 37], [102, 38])).toBeCloseTo(111195.08, 1)
  })
  it('a degree of longitude at 60° N is half one at the equator', () => {
    expect(distance([0, 60], [1, 60]) / distance([0, 0], [1, 0])).toBeCloseTo(0.5, 3)
  })
  it('travelling comes to rest at the distance travelled, in every direction', () => {
    for (let bearing = 0; bearing < 360; bearing += 15) {
      expect(distance(wuwei, travel(wuwei, 5000, bearing))).toBeCloseTo(5000, 3)
    }
  })
})

describe('a circle', () => {
  it('has its corners on the rim and starts in the north', () => {
    const ring = circleRing(wuwei, 1000)
    expect(ring).toHaveLength(64)
    for (const corner of ring) expect(distance(wuwei, corner)).toBeCloseTo(1000, 3)
    expect(ring[0]?.[0]).toBeCloseTo(wuwei[0], 9)
    expect(ring[0]?.[1]).toBeGreaterThan(wuwei[1])
  })
  it('becomes a closed polygon that runs counter-clockwise, as GeoJSON wants', () => {
    const ring = polygonOf({ kind: 'circle', centre: wuwei, metres: 500 }).coordinates[0] as Position[]
    expect(ring.at(-1)).toEqual(ring[0])
    const doubled = ring.slice(1).reduce((sum, [x, y], i) => sum + (ring[i]![0] * y - x * ring[i]![1]), 0)
    expect(doubled).toBeGreaterThan(0)
  })
  it('of 1 km covers π km²', () => {
    expect(surfaceOf({ kind: 'circle', centre: wuwei, metres: 1000 })).toBeCloseTo(Math.PI * 1e6, -2)
  })
})

describe('a polygon', () => {
  it('of one square degree at the equator covers 12,364 km² (sphere, 111.195 km squared)', () => {
    const ring: Position[] = [[0, -0.5], [1, -0.5], [1, 0.5], [0, 0.5]]
    expect(surfaceOf({ kind: 'polygon', ring }) / 1e6).toBeCloseTo(12364, -1)
  })
  it('covers the same whichever way it is drawn', () => {
    const ring: Position[] = [[102, 37], [103, 37], [102.5, 38]]
    expect(surfaceOf({ kind: 'polygon', ring })).toBeCloseTo(surfaceOf({ kind: 'polygon', ring: [...ring].reverse() }), 3)
  })
})

it('bounds embrace every kind of geometry', () => {
  expect(boundsOf({ type: 'MultiPolygon', coordinates: [[[[1, 2], [3, 4], [2, 5]]], [[[0, 9], [1, 1], [2, 2]]]] })).toEqual([0, 1, 3, 9])
  expect(boundsOf({ type: 'GeometryCollection', geometries: [{ type: 'Point', coordinates: [7, 8] }, { type: 'Point', coordinates: [5, 9] }] })).toEqual([5, 8, 7, 9])
  expect(boundsOf({ type: 'MultiPoint', coordinates: [] })).toBeNull()
  expect(boundsOf(null)).toBeNull()
})

describe('a position inside', () => {
  const ring = (x: number, y: number, side: number) => [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]
  const twoWithHole: GeoJSON.MultiPolygon = { type: 'MultiPolygon', coordinates: [[ring(0, 0, 4), ring(1, 1, 2)], [ring(10, 0, 1)]] }
  it.each([[[0.5, 0.5], true], [[2, 2], false], [[10.5, 0.5], true], [[5, 5], false], [[-1, 0.5], false]] as [Position, boolean][])('%j: %s', (position, want) => {
    expect(contains(twoWithHole, position)).toBe(want)
  })
  it('is in no line and in no geometry', () => {
    expect(contains({ type: 'LineString', coordinates: [[0, 0], [1, 1]] }, [0.5, 0.5])).toBe(false)
    expect(contains(null, [0, 0])).toBe(false)
  })
})
