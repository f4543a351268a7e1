// Columns of a layer's table and the order of its rows.
import type { Field, Layer, Row } from '../../server/api'

export interface Column {
  key: string
  field: Field | null
  isNumber: boolean
}

/** The label first, the code, then every other field in the catalogue's order. */
export function columnsOf(layer: Layer): Column[] {
  const column = (field: Field): Column => ({ key: field.name, field, isNumber: field.type === 'integer' || field.type === 'number' })
  const label = layer.fields.find((f) => f.name === layer.label)
  // Where a field repeats the code of the feature, one column is enough.
  const others = layer.fields.filter((f) => f !== label && f.name !== 'code')
  return [...(label ? [column(label)] : []), { key: '', field: null, isNumber: false }, ...others.map(column)]
}

export interface Order {
  key: string
  descending: boolean
}

/** Rows in the order of a column: numbers as numbers, texts as the language sorts them, missing values last. */
export function sorted(rows: readonly Row[], order: Order | null, column: Column | undefined, shown: (row: Row, column: Column) => string, locale: string): Row[] {
  if (!order || !column) return [...rows]
  const collator = new Intl.Collator(locale, { numeric: true })
  const raw = (row: Row) => (column.field ? row.properties[column.field.name] : row.id)
  const missing = (v: unknown) => v === undefined || v === null || v === ''
  const sign = order.descending ? -1 : 1
  return [...rows].sort((a, b) => {
    const [x, y] = [raw(a), raw(b)]
    if (missing(x) || missing(y)) return Number(missing(x)) - Number(missing(y))
    if (column.isNumber) return sign * (Number(x) - Number(y))
    return sign * collator.compare(shown(a, column), shown(b, column))
  })
}
