import { afterEach, describe, expect, it, vi } from 'vitest'
import { call, Failure, isAbort, kindOf, onHeard, type Heard } from './http'
import { tileTemplate } from './tiles'

afterEach(() => vi.unstubAllGlobals())

function answer(status: number, body: string, headers: Record<string, string> = {}): void {
  vi.stubGlobal('fetch', async () => new Response(status === 204 ? null : body, { status, headers }))
}

describe('a call', () => {
  it('gives the JSON of the answer, nothing for 204', async () => {
    answer(200, '{"a":1}')
    expect(await call('/x')).toEqual({ a: 1 })
    answer(204, '')
    expect(await call('/x')).toBeUndefined()
  })
  it('turns a problem into a failure with its sentence, number and wait', async () => {
    answer(429, '{"title":"slow down","status":429,"requestId":"r1"}', {
      'Content-Type': 'application/problem+json', 'Retry-After': '41.2',
    })
    const failure = await call('/x').catch((e: unknown) => e as Failure)
    expect(failure).toMatchObject({ kind: 'limited', status: 429, message: 'slow down', requestId: 'r1', retryAfter: 42 })
  })
  it('is "down" when nothing answers, and says so to listeners', async () => {
    vi.stubGlobal('fetch', async () => { throw new TypeError('Failed to fetch') })
    const heard: Heard[] = []
    const stop = onHeard((h) => heard.push(h))
    await expect(call('/x')).rejects.toMatchObject({ kind: 'down' })
    answer(200, '{}')
    await call('/x')
    stop()
    await call('/x')
    expect(heard).toEqual(['silent', 'answered'])
  })
  it('that was given up is no failure of the server', async () => {
    const given = new AbortController()
    vi.stubGlobal('fetch', async () => { throw new DOMException('aborted', 'AbortError') })
    given.abort()
    const heard: Heard[] = []
    const stop = onHeard((h) => heard.push(h))
    const error = await call('/x', { signal: given.signal }).catch((e: unknown) => e)
    stop()
    expect(isAbort(error)).toBe(true)
    expect(heard).toEqual([])
  })
  it('that finds no session says so, unless it was to prove a password', async () => {
    const heard: Heard[] = []
    const stop = onHeard((h) => heard.push(h))
    answer(401, '{}')
    await call('/x').catch(() => 0)
    await call('/x', { proves: true }).catch(() => 0)
    stop()
    expect(heard).toEqual(['answered', 'signed-out', 'answered'])
  })
  it.each([[401, 'signed-out'], [403, 'denied'], [404, 'missing'], [400, 'invalid'], [422, 'invalid'], [429, 'limited'], [503, 'down'], [500, 'failed']] as const)(
    'status %i is %s', (status, kind) => expect(kindOf(status)).toBe(kind),
  )
})

describe('a tile address', () => {
  it('carries window and filters in the spelling of the contract', () => {
    expect(tileTemplate('http://h', 'dispute', { datetime: '2016-09-01/2016-10-01', area: '620602', keep: { category: ['01', 'a b'] } }))
      .toBe('http://h/tiles/dispute/{z}/{x}/{y}.mvt?datetime=2016-09-01/2016-10-01&area=620602&category=01,a%20b')
  })
  it('is bare without them', () => {
    expect(tileTemplate('', 'road', {})).toBe('/tiles/road/{z}/{x}/{y}.mvt')
  })
})
