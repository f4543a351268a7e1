// Expressions of the style that follow from a layer's legend.
import type { ExpressionSpecification, FilterSpecification } from 'maplibre-gl'
import type { Layer } from '../server/api'
import { toneColour, type Palette } from '../ui/palette'

export type Expression = ExpressionSpecification

const legendField = (layer: Layer) => layer.fields.find((f) => f.name === layer.legend)

/** The value of the legend field as text; '' where a feature has none. */
function legendValue(layer: Layer): Expression {
  return ['to-string', ['get', layer.legend ?? '']]
}

/** Chooses by the tone of a feature's class; the fallback is for classes without a tone. */
export function byTone<T extends string | number>(layer: Layer, choose: (tone: string) => T, otherwise: T): Expression | T {
  const groups = new Map<string, string[]>()
  for (const { value, tone } of legendField(layer)?.codes ?? []) {
    if (tone) groups.set(tone, [...(groups.get(tone) ?? []), value])
  }
  if (!groups.size) return otherwise
  const arms = [...groups].flatMap(([tone, values]) => [values, choose(tone)])
  return ['match', legendValue(layer), ...arms, otherwise] as unknown as Expression
}

/** The colour of a feature by its class. */
export function colour(layer: Layer, palette: Palette): Expression | string {
  return byTone(layer, (tone) => toneColour(palette, tone), toneColour(palette, 'muted'))
}

/** Features of the classes kept; everything where the layer is not filtered. */
export function keptFilter(layer: Layer, kept: readonly string[] | undefined): FilterSpecification | true {
  if (!kept || !layer.legend) return true
  return ['in', legendValue(layer), ['literal', [...kept]]] as unknown as FilterSpecification
}

/** All filters together. */
export function every(...filters: (FilterSpecification | true)[]): FilterSpecification {
  const some = filters.filter((f) => f !== true)
  return (some.length === 1 ? some[0] : ['all', ...some]) as FilterSpecification
}

export const isPolygon: FilterSpecification = ['==', ['geometry-type'], 'Polygon']
export const isLine: FilterSpecification = ['==', ['geometry-type'], 'LineString']
export const isPoint: FilterSpecification = ['==', ['geometry-type'], 'Point']
export const isCluster: FilterSpecification = ['==', ['get', 'cluster'], true]
export const isSingle: FilterSpecification = ['!=', ['get', 'cluster'], true]

/** How many features of the classes kept a cluster stands for. */
export function clusterCount(layer: Layer, kept: readonly string[] | undefined): Expression {
  if (!kept || !layer.legend) return ['to-number', ['get', 'count']]
  return sum(kept)
}

/** A cluster's mix as text, "good:12,act:4": sixteenths of the classes kept, by tone. */
export function clusterMix(layer: Layer, kept: readonly string[] | undefined): Expression | string {
  const groups = new Map<string, string[]>()
  for (const { value, tone } of legendField(layer)?.codes ?? []) {
    if (kept && !kept.includes(value)) continue
    const key = tone ?? 'muted'
    groups.set(key, [...(groups.get(key) ?? []), value])
  }
  if (!groups.size) return 'muted:16'
  const total: Expression = ['max', 1, clusterCount(layer, kept)]
  const parts = [...groups].flatMap(([tone, values], i) => [
    `${i ? ',' : ''}${tone}:`,
    ['to-string', ['round', ['/', ['*', 16, sum(values)], total]]],
  ])
  return ['concat', ...parts] as unknown as Expression
}

function sum(values: readonly string[]): Expression {
  const terms = values.map((v) => ['to-number', ['get', `n_${v}`], 0])
  return (terms.length === 1 ? terms[0] : ['+', ...terms]) as unknown as Expression
}
