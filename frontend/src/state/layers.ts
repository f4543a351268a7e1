// Which layers are on, and which of their classes: the legend is the filter.
import { computed } from 'vue'
import type { Code, Layer } from '../server/api'
import { session } from './session'
import { view } from './view'

/** The groups of the panel in the order of the contract, each with its layers, the topmost first. */
export const groups = computed(() => {
  const order = ['cases', 'watch', 'posts', 'equipment', 'ground'] as const
  const layers = [...(session.catalog?.layers ?? [])].reverse()
  return order
    .map((group) => ({ group, layers: layers.filter((l) => l.group === group) }))
    .filter((g) => g.layers.length > 0)
})

export function isShown(layer: Layer): boolean {
  return layer.allowed && (view.shown[layer.id] ?? layer.visible)
}

export function show(layer: Layer, on: boolean): void {
  if (on === layer.visible) delete view.shown[layer.id]
  else view.shown[layer.id] = on
}

/** Shows one layer and the ground under it. */
export function showOnly(layer: Layer): void {
  for (const other of session.catalog?.layers ?? []) {
    if (other.group !== 'ground' || other.id === layer.id) show(other, other.id === layer.id)
  }
}

export function opacityOf(layer: Layer): number {
  return view.opacity[layer.id] ?? 1
}

export function setOpacity(layer: Layer, opacity: number): void {
  if (opacity >= 1) delete view.opacity[layer.id]
  else view.opacity[layer.id] = Math.max(0.05, Math.round(opacity * 100) / 100)
}

/** The classes of a layer's legend; none for a layer without one. */
export function legendOf(layer: Layer): Code[] {
  return layer.fields.find((f) => f.name === layer.legend)?.codes ?? []
}

/** The classes to show: those a city brought of its own come from the counts. */
export function classesOf(layer: Layer, counted: Record<string, number> | undefined): Code[] {
  const listed = legendOf(layer)
  const own = layer.fields.find((f) => f.name === layer.legend)?.ownCodes === true
  if (!counted || !own) return listed
  const known = new Set(listed.map((c) => c.value))
  const others = Object.keys(counted).filter((value) => !known.has(value)).sort()
  if (!others.length) return listed
  const used = listed.filter((c) => (counted[c.value] ?? 0) > 0)
  return [...used, ...others.map((value) => ({ value, title: { zh: value, en: value }, tone: 'muted' as const }))]
}

export function isKept(layer: Layer, value: string): boolean {
  return view.kept[layer.id]?.includes(value) ?? true
}

/** A click in the legend: takes a class away or brings it back. The last one left brings all back. */
export function toggleClass(layer: Layer, value: string, classes: readonly Code[]): void {
  view.kept = withKept(layer.id, toggled(view.kept[layer.id], value, classes.map((c) => c.value)))
}

/** Alt or right click: this class alone; again, all of them. */
export function isolateClass(layer: Layer, value: string): void {
  const alone = view.kept[layer.id]?.length === 1 && view.kept[layer.id]?.[0] === value
  view.kept = withKept(layer.id, alone ? undefined : [value])
}

export function clearFilters(layer?: Layer): void {
  view.kept = layer ? withKept(layer.id, undefined) : {}
}

/** The values kept after a toggle; undefined when that is all of them. */
export function toggled(kept: readonly string[] | undefined, value: string, all: readonly string[]): string[] | undefined {
  const now = new Set(kept ?? all)
  if (now.has(value)) now.delete(value)
  else now.add(value)
  const next = all.filter((v) => now.has(v))
  return next.length === all.length || next.length === 0 ? undefined : next
}

function withKept(id: string, values: string[] | undefined): Record<string, string[]> {
  const { [id]: _, ...others } = view.kept
  return values ? { ...others, [id]: values } : others
}
