import { describe, expect, it } from 'vitest'
import { flightInto, memberBounds, pixelsAcross } from './cluster'

const town = { west: 102.6, south: 37.9, east: 102.65, north: 37.95 }
const at: [number, number] = [102.62, 37.92]

describe('into a cluster', () => {
  it('goes to the box of its members, at least one zoom closer', () => {
    expect(flightInto({ properties: town, at }, 14, 8.3)).toEqual({ bounds: [102.6, 37.9, 102.65, 37.95], atLeast: 9.3 })
  })
  it('does not ask for more than the zoom of single points', () => {
    expect(flightInto({ properties: town, at }, 14, 13.6)).toEqual({ bounds: [102.6, 37.9, 102.65, 37.95], atLeast: 14 })
  })
  it('goes to single points where all members stand on one spot', () => {
    const spot = { west: 102.6, south: 37.9, east: 102.6, north: 37.9 }
    expect(flightInto({ properties: spot, at }, 14, 8)).toEqual({ lon: 102.6, lat: 37.9, zoom: 14 })
  })
  it('goes no deeper for members that would lie on one another there too', () => {
    // At zoom 16.5 and 38° N a pixel is 40075 km / 512 / 2^16.5 * cos 38° = 0.67 m; 1e-4° of latitude are 11 m, 17 pixels.
    const huddle = { west: 102.6, south: 37.9, east: 102.6, north: 37.9001 }
    const to = flightInto({ properties: huddle, at }, 14, 8) as { zoom: number }
    expect(to.zoom).toBe(14)
    // Three times as far apart they are told apart, so the box is shown.
    expect(flightInto({ properties: { ...huddle, north: 37.9003 }, at }, 14, 8)).toMatchObject({ atLeast: 9 })
  })
  it('goes closer where a tile does not tell the box', () => {
    expect(flightInto({ properties: {}, at }, 14, 8)).toEqual({ lon: 102.62, lat: 37.92, zoom: 10 })
    expect(flightInto({ properties: {} }, 14, 8)).toBeNull()
  })
})

describe('the box of the members', () => {
  it.each([
    [{ ...town, west: '102.6' }], [{ ...town, north: NaN }], [{ ...town, east: 102 }], [{ ...town, south: undefined }], [{ ...town, north: 91 }],
  ])('is not believed when it is none: %j', (properties) => expect(memberBounds(properties)).toBeNull())
})

it('measures the world: 512 pixels at zoom 0', () => {
  expect(pixelsAcross([-180, -1, 180, 1], 0)).toBeCloseTo(512, 9)
  // Web Mercator is a square up to 85.0511°.
  expect(pixelsAcross([-1, -85.05112878, 1, 85.05112878], 0)).toBeCloseTo(512, 5)
})
