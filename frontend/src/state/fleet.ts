// All units as columns of numbers: what the stream tells goes in, what the map
// draws comes out. Thousands of them move at once, so none is an object.
import type { UnitRow, UnitState } from '../server/patrol'

export type { UnitState }

/** What a unit does, as the server tells it. */
export const unitStates = ['off', 'post', 'duty', 'moving', 'dwelling', 'silent', 'sos'] as const satisfies readonly UnitState[]

/** What does not change while a unit moves. */
export interface UnitHome {
  id: string
  kind: string
  home: readonly number[]
}

/** The kinds that stand, drawn square; the others go, drawn round. */
const standing = ['post', 'checkpoint', 'gate']

/** A glide between two fixes takes as long as lay between them, in milliseconds, but not longer than this. */
export const longestGlide = 30_000
/** Who was not heard for so long is not known to have gone straight: it jumps, in milliseconds. */
export const jumpAfter = 120_000
/** Shorter glides than this look like jumps anyway, in milliseconds. */
const shortestGlide = 400

/** How fresh a place is by its age in seconds: full, fading, hollow, lost. */
export const freshness = { full: 60, fading: 300, hollow: 900 } as const
export type Fresh = 'full' | 'fading' | 'hollow' | 'lost' | 'none'

/** The class of an age in seconds; none where there is no fix. */
export function freshOf(seconds: number): Fresh {
  if (!Number.isFinite(seconds)) return 'none'
  if (seconds < freshness.full) return 'full'
  if (seconds < freshness.fading) return 'fading'
  return seconds < freshness.hollow ? 'hollow' : 'lost'
}

/** Web Mercator with the world from 0 to 1, x to the east and y to the south. */
export function mercator(lon: number, lat: number): [x: number, y: number] {
  return [(lon + 180) / 360, 0.5 - Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / (2 * Math.PI)]
}

/** The inverse of mercator, in degrees. */
export function lonLat(x: number, y: number): [lon: number, lat: number] {
  return [x * 360 - 180, (Math.atan(Math.exp((0.5 - y) * 2 * Math.PI)) * 360) / Math.PI - 90]
}

const off = 0
const sos = unitStates.indexOf('sos')
const numberOf = new Map<string, number>(unitStates.map((s, k) => [s, k]))

export class Fleet {
  /** how many units were ever heard or learnt of */
  size = 0
  readonly ids: string[] = []
  private readonly index = new Map<string, number>()
  /** index into unitStates */
  state = new Uint8Array(0)
  /** Unix seconds of the newest fix, NaN without one */
  at = new Float64Array(0)
  heading = new Float32Array(0)
  speed = new Float32Array(0)
  battery = new Float32Array(0)
  /** the device's clock is wrong: at is when the fix arrived */
  misdated = new Uint8Array(0)
  /** 1 for kinds that stand */
  post = new Uint8Array(0)
  /** 1 for those counted in a group instead of drawn */
  grouped = new Uint8Array(0)
  /** where the glide began and ends, Mercator; NaN where there is no place */
  private x0 = new Float64Array(0)
  private y0 = new Float64Array(0)
  private x1 = new Float64Array(0)
  private y1 = new Float64Array(0)
  private homeX = new Float64Array(0)
  private homeY = new Float64Array(0)
  /** when the glide began, and for how long it goes on, milliseconds */
  private began = new Float64Array(0)
  private lasts = new Float64Array(0)
  /** grows with every change */
  revision = 0
  /** after this nobody glides, milliseconds */
  restless = 0

  /** The number of a unit; undefined for one never heard of. */
  of(id: string): number | undefined {
    return this.index.get(id)
  }

  /** Takes the whole picture in place of all before; now in milliseconds. */
  replace(rows: readonly UnitRow[], now: number): void {
    this.state.fill(off)
    this.take(rows, now)
  }

  /** Takes what changed. A row without a place leaves none. */
  take(rows: readonly UnitRow[], now: number): void {
    for (const row of rows) this.takeOne(row, now)
    this.revision++
  }

  private takeOne([id, state, at, lon, lat, heading, speed, battery, misdated]: UnitRow, now: number): void {
    const i = this.numberFor(id)
    this.state[i] = numberOf.get(state) ?? off
    if (at === undefined || lon === undefined || lat === undefined) {
      this.at[i] = NaN
      this.x1[i] = NaN
      return
    }
    const [x, y] = mercator(lon, lat)
    const before = this.at[i] as number
    if (before === at && this.x1[i] === x && this.y1[i] === y) return
    const between = (at - before) * 1000
    // The first fix, one that went back, and one after a long silence: nobody knows the way.
    const jumps = !(between > 0) || between > jumpAfter || Number.isNaN(this.x1[i] as number)
    const [fromX, fromY] = jumps ? [x, y] : this.place(i, now)
    this.x0[i] = fromX
    this.y0[i] = fromY
    this.x1[i] = x
    this.y1[i] = y
    this.began[i] = now
    this.lasts[i] = jumps || (fromX === x && fromY === y) ? 0 : Math.min(Math.max(between, shortestGlide), longestGlide)
    this.restless = Math.max(this.restless, now + (this.lasts[i] as number))
    this.at[i] = at
    this.heading[i] = heading ?? NaN
    this.speed[i] = speed ?? NaN
    this.battery[i] = battery ?? NaN
    this.misdated[i] = misdated ? 1 : 0
  }

  /** Learns kinds and homes: who stands alone at a post is shown there. */
  learn(homes: readonly UnitHome[]): void {
    for (const { id, kind, home } of homes) {
      const i = this.numberFor(id)
      this.post[i] = standing.includes(kind) ? 1 : 0
      ;[this.homeX[i], this.homeY[i]] = mercator(home[0] ?? NaN, home[1] ?? NaN)
    }
    this.revision++
  }

  /** Where a unit is drawn at a moment, Mercator: on its way, or at home where that is all that is known; NaN for nowhere. */
  place(i: number, now: number): [x: number, y: number] {
    const x1 = this.x1[i] as number
    if (Number.isNaN(x1)) return this.atHome(i) ? [this.homeX[i] as number, this.homeY[i] as number] : [NaN, NaN]
    const lasts = this.lasts[i] as number
    const part = lasts > 0 ? Math.min(Math.max((now - (this.began[i] as number)) / lasts, 0), 1) : 1
    return [
      (this.x0[i] as number) + part * (x1 - (this.x0[i] as number)),
      (this.y0[i] as number) + part * ((this.y1[i] as number) - (this.y0[i] as number)),
    ]
  }

  /** Only a post of one and a call for help are shown at home: a team without a fix may be anywhere. */
  private atHome(i: number): boolean {
    const state = unitStates[this.state[i] as number]
    return state === 'post' || state === 'sos'
  }

  /** Ends all glides at once, for those who want no motion. */
  rest(): void {
    this.lasts.fill(0)
    this.restless = 0
    this.revision++
  }

  /** Seconds since the newest fix; NaN without one. A post of one is as fresh as its shift. */
  age(i: number, now: number): number {
    if (unitStates[this.state[i] as number] === 'post') return 0
    return Math.max(0, now / 1000 - (this.at[i] as number))
  }

  /** How many units are in each state, in the order of unitStates. */
  counts(): number[] {
    const counts = unitStates.map(() => 0)
    for (let i = 0; i < this.size; i++) counts[this.state[i] as number] = (counts[this.state[i] as number] ?? 0) + 1
    return counts
  }

  /** The drawn unit nearest to a place and not farther than radius, Mercator; a call for help wins over all; -1 for none. */
  nearest(x: number, y: number, radius: number, now: number, shown: (i: number) => boolean): number {
    let best = -1
    let least = radius * radius
    for (let i = 0; i < this.size; i++) {
      if (this.grouped[i] || !shown(i)) continue
      const [px, py] = this.place(i, now)
      const far = (px - x) ** 2 + (py - y) ** 2
      if (far > radius * radius || Number.isNaN(far)) continue
      const wins = this.state[i] === sos && best >= 0 && this.state[best] !== sos
      const loses = best >= 0 && this.state[best] === sos && this.state[i] !== sos
      if (best < 0 || wins || (far < least && !loses)) [best, least] = [i, far]
    }
    return best
  }

  /**
   * Writes the shown units for the graphics card, those that matter most last so that they lie on top: per unit from x and
   * y, to x and y (Mercator, from origin), begin and length of the glide, the time of the fix (seconds from base), heading
   * in radians (-10 unknown), and a code: state + 8 for a post + 16 for a place without a time. Returns the units in that order.
   */
  pack(into: Float32Array, origin: readonly [number, number], base: number, shown: (i: number) => boolean): Int32Array<ArrayBuffer> {
    const order = this.drawn(shown)
    let k = 0
    for (const i of order) {
      const atHome = Number.isNaN(this.x1[i] as number)
      const [x1, y1] = atHome ? [this.homeX[i] as number, this.homeY[i] as number] : [this.x1[i] as number, this.y1[i] as number]
      into[k++] = (atHome ? x1 : (this.x0[i] as number)) - origin[0]
      into[k++] = (atHome ? y1 : (this.y0[i] as number)) - origin[1]
      into[k++] = x1 - origin[0]
      into[k++] = y1 - origin[1]
      into[k++] = ((this.began[i] as number) - base) / 1000
      into[k++] = atHome ? 0 : (this.lasts[i] as number) / 1000
      into[k++] = atHome ? 0 : (this.at[i] as number) - base / 1000
      const heading = this.heading[i] as number
      into[k++] = Number.isNaN(heading) ? -10 : (heading * Math.PI) / 180
      into[k++] = (this.state[i] as number) + 8 * (this.post[i] as number) + (atHome ? 16 : 0)
    }
    return order
  }

  /** The units that have a place, by state in the order in which they are painted. */
  private drawn(shown: (i: number) => boolean): Int32Array<ArrayBuffer> {
    const order = new Int32Array(this.size)
    let n = 0
    for (const name of paintOrder) {
      const state = numberOf.get(name)
      for (let i = 0; i < this.size; i++) {
        if (this.state[i] !== state || this.grouped[i] || !shown(i)) continue
        if (Number.isNaN(this.x1[i] as number) && !(this.atHome(i) && !Number.isNaN(this.homeX[i] as number))) continue
        order[n++] = i
      }
    }
    return order.subarray(0, n)
  }

  private numberFor(id: string): number {
    const known = this.index.get(id)
    if (known !== undefined) return known
    if (this.size === this.state.length) this.grow(Math.max(1024, 2 * this.size))
    const i = this.size++
    this.ids.push(id)
    this.index.set(id, i)
    this.at[i] = this.x1[i] = this.homeX[i] = this.heading[i] = this.speed[i] = this.battery[i] = NaN
    return i
  }

  private grow(to: number): void {
    const bytes = (old: Uint8Array) => { const next = new Uint8Array(to); next.set(old); return next }
    const floats = (old: Float32Array) => { const next = new Float32Array(to); next.set(old); return next }
    const doubles = (old: Float64Array) => { const next = new Float64Array(to); next.set(old); return next }
    this.state = bytes(this.state)
    this.misdated = bytes(this.misdated)
    this.post = bytes(this.post)
    this.grouped = bytes(this.grouped)
    this.heading = floats(this.heading)
    this.speed = floats(this.speed)
    this.battery = floats(this.battery)
    this.at = doubles(this.at)
    this.x0 = doubles(this.x0)
    this.y0 = doubles(this.y0)
    this.x1 = doubles(this.x1)
    this.y1 = doubles(this.y1)
    this.homeX = doubles(this.homeX)
    this.homeY = doubles(this.homeY)
    this.began = doubles(this.began)
    this.lasts = doubles(this.lasts)
  }
}

/** Numbers of a unit in what pack writes. */
export const packed = 9

const paintOrder: readonly UnitState[] = ['silent', 'post', 'dwelling', 'duty', 'moving', 'sos']
