// What of a record is shown, and in which order.
import type { Feature, Field, Layer } from '../../server/api'
import { shownValue, type Shown } from '../../state/value'

export interface Fact {
  field: Field
  /** null where the record has no value */
  value: Shown | null
}

const stateTones = ['good', 'watch', 'act', 'critical']

/** The field that tells how things stand: the legend if its tones are states, else the first such field. */
export function stateFieldOf(layer: Layer): Field | undefined {
  const tells = (f: Field) => f.type === 'code' && (f.codes ?? []).some((c) => stateTones.includes(c.tone ?? ''))
  const legend = layer.fields.find((f) => f.name === layer.legend)
  return legend && tells(legend) ? legend : (layer.fields.find(tells) ?? legend)
}

/** Every declared field of a record: the state first, then what is known, then what is missing; the label is the title already. */
export function factsOf(layer: Layer, feature: Feature, timeZone: string | undefined): Fact[] {
  const state = stateFieldOf(layer)
  const facts = layer.fields
    .filter((field) => field.name !== layer.label)
    .map((field) => ({ field, value: shownValue(field, feature.properties[field.name], timeZone) }))
  const weight = (f: Fact) => (f.field === state ? 0 : f.value ? 1 : 2)
  return facts.sort((a, b) => weight(a) - weight(b))
}
