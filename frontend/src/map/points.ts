// Points: counted rings below a layer's point zoom, symbols above it, fields
// of view from z15, names where there is room.
import type { LayerSpecification } from 'maplibre-gl'
import type { Layer } from '../server/api'
import { isPen } from '../ui/glyphs'
import type { Palette } from '../ui/palette'
import { byTone, clusterCount, clusterMix, every, isCluster, isPoint, isPolygon, isSingle, keptFilter, type Expression } from './expressions'
import { wedgeRadius } from './images'
import { visibility } from './ground'
import type { Picture } from './picture'

export const fonts = { regular: ['Noto Sans SC'], bold: ['Noto Sans SC Bold'] }

const wedgesFrom = 15

/**
 * How far the rings of a layer are moved aside, in pixels, so that those of
 * several layers, counted in the same cells, do not hide each other: around a
 * small circle, two of them along the diagonal, where the next cells are farthest.
 */
export function ringOffset(slot: number, slots: number): [x: number, y: number] {
  if (slots < 2) return [0, 0]
  const radius = slots === 2 ? 18 : 24
  const angle = Math.PI / 4 + (2 * Math.PI * slot) / slots
  return [-Math.round(radius * Math.cos(angle)), -Math.round(radius * Math.sin(angle))]
}

/** The layers whose points are drawn with symbols. */
export function hasPoints(layer: Layer): boolean {
  return !isPen(layer.symbol) && (layer.geometry === 'point' || layer.geometry === 'mixed')
}

function baseOf(layer: Layer, picture: Picture) {
  return { source: layer.id, 'source-layer': layer.id, layout: { visibility: visibility(layer, picture) } } as const
}

/** Fields of view, under all symbols: for layers that say where they look. */
export function wedges(layer: Layer, picture: Picture): LayerSpecification[] {
  const has = (name: string) => layer.fields.some((f) => f.name === name)
  if (layer.symbol !== 'camera' || !has('direction_deg') || !has('fov_deg')) return []
  const base = baseOf(layer, picture)
  // Metres to pixels at 38° N: 512 px tiles, 40,075 km around the equator. Beyond the
  // city's latitude the wedge is a few percent off, which a drawing may be.
  const perMetre = (zoom: number) => (512 * 2 ** zoom) / (40075016.7 * Math.cos((38 * Math.PI) / 180)) / wedgeRadius
  const range: Expression = has('range_m') ? ['to-number', ['get', 'range_m'], 60] : (['literal', 60] as unknown as Expression)
  return [{
    ...base, id: `${layer.id}:wedge`, type: 'symbol', minzoom: wedgesFrom,
    filter: every(isPoint, isSingle, ['has', 'direction_deg'], keptFilter(layer, picture.kept[layer.id])),
    layout: {
      ...base.layout,
      'icon-image': ['concat', `wedge|${picture.theme}|`, ['to-string', ['max', 10, ['*', 10, ['round', ['/', ['to-number', ['get', 'fov_deg'], 60], 10]]]]], '|', byTone(layer, (tone) => tone, 'muted')] as unknown as Expression,
      'icon-rotate': ['to-number', ['get', 'direction_deg'], 0],
      'icon-rotation-alignment': 'map',
      'icon-size': ['interpolate', ['exponential', 2], ['zoom'], 12, ['*', range, perMetre(12)], 20, ['*', range, perMetre(20)]] as unknown as Expression,
      'icon-overlap': 'always',
      'icon-ignore-placement': true,
    },
    paint: { 'icon-opacity': picture.opacity[layer.id] ?? 1 },
  }]
}

/** Single features: the symbol of the layer in the tone of the class. */
export function singles(layer: Layer, picture: Picture): LayerSpecification[] {
  const base = baseOf(layer, picture)
  const kept = keptFilter(layer, picture.kept[layer.id])
  const from = layer.pointZoom ?? layer.zoom.min
  const symbol: LayerSpecification = {
    ...base, id: `${layer.id}:symbol`, type: 'symbol', filter: every(isPoint, isSingle, kept),
    layout: {
      ...base.layout,
      'icon-image': image(layer, picture, from),
      'icon-size': picture.scale,
      'icon-overlap': 'always',
      'icon-ignore-placement': true,
    },
    paint: { 'icon-opacity': picture.opacity[layer.id] ?? 1 },
  }
  if (layer.geometry !== 'mixed') return [symbol]
  // An outline too small to be seen is marked like a point, until one can see it.
  return [symbol, { ...symbol, id: `${layer.id}:mark`, maxzoom: 13, filter: every(isPolygon, kept) } as LayerSpecification]
}

// Points that have just come out of their rings are many: they are plates
// alone, and show what they are one zoom later.
function image(layer: Layer, picture: Picture, from: number): Expression {
  const name = (kind: string) => ['concat', `${kind}|${picture.theme}|${layer.symbol}|`, byTone(layer, (tone) => tone, 'muted')]
  return (layer.pointZoom ? ['step', ['zoom'], name('mini'), from + 1, name('sym')] : name('sym')) as unknown as Expression
}

/** Names of single features, over all symbols, where there is room. */
export function labels(layer: Layer, picture: Picture, palette: Palette): LayerSpecification[] {
  if (!layer.label) return []
  const base = baseOf(layer, picture)
  return [{
    ...base, id: `${layer.id}:label`, type: 'symbol', minzoom: Math.min((layer.pointZoom ?? 11.5) + 2.5, 17),
    filter: every(isPoint, isSingle, keptFilter(layer, picture.kept[layer.id])),
    layout: {
      ...base.layout,
      'text-field': ['to-string', ['get', layer.label]],
      'text-font': fonts.regular,
      'text-size': 12 * picture.scale,
      'text-max-width': 9,
      'text-variable-anchor': ['top', 'bottom', 'left', 'right'],
      'text-radial-offset': 0.9,
    },
    paint: { ...ink(palette), 'text-opacity': picture.opacity[layer.id] ?? 1 },
  }]
}

export function ink(palette: Palette): Record<string, unknown> {
  return { 'text-color': palette.text, 'text-halo-color': palette.paper, 'text-halo-width': 1.4 }
}

/** Counted rings: the number inside, the mix of classes around. slot and slots say where this layer's rings stand beside others'. */
export function rings(layer: Layer, picture: Picture, palette: Palette, slot: number, slots: number): LayerSpecification[] {
  if (!layer.pointZoom) return []
  const base = baseOf(layer, picture)
  const kept = picture.kept[layer.id]
  const count = clusterCount(layer, kept)
  const [x, y] = ringOffset(slot, slots)
  const aside: [number, number] = [x * picture.scale, y * picture.scale]
  const opacity = picture.opacity[layer.id] ?? 1
  return [{
    ...base, id: `${layer.id}:ring`, type: 'symbol', maxzoom: layer.pointZoom,
    filter: every(isCluster, ['>', count, 0]),
    layout: {
      ...base.layout,
      'icon-image': ['concat', `ring|${picture.theme}|${layer.symbol}|`, ['step', count, '1', 10, '2', 100, '3', 1000, '4'], '|', clusterMix(layer, kept)] as unknown as Expression,
      'icon-overlap': 'always',
      'text-field': ['number-format', count, { locale: 'en' }] as unknown as Expression,
      'text-font': fonts.bold,
      'icon-size': picture.scale,
      'text-size': ['step', count, 11 * picture.scale, 10000, 10 * picture.scale],
      'text-overlap': 'always',
      'text-ignore-placement': true,
      'symbol-sort-key': count,
    },
    paint: {
      'icon-translate': aside, 'text-translate': [aside[0], aside[1] + 1.5], 'icon-opacity': opacity, 'text-opacity': opacity,
      'text-color': palette.text,
    },
  }]
}
