// The routes of replay: where units were, and who looked.
import { call } from './http'
import type { components } from './schema.gen'

export type Tracks = components['schemas']['Replay']
export type Track = Tracks['tracks'][number]
export type Look = components['schemas']['Looks']['looks'][number]

const moment = (seconds: number) => new Date(seconds * 1000).toISOString().replace('.000', '')

/** The tracks of a unit, or of an area ('@' and its code), between two moments in seconds since 1970. */
export function tracks(of: string, from: number, to: number, signal?: AbortSignal): Promise<Tracks> {
  const what = of.startsWith('@') ? `area=${encodeURIComponent(of.slice(1))}` : `unit=${encodeURIComponent(of)}`
  return call<Tracks>(`/api/replay?${what}&from=${moment(from)}&to=${moment(to)}`, { signal })
}

/** Who looked at tracks, newest first. */
export const looks = (before?: number) => call<{ looks: Look[] }>(`/api/replay/looks?limit=100${before ? `&before=${before}` : ''}`)
