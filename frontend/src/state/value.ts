// A field's value as a person reads it: code titles, units, dates in the
// city's time zone. Used by details, tables, tips and exports alike.
import type { Code, Field, Layer } from '../server/api'
import { count, instant } from '../words/format'
import { language, say, t, type Key } from '../words/words'
import { zh } from '../words/zh'

export interface Shown {
  text: string
  /** the tone of a coded value, for its mark */
  tone?: string | undefined
}

/** The value of a field for reading; null where there is none. */
export function shownValue(field: Field, raw: unknown, timeZone: string | undefined): Shown | null {
  if (raw === undefined || raw === null || raw === '') return null
  switch (field.type) {
    case 'boolean': return { text: raw === true || raw === 'true' ? t('inspect.yes') : t('inspect.no') }
    case 'integer': case 'number': {
      const n = Number(raw)
      return Number.isFinite(n) ? { text: withUnit(count(n), field.unit) } : { text: String(raw) }
    }
    case 'time': return { text: instant(String(raw), timeZone) }
    case 'code': {
      const code = codeOf(field, String(raw))
      return { text: code ? say(code.title) : String(raw), tone: code?.tone }
    }
    case 'codes': {
      const parts = String(raw).split(',').map((v) => say(codeOf(field, v)?.title) || v)
      return { text: parts.join(t('list.separator')) }
    }
  }
  return { text: String(raw) }
}

export function codeOf(field: Field, value: string): Code | undefined {
  return field.codes?.find((c) => c.value === value)
}

function withUnit(number: string, unit: string | undefined): string {
  if (!unit) return number
  const key = `unit.${unit}`
  if (key in zh) return `${number} ${t(key as Key)}`
  return unit === '°' ? `${number}°` : `${number} ${unit}`
}

/** The field whose codes colour and filter the layer. */
export function legendField(layer: Layer): Field | undefined {
  return layer.fields.find((f) => f.name === layer.legend)
}

/** What to call a feature: its label, or what kind it is, or its code. */
export function titleOf(layer: Layer, properties: Record<string, unknown>, id: string): string {
  const english = language.value === 'en' && layer.label ? properties[`${layer.label}_en`] : undefined
  const label = english || (layer.label ? properties[layer.label] : undefined)
  if (typeof label === 'string' && label !== '') return label
  const legend = legendField(layer)
  const kind = legend ? shownValue(legend, properties[legend.name], undefined)?.text : undefined
  return kind ? `${say(layer.title)} · ${kind}` : id || say(layer.title)
}

/** One number of a feature, with what it counts: the first sum of its layer. */
export function numberOf(layer: Layer, properties: Record<string, unknown>): string | null {
  for (const name of layer.sums ?? []) {
    const field = layer.fields.find((f) => f.name === name)
    const value = field ? shownValue(field, properties[name], undefined) : null
    if (field && value) return `${say(field.title)} ${value.text}`
  }
  return null
}
