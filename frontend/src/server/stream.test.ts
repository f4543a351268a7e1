import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { onHeard, type Heard } from './http'
import { deadAfter, eventReader, follow, waitBefore, type News } from './stream'

describe('the reader of events', () => {
  it('puts pieces together, wherever they were cut', () => {
    const text = ': \n\nretry: 2000\n\nid: a=1\nevent: hello\ndata: {"x":\ndata: 1}\n\nevent:layers\r\ndata:{}\r\n\r\n: beat\n\ndata'
    const whole = eventReader()(text)
    expect(whole).toEqual([{ id: 'a=1', event: 'hello', data: '{"x":\n1}' }, { id: 'a=1', event: 'layers', data: '{}' }])
    const read = eventReader()
    expect([...text].flatMap((c) => read(c))).toEqual(whole)
  })
})

it('waits twice as long each time, half a minute at most, and not all at once', () => {
  expect([0, 1, 2, 3, 4, 5, 9].map((n) => waitBefore(n, 1))).toEqual([1000, 2000, 4000, 8000, 16000, 30000, 30000])
  expect(waitBefore(0, 0)).toBe(500)
})

describe('following the stream', () => {
  const heard: Heard[] = []
  let stopHearing: () => void
  beforeEach(() => {
    vi.useFakeTimers()
    heard.length = 0
    stopHearing = onHeard((h) => heard.push(h))
  })
  afterEach(() => {
    stopHearing()
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  /** A server of streams: each connection is kept, with the id it came with. */
  function serve(status = 200) {
    const lines: { seen: string | null; say(text: string): void; end(): void; gone: boolean }[] = []
    vi.stubGlobal('fetch', async (_: string, options: RequestInit) => {
      let to!: ReadableStreamDefaultController<Uint8Array>
      const body = new ReadableStream<Uint8Array>({ start: (c) => { to = c } })
      const line = {
        seen: new Headers(options.headers).get('Last-Event-ID'), gone: false,
        say: (text: string) => to.enqueue(new TextEncoder().encode(text)),
        end: () => to.close(),
      }
      options.signal?.addEventListener('abort', () => {
        if (!line.gone) to.error(new DOMException('aborted', 'AbortError'))
        line.gone = true
      })
      lines.push(line)
      return new Response(body, { status })
    })
    return lines
  }
  const soon = () => vi.advanceTimersByTimeAsync(1)

  it('tells what moved and comes back with the last id when the line breaks', async () => {
    const lines = serve()
    const told: News[] = []
    const stop = follow((n) => told.push(n))
    await soon()
    lines[0]?.say('id: camera=1\nevent: hello\ndata: {"layers":[{"layer":"camera","version":1}]}\n\n')
    await soon()
    expect(told).toEqual([{ layers: [{ layer: 'camera', version: 1 }] }])
    lines[0]?.end()
    await vi.advanceTimersByTimeAsync(2000)
    expect(lines.map((l) => l.seen)).toEqual([null, 'camera=1'])
    expect(heard).not.toContain('silent')
    stop()
    await soon()
    expect(lines[1]?.gone).toBe(true)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(lines).toHaveLength(2)
  })

  it('is silent when two heartbeats are missed, and not before', async () => {
    const lines = serve()
    const stop = follow(() => undefined)
    await soon()
    for (let i = 0; i < 4; i++) {
      await vi.advanceTimersByTimeAsync(15_000)
      lines[0]?.say(': \n\n')
      await soon()
    }
    expect(heard).toEqual(['answered', 'answered', 'answered', 'answered'])
    await vi.advanceTimersByTimeAsync(deadAfter)
    expect(heard.at(-1)).toBe('silent')
    await vi.advanceTimersByTimeAsync(2000)
    expect(lines).toHaveLength(2)
    stop()
  })

  it('is over with the session', async () => {
    const lines = serve(401)
    follow(() => undefined)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(heard).toEqual(['signed-out'])
    expect(lines).toHaveLength(1)
  })

  it('passes over a server that has no seat, without calling it dead', async () => {
    const lines = serve(503)
    const stop = follow(() => undefined)
    await vi.advanceTimersByTimeAsync(120_000)
    expect(lines.length).toBeGreaterThan(4)
    expect(heard).toEqual([])
    stop()
  })
})
