// Cells: counts, hotspots and change as filled hexagons with edges, and the
// smooth surface of the same counts.
import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl'
import { centreOf, outlineOf, ringOf } from '../state/hex'
import type { Drawn } from '../state/heat'
import { changeRamp, coverRamp, heatRamp, spotRamp, type Palette, type ThemeName } from '../ui/palette'
import { overlaySource } from './overlays'
import { fonts } from './points'

const colours = [...heatRamp, ...changeRamp, ...spotRamp, ...coverRamp]

/** The colour a patch is painted in, by its name. */
function paintOf(palette: Palette): ExpressionSpecification {
  return ['match', ['get', 'paint'], ...colours.flatMap((name) => [name, palette[name]]), palette.noise] as unknown as ExpressionSpecification
}

/** How cells are drawn: filled and edged, or as a surface. Withheld ones are hatched either way. */
export function heatLayers(palette: Palette, theme: ThemeName, smooth: boolean): LayerSpecification[] {
  const source = overlaySource('cells')
  const known = ['all', ['!=', ['get', 'paint'], 'withheld'], ['!', ['has', 'around']]] as never
  const withheld = ['==', ['get', 'paint'], 'withheld'] as never
  const quiet = ['match', ['get', 'paint'], ['noise', 'same'], true, false]
  const cells: LayerSpecification[] = [
    {
      id: '@heat-fill', type: 'fill', source, filter: known,
      paint: { 'fill-color': paintOf(palette), 'fill-opacity': ['case', ['==', ['get', 'hollow'], true], 0.22, quiet, 0.5, ['==', ['get', 'faint'], true], 0.38, 0.92] as never, 'fill-antialias': false },
    },
    {
      // Edges let one count cells and see where one ends; from afar they would be all one sees.
      id: '@heat-edge', type: 'line', source, filter: known,
      paint: { 'line-color': palette.land, 'line-width': ['interpolate', ['linear'], ['zoom'], 6, 0.3, 9, 0.8, 14, 1.2], 'line-opacity': 0.8 },
    },
    {
      // Hot by its neighbours alone: an edge in the colour of the class, within the cell so that two of them show.
      id: '@heat-hollow', type: 'line', source, filter: ['==', ['get', 'hollow'], true] as never,
      layout: { 'line-join': 'round' }, paint: { 'line-color': paintOf(palette), 'line-width': ['interpolate', ['linear'], ['zoom'], 6, 0.8, 9, 1.6, 14, 3], 'line-offset': ['interpolate', ['linear'], ['zoom'], 6, 0.4, 9, 0.8, 14, 1.5] },
    },
    {
      id: '@heat-merged', type: 'line', source, filter: ['all', known, ['==', ['get', 'merged'], true]] as never,
      paint: { 'line-color': palette.text, 'line-width': 1, 'line-opacity': 0.55 },
    },
    {
      // Hot is edged whole, cold dashed: not by colour alone.
      id: '@heat-hot', type: 'line', source, filter: ['==', ['get', 'around'], 'hot'] as never,
      layout: { 'line-join': 'round' }, paint: { 'line-color': palette.hot3, 'line-width': 2 },
    },
    {
      id: '@heat-cold', type: 'line', source, filter: ['==', ['get', 'around'], 'cold'] as never,
      layout: { 'line-join': 'round' }, paint: { 'line-color': palette.cold3, 'line-width': 2, 'line-dasharray': [2.5, 1.5] },
    },
    {
      id: '@heat-strong', type: 'line', source, filter: ['==', ['get', 'strong'], true] as never,
      layout: { 'line-join': 'round' }, paint: { 'line-color': palette.text, 'line-width': 1.6 },
    },
  ]
  const surface: LayerSpecification = {
    id: '@heat-surface', type: 'heatmap', source: overlaySource('centres'), filter: ['has', 'weight'] as never,
    paint: {
      'heatmap-weight': ['get', 'weight'],
      // A cell's own size on the map, so that the surface is that of the cells and not of the zoom.
      'heatmap-radius': ['interpolate', ['exponential', 2], ['zoom'], 5, ['*', ['get', 'radius'], 2 ** 5], 18, ['*', ['get', 'radius'], 2 ** 18]] as never,
      'heatmap-intensity': 1,
      'heatmap-opacity': 0.85,
      // The lowest colour fades in, so that the surface has no rim that looks like a finding.
      'heatmap-color': ['interpolate', ['linear'], ['heatmap-density'], 0, `${palette.heat1}00`, 0.12, `${palette.heat1}A0`,
        ...heatRamp.slice(1).flatMap((name, i) => [0.12 + ((i + 1) * 0.85) / (heatRamp.length - 1), palette[name]])] as never,
    },
  }
  return [
    ...(smooth ? [surface] : cells),
    { id: '@heat-withheld', type: 'fill', source, filter: withheld, paint: { 'fill-pattern': `hatch|${theme}` } },
    { id: '@heat-withheld-edge', type: 'line', source, filter: withheld, paint: { 'line-color': palette.muted, 'line-width': 0.8, 'line-opacity': 0.8 } },
  ]
}

/** Roads and cells that no camera sees, and where further cameras would serve most, numbered from the best, with the way they look. */
export function coverLayers(palette: Palette, theme: ThemeName, scale: number): LayerSpecification[] {
  const source = overlaySource('cover')
  const kind = (is: string) => ['==', ['get', 'kind'], is] as never
  const rank = ['to-string', ['get', 'rank']] as never
  const round = { 'line-cap': 'round', 'line-join': 'round' } as const
  const chip = { 'text-color': palette.act, 'text-halo-color': palette.paper, 'text-halo-width': 2 }
  return [
    { id: '@cover-gap-cell', type: 'fill', source, filter: kind('gap'), paint: { 'fill-color': palette.act, 'fill-opacity': 0.18 } },
    { id: '@cover-gap-casing', type: 'line', source, filter: kind('gap'), layout: round, paint: { 'line-color': palette.paper, 'line-width': 4, 'line-opacity': 0.6 } },
    { id: '@cover-gap-edge', type: 'line', source, filter: kind('gap'), layout: round, paint: { 'line-color': palette.act, 'line-width': 2 } },
    { id: '@cover-casing', type: 'line', source, filter: kind('road'), layout: round, paint: { 'line-color': palette.paper, 'line-width': 5, 'line-opacity': 0.7 } },
    { id: '@cover-road', type: 'line', source, filter: kind('road'), layout: round, paint: { 'line-color': palette.act, 'line-width': 2.5, 'line-dasharray': [1.5, 1.5] } },
    // Wider than it looks, so that a thin line can be met with the pointer.
    { id: '@cover-reach', type: 'line', source, filter: kind('road'), paint: { 'line-color': palette.act, 'line-width': 14, 'line-opacity': 0 } },
    {
      id: '@cover-road-rank', type: 'symbol', source, filter: kind('road'),
      layout: { 'symbol-placement': 'line-center', 'text-field': rank, 'text-font': fonts.bold, 'text-size': 12 * scale, 'text-rotation-alignment': 'viewport', 'symbol-sort-key': ['get', 'rank'] },
      paint: chip,
    },
    {
      id: '@cover-gap-rank', type: 'symbol', source, filter: kind('gap-rank'),
      layout: { 'text-field': rank, 'text-font': fonts.bold, 'text-size': 12 * scale, 'symbol-sort-key': ['get', 'rank'] },
      paint: chip,
    },
    {
      id: '@cover-look', type: 'symbol', source, filter: kind('site'), minzoom: 12,
      layout: { 'icon-image': `wedge|${theme}|80|act`, 'icon-rotate': ['get', 'direction'], 'icon-rotation-alignment': 'map', 'icon-overlap': 'always', 'icon-ignore-placement': true },
    },
    {
      // Where they crowd the best lies on top.
      id: '@cover-site', type: 'symbol', source, filter: kind('site'),
      layout: {
        'icon-image': ['concat', `disc|${theme}|act|`, rank] as never, 'icon-size': scale, 'icon-overlap': 'always', 'icon-ignore-placement': true, 'symbol-sort-key': ['-', 0, ['get', 'rank']],
      },
    },
  ]
}

/** The counts of places of several cells, where there is room: the number stands on what it is of. */
export function heatLabels(palette: Palette, scale: number): LayerSpecification[] {
  return [{
    id: '@heat-count', type: 'symbol', source: overlaySource('centres'), filter: ['has', 'label'] as never,
    layout: { 'text-field': ['get', 'label'], 'text-font': fonts.bold, 'text-size': 12 * scale, 'symbol-sort-key': ['get', 'order'] },
    paint: { 'text-color': palette.text, 'text-halo-color': palette.paper, 'text-halo-width': 1.4 },
  }]
}

/**
 * The cells as features: one for each patch, its inner edges dissolved. Under a surface only what is withheld is
 * drawn. Every feature is copied to the map's worker, which is most of what a step in time costs.
 */
export function cellFeatures(sheet: readonly Drawn[], smooth: boolean): GeoJSON.FeatureCollection {
  return {
    type: 'FeatureCollection',
    features: (smooth ? sheet.filter((d) => d.paint === 'withheld') : sheet).map((d) => ({
      type: 'Feature',
      properties: d.around ? { around: d.around } : { id: d.id, paint: d.paint, ...(d.strong ? { strong: true } : {}), ...(d.faint ? { faint: true } : {}), ...(d.hollow ? { hollow: true } : {}), ...(d.cells.length > 1 ? { merged: true } : {}) },
      geometry: d.cells.length > 1 ? outlineOf(d.cells) : { type: 'Polygon', coordinates: [ringOf(d.id)] },
    })),
  }
}

/**
 * Centres of cells with their share of the count, where they make a surface, and the labels of places. The largest weighs 1; the
 * root keeps one great cell from hiding all others.
 */
export function centreFeatures(sheet: readonly Drawn[], edge: number, smooth: boolean): GeoJSON.FeatureCollection {
  const most = sheet.reduce((highest, d) => Math.max(highest, d.weight), 1)
  const weighed = smooth ? sheet.filter((d) => d.weight > 0) : []
  return {
    type: 'FeatureCollection',
    features: [...labels(sheet), ...weighed.flatMap((d) => d.cells.map((cell): GeoJSON.Feature => {
      const at = centreOf(cell)
      // Three edges reach the centres of the neighbours and fade beyond them. Pixels at zoom 0.
      const radius = (3 * edge * 512) / (40075016.7 * Math.cos((at[1] * Math.PI) / 180))
      return { type: 'Feature', properties: { weight: 0.7 * Math.sqrt(d.weight / most), radius }, geometry: { type: 'Point', coordinates: at } }
    }))],
  }
}

/** A label for each place that has one, on the cell nearest to its middle; large numbers take their place first. */
function labels(sheet: readonly Drawn[]): GeoJSON.Feature[] {
  return sheet.flatMap((d) => {
    if (d.label === undefined) return []
    const centres = d.cells.map(centreOf)
    const middle = (axis: 0 | 1) => centres.reduce((sum, c) => sum + c[axis], 0) / centres.length
    const [lon, lat] = [middle(0), middle(1)]
    const far = (c: readonly [number, number]) => (c[0] - lon) ** 2 + (c[1] - lat) ** 2
    const nearest = centres.reduce((best, c) => (far(c) < far(best) ? c : best))
    return [{ type: 'Feature', properties: { label: d.label, order: -Math.abs(Number(d.label.replace('\u2212', ''))) || 0 }, geometry: { type: 'Point', coordinates: nearest } }]
  })
}
