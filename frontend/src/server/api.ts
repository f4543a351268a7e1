// The routes of the contract that this page uses. Types come from openapi.yaml.
import { call } from './http'
import type { components } from './schema.gen'

type Schemas = components['schemas']
export type Me = Schemas['Me']
export type Catalog = Schemas['Catalog']
export type Layer = Schemas['Layer']
export type Field = Schemas['Field']
export type Code = Schemas['Code']
export type Text = Schemas['Text']
export type AreaName = Schemas['AreaName']
export type AreaNode = Schemas['AreaNode']
export type Found = Schemas['Found']
export type Selection = Schemas['Selection']
export type Total = Schemas['Total']
export type Row = Schemas['Row']
export type Feature = Schemas['Feature']
export type Level = AreaName['level']

export interface Page {
  matched: number
  rows: Row[]
  next?: number
}

export const login = (name: string, password: string) =>
  call<Me>('/api/login', { method: 'POST', body: { name, password }, proves: true })

export const logout = () => call<undefined>('/api/logout', { method: 'POST' })

export const me = () => call<Me>('/api/me')

export const changePassword = (old: string, next: string) =>
  call<undefined>('/api/me/password', { method: 'POST', body: { old, new: next }, proves: true })

export const catalog = (signal?: AbortSignal) => call<Catalog>('/catalog', { signal })

/** What the operator's own basemap holds: TileJSON, as far as it is used here. */
export const basemap = () => call<{ vector_layers?: { id: string }[] }>('/basemap.json')

export const areaNode = (code: string, signal?: AbortSignal) =>
  call<AreaNode>(`/api/areas/${encodeURIComponent(code)}`, { signal })

/** Places by name, pinyin, initials or code, best first. */
export const search = async (text: string, signal?: AbortSignal) =>
  (await call<{ results: Found[] }>(`/api/search?q=${encodeURIComponent(text)}&limit=12`, { signal })).results

/** Totals of layers inside a selection; an empty selection is the caller's whole area. */
export const totals = async (selection: Selection, signal?: AbortSignal) =>
  (await call<{ totals: Total[] }>('/api/inside', { method: 'POST', body: selection, signal })).totals

/** A page of a layer's features inside a selection; after is the `next` of the page before. */
export const rows = (layer: string, selection: Selection, limit: number, after?: number, signal?: AbortSignal) =>
  call<Page>(
    `/api/inside/${encodeURIComponent(layer)}?limit=${limit}${after === undefined ? '' : `&after=${after}`}`,
    { method: 'POST', body: selection, signal },
  )

/** The full record of one feature, geometry included. */
export const feature = (layer: string, id: string, signal?: AbortSignal) =>
  call<Feature>(`/ogc/collections/${encodeURIComponent(layer)}/items/${encodeURIComponent(id)}`, { signal })

/** Whether the server can serve again. */
export const ready = () => call<{ status: string }>('/readyz')
