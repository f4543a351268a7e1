import { describe, expect, it } from 'vitest'
import { unitStates } from './fleet'
import { format, parse } from './url'
import { coverColumns, coverLevels, coverLists, firstView, purposes, tideHours, tideModes, tideWindows, type Drawing, type View } from './view'

// A small generator with a seed, so that a failure can be repeated.
function dice(seed: number) {
  const next = () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32
  return {
    next,
    int: (n: number) => Math.floor(next() * n),
    pick: <T>(values: readonly T[]): T => values[Math.floor(next() * values.length)] as T,
  }
}

const awkward = ['01', '1-49', 'a,b', 'a%2Cb', '村社区', '&=?#+', ' x ', 'n/a', 'ünï', '%', 'a;b:c', '\u{1F6A8}', 'line\nbreak']

function anyView(seed: number): View {
  const d = dice(seed)
  const degrees = (range: number) => Number(((d.next() * 2 - 1) * range).toFixed(5))
  const some = () => [...new Set(Array.from({ length: d.int(4) }, () => d.pick(awkward)))]
  const record = <T>(value: () => T) => Object.fromEntries(some().map((key) => [key, value()]))
  const drawing = (): Drawing | null => {
    if (d.int(3) === 0) return null
    if (d.int(2)) return { kind: 'circle', centre: [degrees(180), degrees(85)], metres: 1 + d.int(99999) }
    return { kind: 'polygon', ring: Array.from({ length: 3 + d.int(6) }, () => [degrees(180), degrees(85)]) }
  }
  const patrol = (): View['patrol'] => {
    const unit = d.pick(['', 'U-1', 'ünï,/'])
    return { states: unitStates.filter(() => d.int(4) === 0), unit, follow: unit !== '' && d.int(2) === 1, single: d.int(2) === 1, board: d.pick(['', 'units', 'areas'] as const) }
  }
  // on before off, as the URL lists them: the order of keys means nothing.
  const shown = record(() => d.int(2) === 1)
  return {
    camera: d.int(4) ? { lon: degrees(180), lat: degrees(85), zoom: Number((d.next() * 22).toFixed(2)) } : null,
    area: d.pick(['', '6206', '620602001001', 'BOS-1']),
    shown,
    opacity: record(() => Number((d.next() * 0.99).toFixed(2))),
    kept: record(some),
    picked: d.int(2) ? { layer: 'camera', id: d.pick(awkward) } : null,
    drawn: drawing(),
    totals: d.int(2) === 1,
    month: d.pick(['', 'all', '2016-09', '2015-12', '2016-Q3', '2016']),
    task: d.pick(['map', 'heat', 'cover', 'patrol', 'table', 'settings'] as const),
    patrol: patrol(),
    tide: {
      mode: d.pick(tideModes), window: d.pick(tideWindows), hours: d.pick(tideHours), order: d.pick(['risk', 'idle'] as const),
      grid: d.pick(['', '620602001001012']), table: d.int(2) === 1,
    },
    heat: {
      layer: d.pick(['', 'dispute', 'camera']), shows: d.pick(['count', 'spots', 'change'] as const), smooth: d.int(2) === 1,
      resolution: d.pick([0, 7, 9]), measure: d.pick(['own', 'households', 'even'] as const), against: d.pick(['', '2015-09', '2015-Q3', '2015']), cell: d.pick(['', '882cd0a9b3fffff']), real: d.int(2) === 1,
    },
    cover: {
      by: d.pick(['', ...coverLevels] as const), seenBy: d.pick([1, 2] as const), purpose: d.pick(purposes), list: d.pick(coverLists),
      order: d.pick(coverColumns), descending: d.int(2) === 1, mark: d.pick(['', 'site/3', 'road/12', 'gap/200', '8a2489b5b99ffff']),
    },
    table: d.pick(['', 'camera', 'key_area']),
    theme: d.pick(['dark', 'light'] as const),
    language: d.pick(['zh', 'en'] as const),
    wall: d.int(2) === 1,
  }
}

describe('a view', () => {
  it('comes back from its URL as it was, 2,000 views', () => {
    for (let seed = 1; seed <= 2000; seed++) {
      const view = anyView(seed)
      expect(parse(format(view)), `seed ${seed}: ${format(view)}`).toEqual(view)
    }
  })
  it('has one URL only: writing what was read gives the same text, 500 views', () => {
    for (let seed = 1; seed <= 500; seed++) {
      const text = format(anyView(seed))
      expect(format(parse(text))).toBe(text)
    }
  })
  it('takes from the preferences what the URL does not say, and nothing else', () => {
    expect(parse('', { theme: 'light', language: 'en', wall: true })).toEqual({ ...firstView(), theme: 'light', language: 'en', wall: true })
    expect(parse('theme=dark&lang=zh&wall=0', { theme: 'light', language: 'en', wall: true })).toEqual(firstView())
  })
})

describe('a broken URL', () => {
  it.each([
    'at=1,2', 'at=x,y,z', 'at=200,10,5', 'at=1,2,99', 'at=,,', 'month=2016-13', 'month=9', 'month=2016-Q5', 'against=all', 'against=x', 'res=4', 'cell=882', 'cell=../../x', 'shows=all', 'k=3', 'purpose=identify', 'by=cell', 'list=all', 'sort=-', 'sort=share', 'mark=site/0', 'mark=site', 'mark=x/1', 'pick=camera', 'pick=/x',
    'draw=p:1,2;3,4', 'draw=c:1,2', 'draw=c:1,2,-5', 'draw=q:1', 'op.x=2', 'op.x=', 'task=nothing', 'theme=pink', 'lang=fr',
  ])('%s is read as if it said nothing', (query) => {
    expect(parse(query)).toEqual(firstView())
  })
  it('never throws, 2,000 mangled URLs', () => {
    for (let seed = 1; seed <= 2000; seed++) {
      const d = dice(seed)
      const text = format(anyView(seed))
      const at = d.int(text.length)
      const mangled = text.slice(0, at) + d.pick(['%', '%zz', ';', ',,', '=', '\0', '9'.repeat(400), '']) + text.slice(at + d.int(5))
      const view = parse(mangled)
      expect(parse(format(view)), mangled).toEqual(view)
    }
  })
})
