import { tones } from './palette'

/** The CSS colour of a tone; muted where a code has none. */
export function toneVariable(tone: string | undefined): string {
  return `var(--${tone !== undefined && (tones as readonly string[]).includes(tone) ? tone : 'muted'})`
}
