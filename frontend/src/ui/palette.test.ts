import { describe, expect, it } from 'vitest'
import { changeRamp, coverRamp, heatColours, heatRamp, palettes, spotRamp, tideRamp, toneColour, tones, type Palette, type ThemeName } from './palette'

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
  it('has classes of counts that go one way and can be told apart, the lowest from the land', () => {
    const dark = luminance(p.page) < 0.5
    const steps = heatRamp.map((name) => contrast(p[name], p.land))
    steps.forEach((step, i) => expect(step, heatRamp[i]).toBeGreaterThanOrEqual(i ? (steps[i - 1] as number) * 1.15 : dark ? 1.15 : 1.03))
  })
  it('has classes of what is seen that stand out the more the more is seen, and away from the orange of what is not', () => {
    const steps = coverRamp.map((name) => contrast(p[name], p.land))
    steps.forEach((step, i) => expect(step, coverRamp[i]).toBeGreaterThanOrEqual(i ? (steps[i - 1] as number) * 1.2 : contrast(p.noise, p.land) * 0.99))
    const blue = (hex: string) => parseInt(hex.slice(5, 7), 16)
    for (const name of coverRamp) expect(blue(p[name]) - blue(p.act), name).toBeGreaterThan(25)
  })
  it('has classes of time without a visit that rise one by one from the land', () => {
    const steps = tideRamp.map((name) => contrast(p[name], p.land))
    steps.forEach((step, i) => expect(step, tideRamp[i]).toBeGreaterThanOrEqual(i ? (steps[i - 1] as number) * 1.2 : 1.15))
  })
  it.each([['change', changeRamp], ['hotspots', spotRamp]] as const)('%s grow stronger from the grey middle to both ends alike', (_, ramp) => {
    const strength = ramp.map((name) => contrast(p[name], p.land))
    for (const i of [0, 1, 2]) {
      const [left, right] = [strength[i] as number, strength[6 - i] as number]
      expect(left, ramp[i]).toBeGreaterThanOrEqual((strength[i + 1] as number) * 1.2)
      expect(right, ramp[6 - i]).toBeGreaterThanOrEqual((strength[5 - i] as number) * 1.2)
      expect(Math.max(left, right) / Math.min(left, right), `${ramp[i]} and ${ramp[6 - i]}`).toBeLessThan(1.35)
    }
  })
  it('keeps warm and cold apart for those who see no red', () => {
    // Without the red receptor, or the green one, blue is what still differs.
    const blue = (hex: string) => parseInt(hex.slice(5, 7), 16)
    for (const i of [1, 2, 3] as const) expect(blue(p[`cold${i}`]) - blue(p[`hot${i}`]), `${i}`).toBeGreaterThan(50)
    for (const i of [1, 2, 3] as const) expect(blue(p[`less${i}`]) - blue(p[`more${i}`]), `${i}`).toBeGreaterThan(50)
  })
  it('knows the colours of the ratio itself: black on white is 21', () => {
    expect(contrast('#000000', '#FFFFFF')).toBeCloseTo(21, 5)
  })
})

it('paints an unknown tone in the accent colour', () => {
  expect(toneColour(palettes.dark, 'k9')).toBe(palettes.dark.accent)
  expect(toneColour(palettes.dark, undefined)).toBe(palettes.dark.accent)
})

it('spreads fewer classes over the whole ramp', () => {
  expect(heatColours(7)).toEqual([...heatRamp])
  expect(heatColours(4)).toEqual(['heat1', 'heat3', 'heat5', 'heat7'])
  expect(heatColours(1)).toEqual(['heat4'])
  expect(heatColours(0)).toEqual(['heat4'])
})
