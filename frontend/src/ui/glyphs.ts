// The drawings of the map's symbols as SVG paths in a box of 20 × 20, so that
// the canvas of the map and the panels beside it show the very same thing.
// State is the fill of the plate, kind is the glyph on it.

export interface Drawing {
  /** outline of the plate, filled with the tone */
  plate: string
  /** what lies on the plate */
  glyph: string
  /** pixels at which it is drawn on the map */
  size: number
}

const circle = 'M10 1.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 1 0 0-17z'
const square = 'M4.5 2h11A2.5 2.5 0 0 1 18 4.5v11a2.5 2.5 0 0 1-2.5 2.5h-11A2.5 2.5 0 0 1 2 15.5v-11A2.5 2.5 0 0 1 4.5 2z'
const diamond = 'M10 1.2L18.8 10L10 18.8L1.2 10z'
const triangle = 'M10 1.8c.5 0 .9.3 1.2.7l7.6 13.6c.5 1-.1 2-1.2 2H2.4c-1.1 0-1.7-1-1.2-2L8.8 2.5c.3-.4.7-.7 1.2-.7z'
const hexagon = 'M10 1l7.8 4.5v9L10 19l-7.8-4.5v-9z'
const house = 'M10 1.3l8.5 6.9v9.3a1 1 0 0 1-1 1h-15a1 1 0 0 1-1-1V8.2z'
const shield = 'M10 1l7.8 2.8v6c0 4.6-3.1 7.7-7.8 9.2c-4.7-1.5-7.8-4.6-7.8-9.2v-6z'

const chevron = 'M5.8 7.2l4.2 2.8l4.2-2.8v2.7l-4.2 2.8l-4.2-2.8z'

const drawings: Record<string, Drawing> = {
  dot: { plate: circle, glyph: '', size: 14 },
  camera: { plate: circle, glyph: 'M5 7.3h6.2v5.4H5z M12 9.3l3-1.7v4.8l-3-1.7z', size: 18 },
  unit: { plate: circle, glyph: chevron, size: 18 },
  post: { plate: square, glyph: chevron, size: 18 },
  case: { plate: diamond, glyph: 'M10 7.4a2.6 2.6 0 1 0 0 5.2a2.6 2.6 0 1 0 0-5.2z', size: 16 },
  committee: {
    plate: square,
    glyph: 'M9.4 4.8h1.2v1.1h3.6l1.9 4.3h-3.8l1.3-3h-3v6.7h2.2v1.2H7.2v-1.2h2.2V7.2h-3l1.3 3H3.9l1.9-4.3h3.6z',
    size: 18,
  },
  centre: { plate: house, glyph: 'M10 5.3l4.6 3v1H5.4v-1z M6.4 10h1.6v4H6.4z M9.2 10h1.6v4H9.2z M12 10h1.6v4H12z M5.4 14.7h9.2v1.3H5.4z', size: 20 },
  community: { plate: circle, glyph: 'M10 4.8l1.6 3.3l3.6.5l-2.6 2.5l.6 3.6L10 13l-3.2 1.7l.6-3.6l-2.6-2.5l3.6-.5z', size: 20 },
  'key-area': { plate: shield, glyph: 'M6.7 5h1.3v10H6.7z M8 5.4h5.8l-1.6 2.2l1.6 2.2H8z', size: 20 },
  site: { plate: hexagon, glyph: 'M10 5.2l4.2 2.1L10 9.4L5.8 7.3z M5.6 8.3l3.9 1.9v4.7L5.6 13z M14.4 8.3l-3.9 1.9v4.7l3.9-1.9z', size: 18 },
  hazard: { plate: triangle, glyph: 'M9.2 6.8h1.6v5.4H9.2z M9.2 13.4h1.6V15H9.2z', size: 20 },
}

/** Tones k1 to k3 of a unit are teams that move, drawn round; the others stand at a post, drawn square. */
const movingTones = ['k1', 'k2', 'k3']

/** The drawing of a symbol of the catalogue; one it does not know is a dot. */
export function drawingOf(symbol: string, tone?: string): Drawing {
  if (symbol === 'unit' && tone !== undefined && !movingTones.includes(tone)) return drawings.post as Drawing
  return drawings[symbol] ?? (drawings.dot as Drawing)
}

/** Which pen a layer without point symbols is drawn with. */
export function isPen(symbol: string): boolean {
  return ['boundary', 'grid', 'road', 'water'].includes(symbol)
}
