// The style of a picture: everything follows from the catalogue, nothing from
// the name of a layer.
import bold from '@fontsource/noto-sans-sc/files/noto-sans-sc-chinese-simplified-600-normal.woff2?url'
import regular from '@fontsource/noto-sans-sc/files/noto-sans-sc-chinese-simplified-400-normal.woff2?url'
import type { LayerSpecification, SourceSpecification, StyleSpecification } from 'maplibre-gl'
import type { Layer } from '../server/api'
import { tileTemplate } from '../server/tiles'
import { palettes } from '../ui/palette'
import { basemapGround, basemapNames, basemapSources } from './basemap'
import { ground } from './ground'
import { groupLayers } from './groups'
import { coverLayers, heatLabels, heatLayers } from './heat'
import { halo, marks, names, overlaySources } from './overlays'
import type { Picture } from './picture'
import { tideLayers } from './tide'
import { hasPoints, labels, rings, singles, wedges } from './points'

/** The whole style. Layers are painted in passes, so that no fill hides a line and no line a symbol. */
export function styleOf(picture: Picture): StyleSpecification {
  const palette = palettes[picture.theme]
  const pointLayers = picture.layers.filter(hasPoints)
  const ringed = pointLayers.filter((l) => l.pointZoom && picture.shown.has(l.id))
  const each = (make: (layer: Layer) => LayerSpecification[], of = picture.layers) => of.flatMap(make)
  return {
    version: 8,
    'font-faces': { 'Noto Sans SC': [{ url: absolute(regular, picture) }], 'Noto Sans SC Bold': [{ url: absolute(bold, picture) }] },
    // A new theme or filter is there at once; only what appears fades in.
    transition: { duration: 0, delay: 0 },
    sources: { ...basemapSources(picture), ...Object.fromEntries(picture.layers.map((l) => [l.id, tileSource(l, picture)])), ...overlaySources() },
    layers: [
      { id: '@land', type: 'background', paint: { 'background-color': palette.land } },
      ...basemapGround(picture, palette),
      ...each((l) => ground(l, 'fill', picture, palette)),
      ...each((l) => ground(l, 'line', picture, palette)),
      ...each((l) => ground(l, 'border', picture, palette)),
      ...(picture.heat ? heatLayers(palette, picture.theme, picture.heat.smooth) : []),
      ...(picture.tide ? tideLayers(palette, picture.layers.find((l) => l.symbol === 'grid')?.id ?? '') : []),
      ...basemapNames(picture, palette),
      ...each((l) => wedges(l, picture), pointLayers),
      ...each((l) => singles(l, picture), pointLayers),
      ...each((l) => labels(l, picture, palette), pointLayers),
      ...halo(palette),
      ...(picture.heat && !picture.heat.smooth ? heatLabels(palette, picture.scale) : []),
      ...names(palette, picture.scale),
      ...(picture.heat?.cover ? coverLayers(palette, picture.theme, picture.scale) : []),
      // Names make way for rings, which may not move: what is above is placed first.
      ...each((l) => rings(l, picture, palette, Math.max(0, ringed.indexOf(l)), ringed.length), pointLayers),
      ...(picture.patrol ? groupLayers(palette, picture.scale) : []),
      // A wash over cells would change the very colours one reads.
      ...marks(palette, picture.scale).filter((l) => !picture.heat || !['@drawn-fill', '@picked-fill'].includes(l.id)),
    ],
  } as StyleSpecification
}

function tileSource(layer: Layer, picture: Picture): SourceSpecification {
  const kept = picture.kept[layer.id]
  const legend = layer.fields.find((f) => f.name === layer.legend)
  // Where every tile carries the class, the map filters by itself and at once;
  // otherwise the server does.
  const keep = kept && legend && (legend.tileZoom ?? 0) > layer.zoom.min ? { [legend.name]: kept } : undefined
  return {
    type: 'vector',
    tiles: [tileTemplate(picture.origin, layer.id, {
      datetime: layer.timeField ? picture.datetime : undefined,
      // Things are shown inside the area one is in, so that rings count what the panels count.
      // The ground goes on beyond it, faded.
      area: hasPoints(layer) ? picture.area : undefined,
      keep,
    })],
    minzoom: layer.zoom.min,
    maxzoom: layer.zoom.max,
    ...(layer.bounds ? { bounds: layer.bounds as [number, number, number, number] } : {}),
  }
}

const absolute = (path: string, picture: Picture) => new URL(path, picture.origin).href
