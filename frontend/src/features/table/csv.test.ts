import { describe, expect, it } from 'vitest'
import { cell, csv } from './csv'

describe('a cell', () => {
  it.each([
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['say "x"', '"say ""x"""'],
    ['two\nlines', '"two\nlines"'],
    [' padded', '" padded"'],
    ['', ''],
  ])('%j is written %j', (value, want) => expect(cell(value)).toBe(want))
  it.each(['=1+1', '+86', '@SUM(A1)', '-cmd|x', '\t=1', '＝1', '=HYPERLINK("x")'])('%j cannot run', (value) => {
    expect(cell(value).replace(/^"/, '').startsWith(`'`)).toBe(true)
  })
  it.each(['-12.5', '102.64', '0'])('the number %s stays a number', (value) => expect(cell(value)).toBe(value))
})

/** Reads RFC 4180 again, as a spreadsheet does. */
function read(text: string): string[][] {
  const rows: string[][] = [[]]
  let value = ''
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    const c = text[i]
    if (quoted) {
      if (c === '"' && text[i + 1] === '"') { value += '"'; i++ } else if (c === '"') quoted = false
      else value += c
    } else if (c === '"') quoted = true
    else if (c === ',' || c === '\r') {
      rows.at(-1)!.push(value)
      value = ''
      if (c === '\r') { rows.push([]); i++ }
    } else value += c
  }
  return rows.slice(0, -1)
}

it('a file begins with its mark and comes back as it was, 500 files', () => {
  let seed = 3
  const next = () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32
  const alphabet = ['a', '"', ',', '\r', '\n', ' ', '村', '=', '1', '\t', "'"]
  const text = () => Array.from({ length: Math.floor(next() * 6) }, () => alphabet[Math.floor(next() * alphabet.length)]).join('')
  for (let i = 0; i < 500; i++) {
    const rows = Array.from({ length: 3 }, () => [text(), text(), text()])
    const file = csv(['note'], ['h1', 'h2', 'h3'], rows)
    expect(file.charCodeAt(0)).toBe(0xfeff)
    const back = read(file.slice(1))
    expect(back[0]).toEqual(['note'])
    expect(back.slice(2).map((r) => r.map((v) => v.replace(/^'(?=[=+\-@\t\r\n])/, '')))).toEqual(rows.map((r) => r.map((v) => v.replace(/^'(?=[=+\-@\t\r\n])/, ''))))
  }
})
