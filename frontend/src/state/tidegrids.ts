// All service grids with the time of their last visit, as columns: 28,000 of them
// change by the minute, so that no object is made for one.
import type { TideAnswer, TideNews } from '../server/tide'

/** Numbers of which each but the first is written as the difference to the one before. */
export function summed(differences: readonly number[]): number[] {
  let at = 0
  return differences.map((d) => (at += d))
}

/** The least idleness of each class but the first, in minutes. */
export const idleSteps = [30, 60, 120, 240, 480, 1440] as const
/** How many classes there are: the first has no colour, because somebody was just there. */
export const idleClasses = idleSteps.length + 1

/** The class of an idleness in minutes; never, as far back as is known, is the last. */
export function idleClass(minutes: number): number {
  if (minutes < 0) return idleSteps.length
  const beyond = idleSteps.findIndex((least) => minutes < least)
  return beyond < 0 ? idleSteps.length : beyond
}

/** The code of a grid, as people write it. */
export const gridCode = (number: number) => String(number).padStart(15, '0')

export class TideGrids {
  readonly size: number
  readonly numbers: readonly number[]
  readonly fids: Int32Array
  readonly lon: Float64Array
  readonly lat: Float64Array
  readonly risk: Float32Array
  readonly hot: Uint8Array
  /** visits in the window; empty for now */
  readonly visits: readonly number[]
  /** the longest idleness of the window, in minutes; null for now */
  private readonly worst: readonly number[] | null
  /** last visits in Unix seconds; -1 for none as far back as known */
  private readonly last: Float64Array
  private readonly rank: ReadonlyMap<number, number>
  private readonly byFid: ReadonlyMap<number, number>
  version: number

  constructor(answer: TideAnswer) {
    this.numbers = summed(answer.grids)
    this.size = this.numbers.length
    this.fids = Int32Array.from(answer.fids ?? [])
    this.lon = Float64Array.from(answer.lon ?? [])
    this.lat = Float64Array.from(answer.lat ?? [])
    this.risk = Float32Array.from(answer.risk ?? [])
    this.hot = new Uint8Array(this.size)
    for (const i of answer.hot ?? []) this.hot[i] = 1
    this.visits = answer.visits ?? []
    this.worst = answer.from ? answer.minutes : null
    const at = Date.parse(answer.at) / 1000
    this.last = Float64Array.from(answer.minutes, (m) => (m < 0 ? -1 : at - 60 * m))
    this.rank = new Map(this.numbers.map((n, i) => [n, i]))
    this.byFid = new Map([...this.fids].map((fid, i) => [fid, i]))
    this.version = answer.version
  }

  /** The place of a grid in the columns, by its code or by the number of its feature. */
  of(code: string): number | undefined {
    return this.rank.get(Number(code))
  }
  ofFid(fid: number): number | undefined {
    return this.byFid.get(fid)
  }

  /** Minutes without a visit at a time in milliseconds, or the longest in the window; -1 for none as far back as known. */
  minutes(i: number, now: number): number {
    if (this.worst) return this.worst[i] ?? -1
    const last = this.last[i] as number
    return last < 0 ? -1 : Math.max(0, Math.floor((now / 1000 - last) / 60))
  }

  /** Takes over which grids were just visited. */
  take(news: TideNews): void {
    const numbers = summed(news.grids ?? [])
    numbers.forEach((n, k) => {
      const i = this.rank.get(n)
      const at = news.last?.[k]
      if (i !== undefined && at !== undefined && at > (this.last[i] as number)) this.last[i] = at
    })
    this.version = Math.max(this.version, news.version)
  }

  /** The classes of all grids at a time, into an array of as many. */
  classes(now: number, into: Uint8Array): void {
    for (let i = 0; i < this.size; i++) into[i] = idleClass(this.minutes(i, now))
  }

  /** Whether any unit passed anywhere, as far back as is known. */
  get anyVisit(): boolean {
    return this.last.some((at) => at >= 0)
  }
}
