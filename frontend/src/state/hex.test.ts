import { cellToParent, getHexagonEdgeLengthAvg, getResolution, gridDisk, latLngToCell, UNITS } from 'h3-js'
import { beforeAll, describe, expect, it } from 'vitest'
import { contains, distance } from './geometry'
import { centreOf, edgeLength, hexReady, loadHex, neighboursOf, outlineOf, resolutionOf, ringOf } from './hex'

// Wuwei's Liangzhou district.
const at = (resolution: number) => latLngToCell(37.93, 102.64, resolution)

it('has no shapes before the library is there', () => {
  expect(hexReady()).toBe(false)
  expect(() => ringOf(at(8))).toThrow('loadHex')
})

describe('with the library', () => {
  beforeAll(loadHex)
  it('reads the resolution from the index', () => {
    for (let r = 0; r <= 15; r++) expect(resolutionOf(at(r)), `${r}`).toBe(getResolution(at(r)))
  })
  it('knows the mean edges as the library does', () => {
    for (let r = 0; r <= 10; r++) expect(edgeLength(r) / getHexagonEdgeLengthAvg(r, UNITS.m), `${r}`).toBeCloseTo(1, 1)
  })
  it('draws a closed hexagon around the centre, longitude first', () => {
    const ring = ringOf(at(8))
    expect(ring).toHaveLength(7)
    expect(ring[0]).toEqual(ring[6])
    expect(contains({ type: 'Polygon', coordinates: [ring] }, centreOf(at(8)))).toBe(true)
    expect(distance(centreOf(at(8)), [102.64, 37.93])).toBeLessThan(600)
  })
  it('dissolves the edges between cells', () => {
    const disk = gridDisk(at(8), 1)
    expect(outlineOf(disk).coordinates).toHaveLength(1)
    // A flower of seven hexagons has 18 corners: 6 × 7 edges less two for each of the 12 shared ones.
    expect(outlineOf(disk).coordinates[0]?.[0]).toHaveLength(18 + 1)
    expect(outlineOf([at(8)]).coordinates).toEqual([[ringOf(at(8))]])
  })
  it('has six neighbours, itself not among them', () => {
    expect(neighboursOf(at(9)).sort()).toEqual(gridDisk(at(9), 1).filter((c) => c !== at(9)).sort())
    expect(cellToParent(neighboursOf(at(9))[0] ?? '', 6)).toBe(at(6))
  })
})
