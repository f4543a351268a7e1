import { describe, expect, it } from 'vitest'
import type { Tracks } from '../server/replay'
import { lonLat, mercator, unitStates } from './fleet'
import { pieceSize, Tape } from './tape'

// Two units: one goes 0.001 degrees to the east a minute for ten minutes, is away
// for ten, and comes back where it was; the other stands, and calls at 300 s.
const begin = Date.parse('2016-09-30T00:00:00Z') / 1000
const tracks: Tracks = {
  from: '2016-09-30T00:00:00Z', to: '2016-09-30T01:00:00Z', every: 60, scale: 100_000, posts: 2, still: 1, steps: 14,
  tracks: [
    { unit: 'A', callSign: 'one', name: '', at: [0, 60, 60, 60, 60, 60, 60, 60, 60, 60, 600], lon: [10_260_000, 100, 100, 100, 100, 100, 100, 100, 100, 100, -900], lat: [3_790_000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], stops: [[1140, 2000, 102.6, 37.9]], calls: [] },
    { unit: 'B', callSign: '', name: 'two', at: [0, 60, 540], lon: [10_270_000, 0, 0], lat: [3_790_000, 0, 0], stops: [], calls: [[300, 102.7, 37.9]] },
  ],
}
const stateOf = (t: Tape, i: number) => unitStates[t.state[i] as number]
const at = (t: Tape, i: number) => lonLat(...t.place(i)).map((v) => Number(v.toFixed(6)))

describe('a tape', () => {
  it('has a unit half way between two steps half way between their moments', () => {
    const t = new Tape(tracks)
    t.seek(begin + 90)
    expect(at(t, 0)).toEqual([102.6015, 37.9])
    expect(stateOf(t, 0)).toBe('moving')
    expect(t.names).toEqual(['one', 'two'])
  })
  it('comes to the same by running as by jumping, forth and back', () => {
    const run = new Tape(tracks)
    for (let s = 0; s <= 1500; s += 7) run.seek(begin + s)
    run.seek(begin + 400)
    const jumped = new Tape(tracks)
    jumped.seek(begin + 400)
    expect(at(run, 0)).toEqual(at(jumped, 0))
    expect([...run.state]).toEqual([...jumped.state])
  })
  it('leaves a unit where it was heard last when nobody knows the way, and takes it off the map in the end', () => {
    const t = new Tape(tracks)
    t.seek(begin + 800)
    expect(at(t, 0)).toEqual([102.609, 37.9])
    t.seek(begin + 1140)
    expect(at(t, 0)).toEqual([102.6, 37.9])
    expect(stateOf(t, 0)).toBe('dwelling')
    t.seek(begin + 1140 + 901)
    expect(stateOf(t, 0)).toBe('off')
    expect(t.place(0)[0]).toBeNaN()
    expect(t.shown()).toBe(0)
  })
  it('shows a call for help while it is fresh', () => {
    const t = new Tape(tracks)
    const states = [299, 300, 389, 390].map((s) => { t.seek(begin + s); return stateOf(t, 1) })
    expect(states).toEqual(['duty', 'sos', 'sos', 'duty'])
  })
  it('draws the way behind up to where the unit is, and no way that nobody knows', () => {
    const t = new Tape(tracks)
    t.seek(begin + 150)
    const buffer = new Float32Array(100 * pieceSize)
    const n = t.trails(() => buffer, [0, 0], 3600)
    // Unit A: two whole pieces and half of the third; unit B has a way it stood on, of one minute.
    expect(n).toBe(4)
    const head = buffer.subarray(0, pieceSize)
    expect(head[2]).toBeCloseTo(mercator(102.6025, 37.9)[0], 6)
    expect([head[4], head[5]]).toEqual([30, 0])
    t.seek(begin + 1000)
    expect(t.trails(() => buffer, [0, 0], 300)).toBe(0)
  })
  it('packs those on the map, calls for help last', () => {
    const t = new Tape(tracks)
    t.seek(begin + 310)
    expect([...t.pack(new Float32Array(18), [0, 0], begin * 1000)]).toEqual([0, 1])
    t.seek(begin)
    expect(t.bounds()?.map((v) => Number(v.toFixed(4)))).toEqual([102.6, 37.9, 102.7, 37.9])
  })
})
