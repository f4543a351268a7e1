// The styles that the server gives to other programs, checked by the validator
// of the style specification. The files are those that the server's own test
// compares with what it makes (api/style_test.go).
import { readFileSync } from 'node:fs'
import { validateStyleMin, type StyleSpecification } from '@maplibre/maplibre-gl-style-spec'
import { describe, expect, it } from 'vitest'
import { palettes, type ThemeName } from '../ui/palette'

const read = (theme: ThemeName) =>
  JSON.parse(readFileSync(new URL(`../../../api/testdata/style-${theme}.json`, import.meta.url), 'utf8')) as StyleSpecification

describe.each(['light', 'dark'] as const)('the %s style', (theme) => {
  it('is valid', () => {
    expect(validateStyleMin(read(theme)).map((e) => e.message)).toEqual([])
  })
  it('is refused once it is spoilt, so the validator does look', () => {
    const style = read(theme)
    Object.assign(style.layers.find((l) => l.type === 'circle')?.paint ?? {}, { 'circle-color': ['match', ['get', 'state'], 'a'] })
    expect(validateStyleMin(style)).not.toEqual([])
  })
  it('paints with the palette of the web map alone', () => {
    const known = new Set(Object.values(palettes[theme]))
    const used = JSON.stringify(read(theme)).match(/#[0-9A-F]{6}/gi) ?? []
    expect(used.length).toBeGreaterThan(100)
    expect(used.filter((c) => !known.has(c))).toEqual([])
  })
  it('needs nothing but tiles: no sprite, no glyph files', () => {
    const style = read(theme)
    expect([style.sprite, style.glyphs]).toEqual([undefined, undefined])
    expect(Object.values(style.sources).map((s) => s.type)).toEqual(['vector'])
  })
})
