// A replay as a part of the address and back: replay=of,from,to with rt and rx
// for the clock and the speed.

/** What is replayed: a unit by its id, or '@' and the code of an area; seconds since 1970. */
export interface Replay {
  of: string
  from: number
  to: number
  /** where the clock stands */
  at: number
  speed: Speed
}

export const speeds = [1, 10, 60, 300, 600] as const
export type Speed = (typeof speeds)[number]
/** The longest window the server shows at once, in seconds. */
export const longest = 24 * 3600

export function formatReplay(replay: Replay | null, q: URLSearchParams): void {
  if (!replay) return
  q.set('replay', [encodeURIComponent(replay.of), replay.from, replay.to].join(','))
  if (replay.at !== replay.from) q.set('rt', String(Math.round(replay.at)))
  if (replay.speed !== 60) q.set('rx', String(replay.speed))
}

export function parseReplay(q: URLSearchParams): Replay | null {
  const [, of, from, to] = /^([^,]{1,200}),(\d{9,10}),(\d{9,10})$/.exec(q.get('replay') ?? '') ?? []
  if (!of) return null
  const begin = Number(from)
  const end = Number(to)
  if (end <= begin || end - begin > longest) return null
  const at = Number(q.get('rt') ?? '')
  try {
    return { of: decodeURIComponent(of), from: begin, to: end, at: at > begin && at <= end ? at : begin, speed: speeds.find((s) => String(s) === q.get('rx')) ?? 60 }
  } catch {
    return null
  }
}
