import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Catalog } from '../server/api'
import { hear, takeMoved } from './live'
import { session } from './session'

const versions = () => session.catalog?.layers.map((l) => l.version)
let asked = 0
beforeEach(() => {
  vi.useFakeTimers()
  asked = 0
  vi.stubGlobal('fetch', async () => { asked++; return new Response('{}', { status: 503 }) })
  session.catalog = { layers: [{ id: 'camera', version: 3 }, { id: 'grid', version: 7 }] } as unknown as Catalog
  session.phase = 'ready'
})
afterEach(() => {
  session.phase = 'opening'
  session.catalog = null
  session.stale = false
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

it('takes newer versions only, of layers that are known', () => {
  expect(takeMoved([{ layer: 'camera', version: 3 }, { layer: 'grid', version: 6 }, { layer: 'nobody', version: 9 }])).toBe(false)
  expect(versions()).toEqual([3, 7])
  expect(takeMoved([{ layer: 'camera', version: 5 }])).toBe(true)
  expect(versions()).toEqual([5, 7])
})

it('asks for the catalogue once after many changes, and never for none', async () => {
  hear({ layers: [{ layer: 'grid', version: 7 }] })
  hear({})
  await vi.advanceTimersByTimeAsync(2000)
  expect(asked).toBe(0)
  for (let version = 8; version < 20; version++) hear({ layers: [{ layer: 'grid', version }] })
  expect(versions()).toEqual([3, 19])
  await vi.advanceTimersByTimeAsync(2000)
  expect(asked).toBe(1)
})
