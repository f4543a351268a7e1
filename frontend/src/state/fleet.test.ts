import { describe, expect, it } from 'vitest'
import { Fleet, freshOf, jumpAfter, longestGlide, lonLat, mercator, packed, unitStates } from './fleet'
import { groupFeatures, groupUnits, ungroupUnits } from './groups'

const everyone = () => true
/** At 12:00:00 of some day, in seconds. */
const noon = 1_790_000_000

function fleetAt(...rows: Parameters<Fleet['take']>[0]): Fleet {
  const fleet = new Fleet()
  fleet.replace(rows, noon * 1000)
  return fleet
}

describe('places', () => {
  it('are Web Mercator: the middle of the world, its corner, and back', () => {
    // EPSG:3857 spans the world as a square up to 85.0511° N.
    expect(mercator(0, 0)).toEqual([0.5, expect.closeTo(0.5, 12)])
    expect(mercator(-180, 85.0511287798)[1]).toBeCloseTo(0, 9)
    const [lon, lat] = lonLat(...mercator(102.64, 37.93))
    expect(lon).toBeCloseTo(102.64, 9)
    expect(lat).toBeCloseTo(37.93, 9)
  })
})

describe('a gliding unit', () => {
  it('takes as long as lay between its fixes, from where it is drawn', () => {
    const fleet = fleetAt(['a', 'moving', noon, 100, 0])
    fleet.take([['a', 'moving', noon + 10, 101, 0]], (noon + 10) * 1000)
    const xAt = (seconds: number) => fleet.place(0, (noon + 10 + seconds) * 1000)[0] * 360 - 180
    expect(xAt(0)).toBeCloseTo(100, 9)
    expect(xAt(5)).toBeCloseTo(100.5, 9)
    expect(xAt(10)).toBeCloseTo(101, 9)
    expect(xAt(99)).toBeCloseTo(101, 9)
    // A fix that comes in the middle begins where the unit is seen: nothing jumps.
    fleet.take([['a', 'moving', noon + 14, 103, 0]], (noon + 15) * 1000)
    expect(xAt(5)).toBeCloseTo(100.5, 9)
    expect(xAt(7)).toBeCloseTo(101.75, 9)
    expect(fleet.restless).toBe((noon + 20) * 1000)
  })
  it('is not drawn along a way that nobody knows', () => {
    const fleet = fleetAt(['a', 'moving', noon, 100, 0])
    const later = noon + jumpAfter / 1000 + 1
    fleet.take([['a', 'moving', later, 101, 0]], later * 1000)
    expect(fleet.place(0, later * 1000)[0]).toBe(mercator(101, 0)[0])
    fleet.take([['a', 'moving', later + 100, 102, 0]], (later + 100) * 1000)
    expect(fleet.place(0, (later + 100) * 1000 + longestGlide)[0]).toBe(mercator(102, 0)[0])
  })
  it('stops at once for those who want no motion', () => {
    const fleet = fleetAt(['a', 'moving', noon, 100, 0])
    fleet.take([['a', 'moving', noon + 10, 101, 0]], noon * 1000)
    fleet.rest()
    expect(fleet.place(0, noon * 1000)[0]).toBe(mercator(101, 0)[0])
  })
})

describe('the stream', () => {
  it('begins with a picture that replaces all, then tells changes', () => {
    const fleet = fleetAt(['a', 'duty', noon, 100, 0], ['b', 'silent'])
    expect(fleet.counts()).toEqual([0, 0, 1, 0, 0, 1, 0])
    fleet.take([['b', 'sos', noon, 100, 0], ['c', 'post']], noon * 1000)
    expect(fleet.counts()).toEqual([0, 1, 1, 0, 0, 0, 1])
    fleet.replace([['c', 'post']], noon * 1000)
    expect(fleet.counts()).toEqual([2, 1, 0, 0, 0, 0, 0])
    expect(fleet.of('a')).toBe(0)
    expect(fleet.of('z')).toBeUndefined()
  })
  it('forgets the place of a unit that has none any more', () => {
    const fleet = fleetAt(['a', 'duty', noon, 100, 0])
    fleet.take([['a', 'off']], noon * 1000)
    expect(fleet.place(0, noon * 1000)).toEqual([NaN, NaN])
    expect(fleet.age(0, noon * 1000)).toBeNaN()
  })
  it('holds more units than it had room for', () => {
    const fleet = new Fleet()
    fleet.take(Array.from({ length: 13_500 }, (_, i) => [`u${i}`, 'moving', noon, 100 + i / 1e5, 30] as const), noon * 1000)
    expect(fleet.size).toBe(13_500)
    expect(lonLat(...fleet.place(13_499, noon * 1000))[0]).toBeCloseTo(100.13499, 9)
  })
})

describe('a post of one', () => {
  it('is shown at home, and a team that was never heard is not', () => {
    const fleet = fleetAt(['gate', 'post'], ['team', 'silent'], ['call', 'sos'])
    fleet.learn([{ id: 'gate', kind: 'gate', home: [100, 30] }, { id: 'team', kind: 'foot', home: [100, 30] }, { id: 'call', kind: 'foot', home: [101, 30] }])
    expect(lonLat(...fleet.place(0, 0))[0]).toBeCloseTo(100, 9)
    expect(fleet.place(1, 0)).toEqual([NaN, NaN])
    expect(lonLat(...fleet.place(2, 0))[0]).toBeCloseTo(101, 9)
    expect(fleet.age(0, noon * 1000)).toBe(0)
  })
})

describe('freshness', () => {
  it.each([[0, 'full'], [59, 'full'], [60, 'fading'], [299, 'fading'], [300, 'hollow'], [899, 'hollow'], [900, 'lost'], [NaN, 'none']] as const)('of %d s is %s', (seconds, fresh) => {
    expect(freshOf(seconds)).toBe(fresh)
  })
})

describe('what goes to the graphics card', () => {
  it('leaves out who is off duty or filtered, and paints calls for help last', () => {
    const fleet = fleetAt(['s', 'sos', noon, 100, 0], ['o', 'off'], ['m', 'moving', noon - 30, 101, 0, 90], ['d', 'dwelling', noon, 102, 0])
    const into = new Float32Array(4 * packed)
    const order = fleet.pack(into, [0, 0], noon * 1000, (i) => fleet.ids[i] !== 'd')
    expect([...order].map((i) => fleet.ids[i])).toEqual(['m', 's'])
    expect(into[2]).toBeCloseTo(mercator(101, 0)[0], 6)
    expect(into[6]).toBe(-30)
    expect(into[7]).toBeCloseTo(Math.PI / 2, 6)
    expect(into[8]).toBe(unitStates.indexOf('moving'))
    expect(into[packed + 7]).toBe(-10)
  })
  it('keeps centimetres: positions are offsets, not places in the world', () => {
    const fleet = fleetAt(['a', 'duty', noon, 102.6400001, 37.93])
    const into = new Float32Array(packed)
    const origin = mercator(102, 38)
    fleet.pack(into, origin, 0, everyone)
    expect(Math.abs((into[2] as number) + origin[0] - mercator(102.6400001, 37.93)[0]) * 40_075_000).toBeLessThan(0.01)
  })
})

describe('the unit under the pointer', () => {
  const fleet = fleetAt(['near', 'duty', noon, 100, 0], ['call', 'sos', noon, 100.001, 0])
  const [x, y] = mercator(100, 0)
  it('is the nearest, unless another one calls for help', () => {
    expect(fleet.nearest(x, y, 1e-7, 0, everyone)).toBe(0)
    expect(fleet.nearest(x, y, 1e-5, 0, everyone)).toBe(1)
    expect(fleet.nearest(x, y, 1e-5, 0, (i) => i === 0)).toBe(0)
    expect(fleet.nearest(0, 0, 1e-5, 0, everyone)).toBe(-1)
  })
})

describe('groups', () => {
  it('count what lies together, never hide a call for help, and leave single units alone', () => {
    const fleet = fleetAt(
      ['a', 'duty', noon, 102.6, 37.9], ['b', 'moving', noon, 102.601, 37.9], ['c', 'moving', noon, 102.602, 37.9], ['d', 'sos', noon, 102.6, 37.9],
      ['far', 'duty', noon, 104, 39], ['off', 'off'],
    )
    const groups = groupUnits(fleet, 8, noon * 1000, everyone)
    expect(groups.map((g) => g.count)).toEqual([3])
    expect(groups[0]?.lon).toBeCloseTo(102.601, 6)
    expect([...fleet.grouped.subarray(0, 5)]).toEqual([1, 1, 1, 0, 0])
    const [one] = groupFeatures(groups, 'dark').features
    // A third of eight, rounded up, and two thirds.
    expect(one?.properties?.image).toBe('ring|dark|unit|1|k8:3,k1:6')
    ungroupUnits(fleet)
    expect(fleet.grouped.some((g) => g === 1)).toBe(false)
  })
})
