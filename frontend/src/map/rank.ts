// The order of things under one pointer: what one most likely means comes first.
import type { Hit } from './picture'

/** Grids are too small to be meant below this zoom. */
const gridsFrom = 12

/**
 * Points before outlines before lines; then grids and areas, the level one
 * drills into next before the others, small ones before large ones.
 */
export function rank(hits: readonly Hit[], zoom: number, nextLevel: string | undefined): Hit[] {
  return [...hits].sort((a, b) => weight(a, zoom, nextLevel) - weight(b, zoom, nextLevel))
}

function weight(hit: Hit, zoom: number, nextLevel: string | undefined): number {
  const { layer } = hit
  switch (layer.symbol) {
    case 'grid': return zoom >= gridsFrom || nextLevel === 'grid' ? 60 : 100
    case 'boundary': {
      const level = String(hit.properties[layer.legend ?? ''])
      if (level === nextLevel) return 70
      const codes = layer.fields.find((f) => f.name === layer.legend)?.codes ?? []
      // The legend lists the levels from the top, so the last one is the smallest.
      return 90 - codes.findIndex((c) => c.value === level)
    }
    case 'water': return 50
    case 'road': return 40
  }
  return hit.at ? 0 : 20
}

/** Things one would call an object: points and outlines of their own — not the ground they stand on. */
export function isObject(hit: Hit): boolean {
  return !['grid', 'boundary', 'water', 'road'].includes(hit.layer.symbol)
}
