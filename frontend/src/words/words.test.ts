import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { en } from './en'
import { fillIn } from './words'
import { zh } from './zh'

const source = join(import.meta.dirname, '..')

function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? files(join(folder, entry.name)) : [join(folder, entry.name)],
  )
}

describe('the two languages', () => {
  it('have the same keys', () => {
    expect(Object.keys(en)).toEqual(Object.keys(zh))
  })
  it('leave no key empty and fill in the same names', () => {
    const names = (text: string) => [...new Set([...text.matchAll(/\{(\w+)/g)].map((m) => m[1]))].sort()
    for (const key of Object.keys(zh) as (keyof typeof zh)[]) {
      expect(zh[key], key).not.toBe('')
      expect(en[key], key).not.toBe('')
      expect(names(en[key]), key).toEqual(names(zh[key]))
    }
  })
  it('stand in words/ and nowhere else', () => {
    const outside = files(source).filter(
      (f) => /\.(ts|vue)$/.test(f) && !/\.test\.ts$|\.gen\.ts$/.test(f) && !f.startsWith(join(source, 'words')),
    )
    expect(outside.length).toBeGreaterThan(20)
    for (const file of outside) {
      const han = readFileSync(file, 'utf8').match(/[\u3400-\u9fff]+/)
      expect(han?.[0], file).toBeUndefined()
    }
  })
  it('are all used', () => {
    const text = files(source)
      .filter((f) => /\.(ts|vue)$/.test(f) && !f.startsWith(join(source, 'words', 'zh')) && !f.startsWith(join(source, 'words', 'en')))
      .map((f) => readFileSync(f, 'utf8'))
      .join('\n')
    const made = ['level.', 'role.', 'group.', 'unit.', 'keys.', 'theme.', 'lang.', 'select.', 'rail.', 'time.q', 'time.length', 'spot.', 'trend.', 'flag.', 'real.', 'purpose.', 'state.', 'fresh.', 'board.', 'alarm.step.', 'cover.list.', 'cover.column.', 'road.', 'compass.', 'tide.PT', 'tide.column.', 'alert.', 'fence.', 'roster.', 'totals.']
    const unused = Object.keys(zh).filter((key) => !text.includes(`'${key}'`) && !made.some((prefix) => key.startsWith(prefix)))
    expect(unused).toEqual([])
  })
})

describe('filling in', () => {
  it('puts values into their places', () => {
    expect(fillIn('a {x} b {x} {y}', { x: 1, y: 'z' })).toBe('a 1 b 1 z')
  })
  it('leaves a name it was not given, so that the gap is seen', () => {
    expect(fillIn('a {x}', {})).toBe('a {x}')
  })
  it('chooses one or many by the number, read through thousands separators', () => {
    expect(fillIn('{n} {n:row|rows}', { n: 1 })).toBe('1 row')
    expect(fillIn('{n} {n:row|rows}', { n: 0 })).toBe('0 rows')
    expect(fillIn('{n} {n:row|rows}', { n: '1,001' })).toBe('1,001 rows')
  })
})
