// The colours of both themes, once: CSS variables, the map's style and the styles
// that the server gives to other programs are all made from palette.json. A tone
// is a meaning; only there does it become paint.
import paints from './palette.json'

export type ThemeName = 'dark' | 'light'

/** The tones of code lists: four states, muted, and eight kinds that the colour-blind can tell apart. */
export const tones = [
  'good', 'watch', 'act', 'critical', 'muted',
  'k1', 'k2', 'k3', 'k4', 'k5', 'k6', 'k7', 'k8',
] as const
export type Tone = (typeof tones)[number]

/** What of a page, a panel or the map a colour paints. */
export interface Palette {
  page: string
  panel: string
  raised: string
  line: string
  muted: string
  text: string
  accent: string
  /** text and glyphs that lie on the accent colour */
  onAccent: string
  good: string
  watch: string
  act: string
  critical: string
  land: string
  water: string
  /** rivers, which must be told from land even where they are one pixel wide */
  waterLine: string
  built: string
  road: string
  /** roads of the highest classes, and what surrounds every road */
  mainRoad: string
  roadCasing: string
  /** the same from afar, before a road has its casing: on the light theme a white road would be lost */
  farRoad: string
  farMainRoad: string
  /** boundaries of areas, the strongest first use is the city */
  boundary: string
  /** what surrounds names and symbols so that they stand off the map */
  paper: string
  k1: string
  k2: string
  k3: string
  k4: string
  k5: string
  k6: string
  k7: string
  k8: string
  /** counts from few to many: on the dark theme more is brighter, on the light one darker */
  heat1: string
  heat2: string
  heat3: string
  heat4: string
  heat5: string
  heat6: string
  heat7: string
  /** change about a grey zero: purple for less, orange for more */
  less3: string
  less2: string
  less1: string
  same: string
  more1: string
  more2: string
  more3: string
  /** hotspots by confidence, 90, 95 and 99 %; noise is what is not significant and recedes */
  hot1: string
  hot2: string
  hot3: string
  cold1: string
  cold2: string
  cold3: string
  noise: string
  /** shares that are seen, from little to much: a hue of its own, so that what is not seen can stand out in orange */
  cover1: string
  cover2: string
  cover3: string
  cover4: string
  cover5: string
  /** how long without a visit, from half an hour to a day: a tide that rises */
  tide1: string
  tide2: string
  tide3: string
  tide4: string
  tide5: string
  tide6: string
}

/** The ramp of counts, from few to many. */
export const heatRamp = ['heat1', 'heat2', 'heat3', 'heat4', 'heat5', 'heat6', 'heat7'] as const
/** The ramp of change, from much less to much more. */
export const changeRamp = ['less3', 'less2', 'less1', 'same', 'more1', 'more2', 'more3'] as const
/** The classes of hotspots, from surely cold to surely hot. */
export const spotRamp = ['cold3', 'cold2', 'cold1', 'noise', 'hot1', 'hot2', 'hot3'] as const

/** The ramp of shares that are seen, from little to much. */
export const coverRamp = ['cover1', 'cover2', 'cover3', 'cover4', 'cover5'] as const

/** The ramp of time without a visit, from short to long. */
export const tideRamp = ['tide1', 'tide2', 'tide3', 'tide4', 'tide5', 'tide6'] as const

/** The colour of a ramp's name, for a page that has the palette as variables. */
export type RampColour = (typeof heatRamp)[number] | (typeof changeRamp)[number] | (typeof spotRamp)[number] | (typeof coverRamp)[number]

/** So many colours of the ramp of counts, spread over it whole: fewer classes are farther apart. */
export function heatColours(classes: number): RampColour[] {
  const n = Math.min(Math.max(classes, 1), heatRamp.length)
  if (n === 1) return [heatRamp[3]]
  return Array.from({ length: n }, (_, i) => heatRamp[Math.round((i * (heatRamp.length - 1)) / (n - 1))] as RampColour)
}

export const palettes: Record<ThemeName, Palette> = paints

/** The paint of a tone; a code without one is drawn in the accent colour. */
export function toneColour(palette: Palette, tone: string | undefined): string {
  if (tone !== undefined && (tones as readonly string[]).includes(tone)) return palette[tone as Tone]
  return palette.accent
}

/** Puts the palette on the page as CSS variables: --page, --panel, … */
export function paint(root: HTMLElement, theme: ThemeName): void {
  for (const [name, colour] of Object.entries(palettes[theme])) {
    root.style.setProperty(`--${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`, colour)
  }
  root.dataset.theme = theme
  root.style.colorScheme = theme
}
