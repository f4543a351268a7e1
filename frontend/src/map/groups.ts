// Units counted together from afar: rings that show the mix of their states.
import type { LayerSpecification } from 'maplibre-gl'
import type { Palette } from '../ui/palette'
import { fonts } from './points'

/** The rings, drawn like those of the layers. */
export function groupLayers(palette: Palette, scale: number): LayerSpecification[] {
  return [{
    id: '@groups-ring', type: 'symbol', source: '@groups',
    layout: {
      'icon-image': ['get', 'image'], 'icon-size': scale, 'icon-overlap': 'always', 'icon-ignore-placement': true,
      'text-field': ['number-format', ['get', 'count'], { locale: 'en' }] as never, 'text-font': fonts.bold,
      'text-size': ['step', ['get', 'count'], 11 * scale, 10000, 10 * scale], 'text-overlap': 'always', 'text-ignore-placement': true,
      'symbol-sort-key': ['get', 'count'],
    },
    paint: { 'text-translate': [0, 1.5], 'text-color': palette.text },
  }]
}
