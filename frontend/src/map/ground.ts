// The pens of the ground: areas, grids, roads, water, and outlines of mixed layers.
import type { LayerSpecification } from 'maplibre-gl'
import type { Layer } from '../server/api'
import type { Palette } from '../ui/palette'
import { byTone, colour, every, isLine, isPolygon, keptFilter, type Expression } from './expressions'
import type { Picture } from './picture'

/** The passes in which the ground is painted: what is flat first. */
export type Pass = 'fill' | 'line' | 'border'

const hovered: Expression = ['boolean', ['feature-state', 'hover'], false]

/** The style layers of one layer in one pass. */
export function ground(layer: Layer, pass: Pass, picture: Picture, palette: Palette): LayerSpecification[] {
  const base = { source: layer.id, 'source-layer': layer.id, layout: { visibility: visibility(layer, picture) } } as const
  const kept = keptFilter(layer, picture.kept[layer.id])
  const opacity = picture.opacity[layer.id] ?? 1
  const polygons = layer.geometry === 'polygon' || layer.geometry === 'mixed'
  const lines = layer.geometry === 'line' || layer.geometry === 'mixed'
  if (pass === 'fill' && polygons) {
    return [{ ...base, id: `${layer.id}:fill`, type: 'fill', filter: every(isPolygon, kept), paint: fill(layer, palette, opacity) }]
  }
  if (pass === 'line' && lines && layer.symbol === 'road') return roads(layer, base, kept, palette, opacity)
  if (pass === 'line' && lines) {
    return [{
      ...base, id: `${layer.id}:line`, type: 'line', filter: every(isLine, kept),
      layout: { ...base.layout, 'line-cap': 'round', 'line-join': 'round' },
      paint: {
        'line-color': layer.symbol === 'water' ? waterLine(palette) : colour(layer, palette),
        'line-width': layer.symbol === 'water' ? flowWidth(layer) : 2,
        'line-opacity': opacity,
      },
    }]
  }
  if (pass === 'border' && polygons) return borders(layer, base, kept, palette, opacity)
  return []
}

export function visibility(layer: Layer, picture: Picture): 'visible' | 'none' {
  return picture.shown.has(layer.id) ? 'visible' : 'none'
}

// Water must be told from land even where it is one pixel wide.
export const waterLine = (palette: Palette) => (palette.water === '#0B2233' ? '#1D5470' : '#8FBFD6')

// Rivers that show at every zoom are broad; those that appear later are narrower.
function flowWidth(layer: Layer): Expression {
  const late = (layer.fields.find((f) => f.name === layer.legend)?.codes ?? []).filter((c) => c.minZoom).map((c) => c.value)
  const broad = (narrow: number, wide: number): Expression | number =>
    late.length ? ['match', ['to-string', ['get', layer.legend ?? '']], late, narrow, wide] as unknown as Expression : wide
  return ['interpolate', ['exponential', 1.4], ['zoom'], 7, broad(0.6, 1.2), 12, broad(1.2, 3), 16, broad(3, 9)] as unknown as Expression
}

function fill(layer: Layer, palette: Palette, opacity: number): Record<string, unknown> {
  const hover = (rest: number, over: number): Expression => ['case', hovered, over, rest]
  switch (layer.symbol) {
    case 'water': return { 'fill-color': palette.water, 'fill-opacity': opacity }
    case 'boundary': return { 'fill-color': palette.accent, 'fill-opacity': hover(0, 0.09) }
    // Where grids have outlines, the fill steps back.
    case 'grid': return { 'fill-color': colour(layer, palette), 'fill-opacity': ['interpolate', ['linear'], ['zoom'], 11, hover(0.07 * opacity, 0.28), 14, hover(0.05 * opacity, 0.22)] as unknown as Expression }
  }
  return { 'fill-color': colour(layer, palette), 'fill-opacity': hover(0.16 * opacity, 0.3) }
}

// Roads: the strongest tone is the highest class; k8 is the railway.
const roadWidths: Record<string, [z8: number, z12: number, z16: number]> = {
  k1: [1.6, 3, 9], k2: [1.2, 2.4, 8], k3: [0.9, 2, 7], k4: [0.6, 1.4, 6], k5: [0.5, 1, 6], k6: [0.4, 0.7, 3], k8: [0.8, 1.3, 2.5],
}

function roads(layer: Layer, base: object, kept: ReturnType<typeof keptFilter>, palette: Palette, opacity: number): LayerSpecification[] {
  const width = (extra: number): Expression => {
    const at = (i: 0 | 1 | 2) => byTone(layer, (tone) => (roadWidths[tone] ?? [0.5, 1, 4])[i] + extra, 1 + extra)
    return ['interpolate', ['exponential', 1.5], ['zoom'], 8, at(0), 12, at(1), 16, at(2)] as unknown as Expression
  }
  const rail = ['==', byTone(layer, (tone) => tone, ''), 'k8'] as never
  const road = ['!=', byTone(layer, (tone) => tone, ''), 'k8'] as never
  const light = palette.road === '#FFFFFF'
  const layout = { ...(base as { layout: object }).layout, 'line-cap': 'round', 'line-join': 'round' } as const
  const strong = light ? '#F6D9A0' : '#4A5F80'
  const casing = light ? '#CFC6B4' : '#0A101A'
  const parts = [
    { id: `${layer.id}:casing`, filter: every(isLine, road, kept), minzoom: 9, paint: { 'line-color': casing, 'line-width': width(1.4), 'line-opacity': opacity } },
    {
      id: `${layer.id}:line`, filter: every(isLine, road, kept),
      paint: {
        'line-color': ['interpolate', ['linear'], ['zoom'],
          // On the white theme a white road is lost until it has a casing.
          8.9, byTone(layer, (tone) => (tone === 'k1' || tone === 'k2' ? (light ? '#D8B877' : strong) : light ? '#C9C2B4' : palette.road), palette.road),
          9.5, byTone(layer, (tone) => (tone === 'k1' || tone === 'k2' ? strong : palette.road), palette.road)] as unknown as Expression,
        'line-width': width(0), 'line-opacity': opacity,
      },
    },
    {
      id: `${layer.id}:rail`, filter: every(isLine, rail, kept),
      paint: { 'line-color': palette.muted, 'line-width': width(0), 'line-opacity': 0.55 * opacity, 'line-dasharray': [4, 2.5] },
    },
  ]
  return parts.map((part) => ({ ...base, type: 'line', layout, ...part }) as LayerSpecification)
}

// Widths of boundaries by level, in pixels; the narrowest are dashed or wait for their zoom.
const borderWidths: Record<string, number> = { province: 2, city: 2, county: 1.5, township: 1, village: 0.5 }
const gridLinesFrom = 12

function borders(layer: Layer, base: object, kept: ReturnType<typeof keptFilter>, palette: Palette, opacity: number): LayerSpecification[] {
  const line = (part: object) => ({ ...base, type: 'line', ...part }) as LayerSpecification
  if (layer.symbol === 'boundary') {
    const levels = layer.fields.find((f) => f.name === layer.legend)?.codes ?? []
    return [...levels].reverse().map(({ value }) => {
      const width = borderWidths[value] ?? 1
      return line({
        id: `${layer.id}:border-${value}`,
        filter: every(isPolygon, ['==', ['get', layer.legend ?? ''], value], kept),
        layout: { ...(base as { layout: object }).layout, 'line-join': 'round' },
        paint: {
          'line-color': palette.boundary, 'line-width': width, 'line-opacity': opacity * (width >= 1.5 ? 0.95 : 0.6),
          ...(value === 'village' ? { 'line-dasharray': [4, 3] } : {}),
        },
      })
    })
  }
  if (layer.symbol === 'water') return []
  return [line({
    id: `${layer.id}:border`, filter: every(isPolygon, kept),
    ...(layer.symbol === 'grid' ? { minzoom: gridLinesFrom } : {}),
    paint: {
      'line-color': layer.symbol === 'grid' ? palette.boundary : colour(layer, palette),
      'line-width': layer.symbol === 'grid' ? 0.5 : 1.5,
      // Neighbours both draw the line they share, so it comes out twice as strong.
      'line-opacity': opacity * (layer.symbol === 'grid' ? 0.32 : 1),
    },
  })]
}
