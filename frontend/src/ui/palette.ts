// The colours of both themes, once: CSS variables and the map's style are both
// made from this table. A tone is a meaning; only here does it become paint.

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
  built: string
  road: string
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
}

export const palettes: Record<ThemeName, Palette> = {
  dark: {
    page: '#0E1420', panel: '#151D2B', raised: '#1C2637',
    line: '#263247', muted: '#8A98AD', text: '#E6ECF5',
    accent: '#4DA3FF', onAccent: '#0B1320',
    good: '#3FB68B', watch: '#E3B341', act: '#F0883E', critical: '#F85149',
    land: '#121A27', water: '#0B2233', built: '#1A2433', road: '#2C394F',
    boundary: '#7F93B2', paper: '#0E1420',
    k1: '#56B4E9', k2: '#E69F00', k3: '#1FB58A', k4: '#F0E442',
    k5: '#5B8DEF', k6: '#E8703A', k7: '#D98CB8', k8: '#B9A58A',
  },
  light: {
    page: '#F3F5F8', panel: '#FFFFFF', raised: '#FFFFFF',
    line: '#D9DFE8', muted: '#5B6779', text: '#17202E',
    accent: '#0B63CE', onAccent: '#FFFFFF',
    good: '#1F8A5F', watch: '#9A6B00', act: '#B95000', critical: '#C62828',
    land: '#F2EFE9', water: '#CFE3EE', built: '#E7E2D8', road: '#FFFFFF',
    boundary: '#6B7688', paper: '#FFFFFF',
    k1: '#1F8AC6', k2: '#C77F00', k3: '#008763', k4: '#9C8F00',
    k5: '#1B5FB4', k6: '#C24E00', k7: '#A84F85', k8: '#7A6A52',
  },
}

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
