// Past tracks as columns of numbers, and where each unit is on them at a moment:
// what the replay draws. Like the fleet, thousands of units and no object for each.
import type { Track, Tracks } from '../server/replay'
import { lonLat, mercator, unitStates, type UnitState } from './fleet'

const codeOf = (state: UnitState) => unitStates.indexOf(state)
const [moving, dwelling, duty, sos, off] = (['moving', 'dwelling', 'duty', 'sos', 'off'] as const).map(codeOf) as [number, number, number, number, number]

/** Between two steps farther apart than this nobody knows the way, in seconds; or than this many steps of the pace. */
const gap = 150
const gapSteps = 2.5
/** A unit is shown for so long after its last step, in seconds; then it is off the map. */
const lingers = 900
/** A call for help is shown for so long, in seconds. */
const callsFor = 90
/** Slower than this is standing, in metres a second. */
const slowest = 0.4
/** Metres around the equator, which is 1 in Mercator. */
const around = 40_075_017

export interface Stop { unit: number; from: number; to: number; lon: number; lat: number }
export interface Call { unit: number; at: number; lon?: number; lat?: number }

export class Tape {
  readonly size: number
  readonly ids: string[]
  readonly names: string[]
  readonly stops: Stop[] = []
  readonly calls: Call[] = []
  /** index into unitStates; off for one that is not on the map */
  readonly state: Uint8Array<ArrayBuffer>
  /** grows when a unit took another step */
  revision = 0
  /** nobody glides by the page's clock: the replay's own draws each picture */
  readonly restless = 0
  readonly from: number
  readonly to: number
  readonly every: number
  readonly posts: number
  readonly still: number
  readonly steps: number
  private readonly index = new Map<string, number>()
  /** where each unit's steps begin, and the end of all */
  private readonly first: Uint32Array
  /** seconds since 1970, and Mercator */
  private readonly at: Float64Array
  private readonly x: Float64Array
  private readonly y: Float64Array
  /** the step each unit took last; below its first before that */
  private readonly cursor: Int32Array
  private readonly stopsOf: Stop[][]
  private readonly callsOf: Call[][]
  private now = NaN

  constructor(tracks: Tracks) {
    this.from = Date.parse(tracks.from) / 1000
    this.to = Date.parse(tracks.to) / 1000
    ;[this.every, this.posts, this.still, this.steps] = [tracks.every, tracks.posts, tracks.still, tracks.steps]
    this.size = tracks.tracks.length
    this.ids = tracks.tracks.map((t) => t.unit)
    this.names = tracks.tracks.map((t) => t.callSign || t.name || t.unit)
    this.first = new Uint32Array(this.size + 1)
    this.at = new Float64Array(tracks.steps)
    this.x = new Float64Array(tracks.steps)
    this.y = new Float64Array(tracks.steps)
    this.state = new Uint8Array(this.size).fill(off)
    this.cursor = new Int32Array(this.size)
    this.stopsOf = this.ids.map(() => [])
    this.callsOf = this.ids.map(() => [])
    let n = 0
    tracks.tracks.forEach((track, i) => {
      this.index.set(track.unit, i)
      this.first[i] = n
      n = this.unroll(track, i, n, tracks.scale)
    })
    this.first[this.size] = n
    this.seek(this.from)
  }

  /** Writes the steps of a track from number n on, and gives the number after them. */
  private unroll(track: Track, i: number, n: number, scale: number): number {
    let [at, lon, lat] = [this.from, 0, 0]
    for (let k = 0; k < track.at.length; k++, n++) {
      at += track.at[k] as number
      lon += track.lon[k] as number
      lat += track.lat[k] as number
      this.at[n] = at
      ;[this.x[n], this.y[n]] = mercator(lon / scale, lat / scale)
    }
    for (const [from, to, x, y] of track.stops as [number, number, number, number][]) {
      const stop = { unit: i, from: this.from + from, to: this.from + to, lon: x, lat: y }
      this.stops.push(stop)
      this.stopsOf[i]?.push(stop)
    }
    for (const [when, x, y] of track.calls as [number, number?, number?][]) {
      const call = { unit: i, at: this.from + when, ...(x === undefined || y === undefined ? {} : { lon: x, lat: y }) }
      this.calls.push(call)
      this.callsOf[i]?.push(call)
    }
    return n
  }

  of(id: string): number | undefined {
    return this.index.get(id)
  }

  /** Goes to a moment, in seconds since 1970. */
  seek(now: number): void {
    if (now === this.now) return
    let changed = false
    for (let i = 0; i < this.size; i++) {
      const begin = this.first[i] as number
      const end = this.first[i + 1] as number
      let k = this.cursor[i] as number
      const before = k
      if (now < this.now || Number.isNaN(this.now)) k = begin - 1
      while (k + 1 < end && (this.at[k + 1] as number) <= now) k++
      this.cursor[i] = k
      const state = this.stateAt(i, k, now)
      if (k !== before || state !== this.state[i]) changed = true
      this.state[i] = state
    }
    this.now = now
    if (changed) this.revision++
  }

  private stateAt(i: number, k: number, now: number): number {
    if (this.callsOf[i]?.some((c) => c.at <= now && now < c.at + callsFor)) return sos
    const begin = this.first[i] as number
    if (k < begin || now - (this.at[k] as number) > Math.max(lingers, gapSteps * this.every)) return off
    if (this.stopsOf[i]?.some((s) => s.from <= now && now < s.to)) return dwelling
    return this.speed(i, k) > slowest ? moving : duty
  }

  /** Whether the way from a step to the next is known. */
  private joined(i: number, k: number): boolean {
    return k >= (this.first[i] as number) && k + 1 < (this.first[i + 1] as number) && (this.at[k + 1] as number) - (this.at[k] as number) <= Math.max(gap, gapSteps * this.every)
  }

  /** Metres a second from a step to the next; 0 where the way is not known. */
  private speed(i: number, k: number): number {
    if (!this.joined(i, k)) return 0
    const metres = Math.hypot((this.x[k + 1] as number) - (this.x[k] as number), (this.y[k + 1] as number) - (this.y[k] as number)) * around * Math.cos(this.latitude(k))
    return metres / Math.max(1, (this.at[k + 1] as number) - (this.at[k] as number))
  }

  private latitude(k: number): number {
    return Math.atan(Math.sinh(Math.PI * (1 - 2 * (this.y[k] as number))))
  }

  /** Where a unit is now, Mercator; NaN while it is off the map. */
  place(i: number): [x: number, y: number] {
    const k = this.cursor[i] as number
    if (this.state[i] === off || k < (this.first[i] as number)) return [NaN, NaN]
    const part = this.joined(i, k) ? (this.now - (this.at[k] as number)) / ((this.at[k + 1] as number) - (this.at[k] as number)) : 0
    const along = (v: Float64Array) => (v[k] as number) + part * ((v[part ? k + 1 : k] as number) - (v[k] as number))
    return [along(this.x), along(this.y)]
  }

  /** The unit nearest to a place and not farther than radius, Mercator; -1 for none. */
  nearest(x: number, y: number, radius: number): number {
    let [best, least] = [-1, radius * radius]
    for (let i = 0; i < this.size; i++) {
      const [px, py] = this.place(i)
      const far = (px - x) ** 2 + (py - y) ** 2
      if (far <= least) [best, least] = [i, far]
    }
    return best
  }

  /** Writes those on the map for the graphics card as Fleet.pack does: each on its way from the step it took to the next. */
  pack(into: Float32Array, origin: readonly [number, number], base: number): Int32Array<ArrayBuffer> {
    const order = new Int32Array(this.size)
    let [n, p] = [0, 0]
    // Calls for help lie on top.
    for (const urgent of [false, true]) {
      for (let i = 0; i < this.size; i++) {
        const k = this.cursor[i] as number
        if (this.state[i] === off || (this.state[i] === sos) !== urgent || k < (this.first[i] as number)) continue
        const next = this.joined(i, k) ? k + 1 : k
        const [x0, y0, x1, y1] = [this.x[k] as number, this.y[k] as number, this.x[next] as number, this.y[next] as number]
        into[p++] = x0 - origin[0]
        into[p++] = y0 - origin[1]
        into[p++] = x1 - origin[0]
        into[p++] = y1 - origin[1]
        into[p++] = (this.at[k] as number) - base / 1000
        into[p++] = (this.at[next] as number) - (this.at[k] as number)
        // On a known way the place is as fresh as can be.
        into[p++] = (this.at[next] as number) - base / 1000
        into[p++] = x0 === x1 && y0 === y1 ? -10 : Math.atan2(x1 - x0, y0 - y1)
        into[p++] = this.state[i] as number
        order[n++] = i
      }
    }
    return order.subarray(0, n)
  }

  /**
   * Writes the ways of the last so many seconds, up to where each unit is: per piece from x and y, to x and y (Mercator,
   * from origin), and the moments of both, in seconds before now. Gives how many pieces there are.
   */
  trails(into: (size: number) => Float32Array, origin: readonly [number, number], back: number): number {
    let pieces = 0
    for (let i = 0; i < this.size; i++) for (let k = this.cursor[i] as number; k >= (this.first[i] as number) && this.now - (this.at[k + 1] ?? this.now) < back; k--) pieces++
    const out = into(pieces * pieceSize)
    let p = 0
    for (let i = 0; i < this.size; i++) {
      for (let k = this.cursor[i] as number; k >= (this.first[i] as number) && this.now - (this.at[k + 1] ?? this.now) < back; k--) {
        if (!this.joined(i, k)) continue
        const head = k === this.cursor[i]
        const [x1, y1] = head ? this.place(i) : [this.x[k + 1] as number, this.y[k + 1] as number]
        if (Number.isNaN(x1)) continue
        out[p++] = (this.x[k] as number) - origin[0]
        out[p++] = (this.y[k] as number) - origin[1]
        out[p++] = x1 - origin[0]
        out[p++] = y1 - origin[1]
        out[p++] = this.now - (this.at[k] as number)
        out[p++] = head ? 0 : this.now - (this.at[k + 1] as number)
      }
    }
    return p / pieceSize
  }

  /** Around all tracks, in degrees; null where there is none. */
  bounds(): [west: number, south: number, east: number, north: number] | null {
    if (!this.x.length) return null
    let [west, north, east, south] = [Infinity, Infinity, -Infinity, -Infinity]
    for (let k = 0; k < this.x.length; k++) {
      west = Math.min(west, this.x[k] as number)
      east = Math.max(east, this.x[k] as number)
      north = Math.min(north, this.y[k] as number)
      south = Math.max(south, this.y[k] as number)
    }
    return [...lonLat(west, south), ...lonLat(east, north)]
  }

  /** How many units are on the map now. */
  shown(): number {
    let n = 0
    for (const state of this.state) if (state !== off) n++
    return n
  }
}

/** Numbers of a piece in what trails writes. */
export const pieceSize = 6
