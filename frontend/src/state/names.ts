// The names of areas as points to write on the map, and one number for each.
import { shallowRef, watch } from 'vue'
import * as api from '../server/api'
import { isAbort } from '../server/http'
import { language } from '../words/words'
import { legendOf } from './layers'
import { place } from './place'
import { layerOfSymbol, session } from './session'
import { view } from './view'

export interface AreaFact {
  code: string
  level: api.Level
  name: string
  /** the first sum of the area layer, such as its residents */
  number?: number | undefined
  lon: number
  lat: number
  bounds?: readonly number[] | undefined
}

/** Every area read so far, by code. */
export const areaFacts = shallowRef<ReadonlyMap<string, AreaFact>>(new Map())

/** Villages are read when the map comes near them. */
const villagesFrom = 10.5

/** Reads the names as they come to be needed, and again after a change of language or data. */
export function followNames(): void {
  let reading = new AbortController()
  const have = new Set<string>()
  const need = () => {
    const layer = layerOfSymbol('boundary')
    if (session.phase !== 'ready' || !layer?.allowed) return ''
    // What cameras do not see is named by its village, however far the map is.
    const near = (view.camera?.zoom ?? 0) >= villagesFrom || view.task === 'cover' || (view.task === 'patrol' && view.tide.mode !== '')
    return JSON.stringify([near, language.value, layer.version, session.recoveries])
  }
  let generation = ''
  watch(need, async (key) => {
    if (!key) return
    const [near, ...about] = JSON.parse(key) as [boolean, string, number, number]
    if (generation !== JSON.stringify(about)) {
      generation = JSON.stringify(about)
      reading.abort()
      reading = new AbortController()
      have.clear()
    }
    try {
      for (const batch of near ? ['upper', 'village'] as const : ['upper'] as const) {
        if (have.has(batch)) continue
        have.add(batch)
        add(await readLevels(batch === 'village', reading.signal))
      }
    } catch (error) {
      if (!isAbort(error)) have.clear() // names are a help: without them the map still works
    }
  }, { immediate: true })
  // Below a village the names are those of its grids, which come with the area itself.
  watch(() => place.node, (node) => {
    const grids = [...(node?.children ?? []), ...(node?.area.level === 'grid' ? node.siblings : [])].filter((a) => a.level === 'grid')
    add(grids.flatMap((a) => (a.bounds ? [{
      code: a.code, level: a.level, name: nameOf(a), bounds: a.bounds,
      lon: ((a.bounds[0] ?? 0) + (a.bounds[2] ?? 0)) / 2, lat: ((a.bounds[1] ?? 0) + (a.bounds[3] ?? 0)) / 2,
    }] : [])))
  })
}

/** The name of an area in the language of the page. */
export function nameOf(area: Pick<api.AreaName, 'name' | 'nameEn'>): string {
  return language.value === 'en' && area.nameEn ? area.nameEn : area.name
}

/** The area of a level whose middle is nearest to a place, as a name for what has none of its own; '' where none is known. */
export function nameNear(lon: number, lat: number, level: api.Level): string {
  let best = ''
  let nearest = Infinity
  for (const fact of areaFacts.value.values()) {
    if (fact.level !== level) continue
    const far = ((fact.lon - lon) * Math.cos((lat * Math.PI) / 180)) ** 2 + (fact.lat - lat) ** 2
    if (far < nearest) [nearest, best] = [far, fact.name]
  }
  return best
}

function add(facts: AreaFact[]): void {
  if (!facts.length) return
  const next = new Map(areaFacts.value)
  for (const fact of facts) next.set(fact.code, fact)
  areaFacts.value = next
}

async function readLevels(villages: boolean, signal: AbortSignal): Promise<AreaFact[]> {
  const layer = layerOfSymbol('boundary')
  if (!layer?.legend) return []
  const facts: AreaFact[] = []
  const wanted = legendOf(layer).map((c) => c.value).filter((level) => (level === 'village') === villages)
  const filters = { [layer.id]: { [layer.legend]: wanted } }
  let after: number | undefined
  do {
    const page: api.Page = await api.rows(layer.id, { filters }, 1000, after, signal)
    facts.push(...page.rows.flatMap((row) => factOf(row, layer)))
    after = page.next
  } while (after !== undefined)
  return facts
}

function factOf(row: api.Row, layer: api.Layer): AreaFact[] {
  const p = row.properties
  if (row.lon === undefined || row.lat === undefined) return []
  const english = p[`${layer.label}_en`]
  const number = layer.sums?.[0] ? Number(p[layer.sums[0]]) : NaN
  return [{
    code: row.id,
    level: p[layer.legend ?? ''] as api.Level,
    name: String((language.value === 'en' && english) || p[layer.label ?? ''] || row.id),
    number: Number.isFinite(number) && number > 0 ? number : undefined,
    lon: row.lon, lat: row.lat, bounds: row.bounds,
  }]
}
