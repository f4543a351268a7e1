import { describe, expect, it } from 'vitest'
import { palettes, toneColour, tones, type Palette, type ThemeName } from './palette'

// Contrast ratio by WCAG 2.2, definitions of "relative luminance" and "contrast ratio".
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((i) => {
    const c = parseInt(hex.slice(i, i + 2), 16) / 255
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

describe.each(Object.entries(palettes) as [ThemeName, Palette][])('%s theme', (_, p) => {
  it.each(['page', 'panel', 'raised'] as const)('words are readable on %s', (ground) => {
    for (const ink of ['text', 'muted', 'accent'] as const) {
      expect(contrast(p[ink], p[ground]), `${ink} on ${ground}`).toBeGreaterThanOrEqual(4.5)
    }
  })
  it('marks of state stand off every ground; their word is written in the text colour', () => {
    for (const ground of ['page', 'panel', 'raised'] as const) {
      for (const tone of ['good', 'watch', 'act', 'critical'] as const) {
        expect(contrast(p[tone], p[ground]), `${tone} on ${ground}`).toBeGreaterThanOrEqual(3)
      }
    }
  })
  it('text on the accent colour is readable', () => {
    expect(contrast(p.onAccent, p.accent)).toBeGreaterThanOrEqual(4.5)
  })
  it('symbols stand off the land', () => {
    for (const tone of tones) expect(contrast(toneColour(p, tone), p.land), tone).toBeGreaterThanOrEqual(2.7)
  })
  it('knows the colours of the ratio itself: black on white is 21', () => {
    expect(contrast('#000000', '#FFFFFF')).toBeCloseTo(21, 5)
  })
})

it('paints an unknown tone in the accent colour', () => {
  expect(toneColour(palettes.dark, 'k9')).toBe(palettes.dark.accent)
  expect(toneColour(palettes.dark, undefined)).toBe(palettes.dark.accent)
})
