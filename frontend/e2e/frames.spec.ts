import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, it } from 'vitest'
import { Driver } from './driver'

// How smoothly 13,500 units move: asked for by SITMAP_FRAMES=1, because a figure
// is worth nothing beside other work. The stream is made in the page, as fast as
// the server's: each unit reports every ten seconds, a frame of news twice a second.

const units = Number(process.env.SITMAP_UNITS ?? 13_500)
const seconds = Number(process.env.SITMAP_SECONDS ?? 10)
let d: Driver
beforeAll(async () => {
  d = await Driver.open({ width: 640, height: 400 })
  await d.arriveAs(Driver.account('leader'))
})
afterAll(() => d.close())

/** Whether a process descends from this one. */
function isOurs(id: string): boolean {
  for (let at = id; at !== '1' && at !== '0';) {
    if (at === String(process.pid)) return true
    at = readFileSync(`/proc/${at}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ')[1] ?? '0'
  }
  return false
}

/** Processor time so far of the process that draws for our browser, in milliseconds: it does not depend on what else runs. */
function drawing(): number {
  let ticks = 0
  for (const id of readdirSync('/proc').filter((f) => /^\d+$/.test(f))) {
    try {
      if (!readFileSync(`/proc/${id}/cmdline`, 'utf8').includes('--type=gpu-process') || !isOurs(id)) continue
      const fields = readFileSync(`/proc/${id}/stat`, 'utf8').replace(/^.*\) /, '').split(' ')
      ticks += Number(fields[11]) + Number(fields[12])
    } catch {
      // It ended meanwhile.
    }
  }
  return ticks * 10 // a tick is a hundredth of a second
}

/** Runs in the page, before anything else there. */
function pretend(n: number): void {
  const real = window.fetch.bind(window)
  const seed = (k: number) => ((k * 2654435761) >>> 0) / 2 ** 32
  const lon = (k: number, s: number) => 102.0 + 1.6 * seed(k) + 0.004 * Math.sin(s / 40 + k)
  const lat = (k: number, s: number) => 37.4 + 1.2 * seed(k + n) + 0.004 * Math.cos(s / 40 + k)
  const states = ['moving', 'moving', 'moving', 'dwelling', 'duty', 'silent']
  const row = (k: number) => {
    const s = Date.now() / 1000
    return [`U${k}`, states[k % 6], Math.floor(s), lon(k, s), lat(k, s), k % 360, 3, 0.5]
  }
  const range = (from: number, count: number) => Array.from({ length: count }, (_, k) => row((from + k) % n))
  window.fetch = async (input, init) => {
    const path = String(input)
    if (path === '/api/units') {
      const board = Array.from({ length: n }, (_, k) => ({ id: `U${k}`, name: `U${k}`, callSign: `U${k}`, force: 'staff', kind: 'foot', headcount: 3, state: 'duty', home: [lon(k, 0), lat(k, 0)], area: '620602001001000' }))
      return new Response(JSON.stringify({ states: {}, units: board }))
    }
    if (path !== '/api/live') return real(input, init)
    const text = new TextEncoder()
    let next = 0
    return new Response(new ReadableStream({
      start(out) {
        const say = (event: string, unit: object) => out.enqueue(text.encode(`event: ${event}\ndata: ${JSON.stringify({ unit })}\n\n`))
        say('hello', { fresh: true, units: range(0, n) })
        setInterval(() => {
          const part = Math.round(n / 20)
          say('unit', { fresh: false, units: range(next, part) })
          next = (next + part) % n
        }, 500)
      },
    }), { headers: { 'Content-Type': 'text/event-stream' } })
  }
}

it.runIf(process.env.SITMAP_FRAMES === '1').each(['single=1', 'at=102.8,38,9.5&single=1', ''])('%s', async (query) => {
  await d.page.emulateMedia({ reducedMotion: 'no-preference' })
  await d.page.addInitScript(pretend, units)
  await d.goto(`task=patrol&${query}`)
  await d.page.locator('.map-view').waitFor()
  await d.page.waitForTimeout(9_000)
  const cdp = await d.browser.context.newCDPSession(d.page)
  await cdp.send('Performance.enable')
  const spent = async () => Object.fromEntries((await cdp.send('Performance.getMetrics')).metrics.map((m) => [m.name, m.value])).TaskDuration ?? 0
  const before = await spent()
  const drawnBefore = drawing()
  const gaps = await d.page.evaluate((length) => new Promise<number[]>((done) => {
    const gaps: number[] = []
    let last = performance.now()
    const end = last + length * 1000
    const step = () => {
      const now = performance.now()
      gaps.push(now - last)
      last = now
      if (now < end) requestAnimationFrame(step)
      else done(gaps)
    }
    requestAnimationFrame(step)
  }), seconds)
  const main = ((await spent()) - before) / seconds
  const perFrame = (drawing() - drawnBefore) / gaps.length
  gaps.sort((a, b) => a - b)
  const at = (part: number) => (gaps[Math.floor(gaps.length * part)] ?? 0).toFixed(0)
  process.stdout.write(`${units} units, 640 × 400, ${query || 'grouped'}: ${(gaps.length / seconds).toFixed(1)} frames a second, frame p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, main thread ${(main * 100).toFixed(0)} %, drawing ${perFrame.toFixed(0)} ms of processor a frame\n`)
  await d.page.screenshot({ path: `${process.env.SITMAP_PICTURES ?? '/tmp'}/frames-${query.replace(/[^a-z0-9]+/g, '-') || 'grouped'}.png` })
}, 120_000)
