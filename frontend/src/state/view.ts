// What a person looks at: place, layers, filters, time, selection. All of it
// survives every switch of task, and all of it lives in the URL (see url.ts).
import { reactive } from 'vue'
import type { ThemeName } from '../ui/palette'
import type { Language } from '../words/words'
import type { Replay } from './replayurl'

export type Task = 'map' | 'heat' | 'cover' | 'patrol' | 'table' | 'settings'

/** Where the map stands. Degrees, WGS 84, and the map's zoom. */
export interface Camera {
  lon: number
  lat: number
  zoom: number
}

/** One feature, by its layer and business code. */
export interface Picked {
  layer: string
  id: string
}

export type Position = [lon: number, lat: number]

/** A place someone drew. The ring of a polygon is not closed. */
export type Drawing =
  | { kind: 'polygon'; ring: Position[] }
  | { kind: 'circle'; centre: Position; metres: number }

/** What the cells show: counts, hotspots, or the change between two windows. */
export type HeatShows = 'count' | 'spots' | 'change'

/** What a camera's picture must do, which limits how far it reaches: IEC 62676-4. */
export const purposes = ['overview', 'detect', 'observe', 'recognise'] as const
export type Purpose = (typeof purposes)[number]

/** What the task of heat shows. */
export interface Heat {
  /** the layer counted; '' for the first that can be */
  layer: string
  shows: HeatShows
  /** a smooth surface instead of cells to be read */
  smooth: boolean
  /** the H3 resolution, 0 for what the zoom can bear */
  resolution: number
  /** what hotspots are held against: their own other times, or an even spread; an undated layer has no other times */
  measure: 'own' | 'households' | 'even'
  /** the window compared with; '' for the same a year before */
  against: string
  /** the cell looked at, by its index; '' for none */
  cell: string
  /** the map among its reshuffles is open */
  real: boolean
}

/** What the task of patrols shows. */
export interface Patrol {
  /** the states kept; none for all that are on duty */
  states: string[]
  /** the unit looked at, by its id; '' for none */
  unit: string
  /** the map goes where that unit goes */
  follow: boolean
  /** every unit by itself, also from afar */
  single: boolean
  /** the sheet over the map: units, headcounts by area or by kind, the roster, past alarms, fences */
  board: '' | 'units' | 'areas' | 'kinds' | 'roster' | 'alarms' | 'fences'
  /** the past in place of the present; null for the present */
  replay: Replay | null
}

/** What the map of visits shows of each service grid: how long the last one is ago, or the longest time without one in a window. */
export const tideModes = ['', 'now', 'window'] as const
/** The windows that can be looked at, as the server reads them. */
export const tideWindows = ['PT2H', 'PT8H', 'PT24H'] as const
/** For how many hours a grid may go without a visit before it is listed. */
export const tideHours = [1, 2, 3, 4, 6, 8, 12, 24, 48, 96, 168] as const

/** What the task of patrols shows of visits. */
export interface Tide {
  /** '' while the map does not show them */
  mode: (typeof tideModes)[number]
  window: (typeof tideWindows)[number]
  hours: number
  /** what the list of gaps is sorted by: idleness times risk, or idleness */
  order: 'risk' | 'idle'
  /** the grid looked at, by its code; '' for none */
  grid: string
  /** the table of areas is open */
  table: boolean
}

/** The levels by which coverage is told, from the top. */
export const coverLevels = ['county', 'township', 'village'] as const
export type CoverLevel = (typeof coverLevels)[number]
/** What is listed beside the map of coverage: areas, unseen roads, unseen cells, proposed cameras. */
export const coverLists = ['areas', 'roads', 'cells', 'sites'] as const
export type CoverList = (typeof coverLists)[number]
/** What the areas can be sorted by. */
export const coverColumns = ['name', 'public', 'roads', 'down', 'hot'] as const
export type CoverColumn = (typeof coverColumns)[number]

/** What the task of coverage shows. */
export interface Cover {
  /** the level of the areas; '' for the one below the area one is in */
  by: CoverLevel | ''
  /** how many working cameras must see a thing */
  seenBy: 1 | 2
  purpose: Purpose
  list: CoverList
  order: CoverColumn
  descending: boolean
  /** what is looked at: a cell by its index, or site/3, road/5, gap/7 by its rank; '' for nothing */
  mark: string
}

export interface View {
  /** null until the map has opened on the area */
  camera: Camera | null
  /** code of the area drilled into; '' is the reader's whole area */
  area: string
  /** layers switched against the catalogue's default */
  shown: Record<string, boolean>
  /** opacity from 0 to 1 where it is not 1 */
  opacity: Record<string, number>
  /** by layer, the legend values kept; a layer that is not here is not filtered */
  kept: Record<string, string[]>
  picked: Picked | null
  drawn: Drawing | null
  /** whether the totals of the extent are open */
  totals: boolean
  /** a window as window.ts writes it, or '' for the month the dated layers open on */
  month: string
  task: Task
  heat: Heat
  patrol: Patrol
  tide: Tide
  cover: Cover
  /** the layer of the table */
  table: string
  theme: ThemeName
  language: Language
  /** everything one and a half times as large, for a wall */
  wall: boolean
}

/** Heat as it opens. */
export function firstHeat(): Heat {
  return { layer: '', shows: 'count', smooth: false, resolution: 0, measure: 'own', against: '', cell: '', real: false }
}

/** Coverage as it opens: what is covered least comes first. */
export function firstCover(): Cover {
  return { by: '', seenBy: 1, purpose: 'overview', list: 'areas', order: 'public', descending: false, mark: '' }
}

/** Patrols as they open. */
export function firstPatrol(): Patrol {
  return { states: [], unit: '', follow: false, single: false, board: '', replay: null }
}

/** Visits as they open. */
export function firstTide(): Tide {
  return { mode: '', window: 'PT8H', hours: 4, order: 'risk', grid: '', table: false }
}

/** The view of somebody who comes for the first time. */
export function firstView(): View {
  return {
    camera: null, area: '', shown: {}, opacity: {}, kept: {}, picked: null, drawn: null, totals: false,
    month: '', task: 'map', heat: firstHeat(), cover: firstCover(), patrol: firstPatrol(), tide: firstTide(), table: '', theme: 'dark', language: 'zh', wall: false,
  }
}

/** The one view of this page. */
export const view = reactive<View>(firstView())
