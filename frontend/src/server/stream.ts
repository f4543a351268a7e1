// The live stream: what happens, told by the server as server-sent events. It
// is read with fetch and not EventSource, because that hides heartbeats and
// the reason of a refusal.
import { tell } from './http'
import type { Alarm, UnitRow } from './patrol'
import type { TideNews } from './tide'

/** A layer whose tiles show a new version. */
export interface Moved {
  layer: string
  version: number
}

/** What the data of events hold; later kinds of news are further members. */
export interface News {
  layers?: Moved[]
  /** units that changed, or all of them in place of all before */
  unit?: { fresh: boolean; units: UnitRow[] }
  /** service grids that were just visited */
  tide?: TideNews
  /** every open alarm */
  alarm?: Alarm[]
}

/** Missing for two heartbeats of 15 s means that the line is dead, in milliseconds. */
export const deadAfter = 31_000
const firstWait = 1_000
const longestWait = 30_000

/** An event as it came. */
export interface StreamEvent {
  id: string
  event: string
  data: string
}

/** Reads the text of a stream piece by piece (WHATWG HTML, 9.2.6); gives the events that each piece completes. */
export function eventReader(): (piece: string) => StreamEvent[] {
  let rest = ''
  let id = ''
  let event = ''
  let data: string[] = []
  return (piece) => {
    const lines = (rest + piece).split('\n')
    rest = lines.pop() ?? ''
    const complete: StreamEvent[] = []
    for (const raw of lines) {
      const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw
      if (line === '') {
        if (data.length) complete.push({ id, event: event || 'message', data: data.join('\n') })
        event = ''
        data = []
        continue
      }
      const colon = line.indexOf(':')
      if (colon === 0) continue // a heartbeat
      const field = colon < 0 ? line : line.slice(0, colon)
      const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
      if (field === 'id') id = value
      else if (field === 'event') event = value
      else if (field === 'data') data.push(value)
    }
    return complete
  }
}

/** How long to wait before connecting again, in milliseconds: twice as long each time, spread so that not all come at once. */
export function waitBefore(attempt: number, chance = Math.random()): number {
  return Math.min(longestWait, firstWait * 2 ** attempt) * (0.5 + chance / 2)
}

/**
 * Follows the stream until it is stopped: connects again when it breaks, with the id of the last event, and tells
 * the listeners of http.ts when the line is dead or the session over. Returns how to stop.
 */
export function follow(told: (news: News) => void): () => void {
  const stopped = new AbortController()
  void run(told, stopped.signal)
  return () => stopped.abort()
}

async function run(told: (news: News) => void, stopped: AbortSignal): Promise<void> {
  let seen = ''
  let attempt = 0
  let silent: ReturnType<typeof setTimeout> | undefined
  while (!stopped.aborted) {
    const line = new AbortController()
    const stop = () => line.abort()
    stopped.addEventListener('abort', stop)
    const alive = () => {
      clearTimeout(silent)
      silent = setTimeout(() => {
        silent = undefined
        line.abort()
        if (!stopped.aborted) tell('silent')
      }, deadAfter)
    }
    try {
      if (silent === undefined) alive()
      const answer = await fetch('/api/live', {
        credentials: 'same-origin', cache: 'no-store', signal: line.signal,
        headers: { Accept: 'text/event-stream', ...(seen ? { 'Last-Event-ID': seen } : {}) },
      })
      alive() // whatever it says, somebody is there
      if (answer.status === 401) tell('signed-out')
      if (answer.status === 401 || answer.status === 403) break
      if (answer.ok && answer.body) {
        for await (const events of eventsOf(answer.body)) {
          alive()
          tell('answered')
          attempt = 0
          for (const e of events) {
            seen = e.id || seen
            told(JSON.parse(e.data) as News)
          }
        }
      }
    } catch {
      // The line broke, was given up, or told nonsense: begin anew.
    }
    line.abort()
    stopped.removeEventListener('abort', stop)
    await pause(waitBefore(attempt++), stopped)
  }
  clearTimeout(silent)
}

async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamEvent[]> {
  const read = eventReader()
  const text = new TextDecoder()
  const reader = body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    yield read(text.decode(value, { stream: true }))
  }
}

function pause(ms: number, stopped: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (stopped.aborted) return done()
    const timer = setTimeout(done, ms)
    stopped.addEventListener('abort', () => { clearTimeout(timer); done() }, { once: true })
  })
}
