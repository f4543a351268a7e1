// The one owner of the MapLibre map. apply() makes it equal to a picture; what
// people do on it comes back through the handlers. Nothing else talks to it.
import {
  Map as GLMap, ScaleControl, setWorkerUrl,
  type GeoJSONSource, type LngLatBoundsLike, type MapGeoJSONFeature, type StyleSpecification,
} from 'maplibre-gl'
import 'maplibre-gl/dist/maplibre-gl.css'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import { deepest } from '../state/errand'
import type { Camera } from '../state/view'
import { reducedMotion } from '../ui/motion'
import { basemapSource } from './basemap'
import { drawImage, pixelRatio } from './images'
import { overlays, overlaySource, type Overlay } from './overlays'
import { movedLayers, type Hit, type Picture } from './picture'
import { rank } from './rank'
import { styleOf } from './style'
import type { UnitsLayer } from './units'

export interface Handlers {
  /** the map came to rest somewhere else; byPerson is false when the page moved it */
  moved(camera: Camera): void
  /** what lies under the pointer, best first, and where on the map's face in pixels; where cells are drawn, the patch of them alone */
  hovered(hits: Hit[], x: number, y: number, patch: string): void
  clicked(hits: Hit[], x: number, y: number, patch: string): void
  /** a double click, and what lies there, best first */
  drilled(lon: number, lat: number, hits: Hit[], x: number, y: number): void
  /** the worker or the graphics failed: there is no map */
  died(reason: string): void
  /** a tile did not come; status is 0 where nothing answered */
  tileFailed(status: number): void
  /** a tile of the basemap came, or did not */
  basemapCame(came: boolean): void
}

export interface Padding { left: number; right: number; top: number; bottom: number }

const noFeatures: GeoJSON.FeatureCollection = { type: 'FeatureCollection', features: [] }

export class MapController {
  private readonly map: GLMap
  private readonly data = new Map<Overlay, GeoJSON.FeatureCollection>()
  private picture: Picture
  private hoverState: { source: string; sourceLayer: string; id: number } | null = null
  /** true while a drawing tool has the pointer */
  drawing = false
  /** the button went down while drawing: what comes of it is the tool's, even if that ended the drawing */
  private pressedForTool = false
  /** the layer of moving units, while it is drawn */
  private units: UnitsLayer | null = null

  /**
   * Builds the map in a container. data-map on the container says "busy" while
   * anything is being read or drawn and "idle" when the picture is complete;
   * tests and screenshots wait for that.
   */
  constructor(private readonly container: HTMLElement, picture: Picture, camera: Camera | { bounds: LngLatBoundsLike; padding: Padding }, private readonly on: Handlers) {
    setWorkerUrl(workerUrl)
    this.picture = picture
    container.dataset.map = 'busy'
    this.map = new GLMap({
      container,
      style: styleOf(picture),
      ...('bounds' in camera
        ? { bounds: camera.bounds, fitBoundsOptions: { padding: camera.padding } }
        : { center: [camera.lon, camera.lat], zoom: camera.zoom }),
      minZoom: 3,
      maxZoom: 19,
      maxPitch: 0,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      doubleClickZoom: false,
      attributionControl: false,
      fadeDuration: reducedMotion() ? 0 : 120,
      renderWorldCopies: false,
    })
    this.map.touchZoomRotate.disableRotation()
    this.map.keyboard.disableRotation()
    this.map.setMissingStyleImageResolver((id) => {
      const image = drawImage(id)
      if (image && !this.map.hasImage(id)) this.map.addImage(id, image, { pixelRatio })
    })
    this.listen()
  }

  /** Where the scale goes: beside the attribution the page writes itself. */
  addScale(): void {
    this.map.addControl(new ScaleControl({ maxWidth: 110, unit: 'metric' }), 'bottom-right')
  }

  /** Makes the map equal to the picture. */
  apply(picture: Picture): void {
    const moved = movedLayers(this.picture, picture)
    this.picture = picture
    this.container.dataset.map = 'busy'
    this.clearHover()
    this.map.setStyle(styleOf(picture), {
      diff: true,
      validate: false,
      // Data of overlays and the tool's own layers are not part of a picture: they stay.
      transformStyle: (before, next) => keepForeign(before, next),
    })
    this.reread(moved)
  }

  /** Draws moving units over everything else; null for none. */
  drawUnits(layer: UnitsLayer | null): void {
    if (layer === this.units) return
    this.units?.detach()
    this.units = layer
    layer?.attach(this.map)
  }

  /** Reads every tile again, those that failed included. */
  reload(): void {
    this.reread([basemapSource, ...this.picture.layers.map((l) => l.id)])
  }

  /** Asks for the tiles of layers again; what the browser has and still holds is not sent again. */
  private reread(sources: readonly string[]): void {
    for (const id of sources) {
      if (this.map.getSource(id)) this.map.refreshTiles(id)
    }
  }

  /** Sets the features of an overlay; null for none. */
  overlay(name: Overlay, data: GeoJSON.FeatureCollection | null): void {
    const next = data?.features.length ? data : noFeatures
    if (this.data.get(name) === next) return
    this.data.set(name, next)
    const set = () => this.map.getSource<GeoJSONSource>(overlaySource(name))?.setData(this.data.get(name) ?? noFeatures)
    if (this.map.getSource(overlaySource(name))) set()
    else this.map.once('style.load', set)
  }

  /**
   * Goes somewhere: by a short glide, or at once for those who want no motion.
   * Bounds are shown whole, unless that would be from farther than the zoom atLeast.
   */
  fly(to: { bounds: LngLatBoundsLike; padding: Padding; atLeast?: number } | Camera): void {
    const duration = reducedMotion() ? 0 : 200
    if ('bounds' in to) {
      const whole = this.map.cameraForBounds(to.bounds, { padding: to.padding, maxZoom: deepest })
      if (whole) this.map.easeTo({ ...whole, zoom: Math.max(whole.zoom ?? 0, to.atLeast ?? 0), duration })
    } else this.map.easeTo({ center: [to.lon, to.lat], zoom: to.zoom, duration })
  }

  zoomBy(levels: number): void {
    this.map.easeTo({ zoom: this.map.getZoom() + levels, duration: reducedMotion() ? 0 : 150 })
  }

  /** Where the map stands. */
  camera(): Camera {
    const { lng, lat } = this.map.getCenter()
    return { lon: lng, lat, zoom: this.map.getZoom() }
  }

  /** The map itself, for the drawing tool of this room only. */
  get raw(): GLMap {
    return this.map
  }

  focus(): void {
    this.map.getCanvas().focus()
  }

  resize(): void {
    this.map.resize()
  }

  remove(): void {
    this.units?.detach()
    this.map.remove()
  }

  private listen(): void {
    const map = this.map
    map.on('idle', () => { this.container.dataset.map = 'idle' })
    for (const event of ['movestart', 'dataloading'] as const) {
      map.on(event, () => { this.container.dataset.map = 'busy' })
    }
    map.on('moveend', () => this.on.moved(this.camera()))
    map.on('mousemove', (e) => {
      if (this.drawing || map.isMoving()) return
      const patch = this.patchAt(e.point.x, e.point.y)
      const hits = this.picture.heat ? [] : this.hitsAt(e.point.x, e.point.y)
      if (patch) this.forgetHover()
      else this.showHover(hits[0])
      map.getCanvas().style.cursor = patch || hits.length ? 'pointer' : ''
      this.on.hovered(hits, e.point.x, e.point.y, patch)
    })
    map.on('mouseout', () => {
      this.clearHover()
      this.on.hovered([], 0, 0, '')
    })
    map.on('mousedown', () => { this.pressedForTool = this.drawing })
    map.on('click', (e) => {
      // The second click of a double click drills; it must not pick as well.
      if (this.pressedForTool || e.originalEvent.detail > 1) return
      const patch = this.patchAt(e.point.x, e.point.y)
      this.on.clicked(this.picture.heat ? [] : this.hitsAt(e.point.x, e.point.y), e.point.x, e.point.y, patch)
    })
    map.on('dblclick', (e) => {
      if (!this.pressedForTool) this.on.drilled(e.lngLat.lng, e.lngLat.lat, this.hitsAt(e.point.x, e.point.y), e.point.x, e.point.y)
    })
    map.on('error', (e) => {
      // The ground under the map is not the map: without it everything else goes on.
      if ((e as { sourceId?: string }).sourceId === basemapSource) this.on.basemapCame(false)
      else this.failed(e.error)
    })
    map.on('sourcedata', (e) => {
      if (e.sourceId === basemapSource && e.tile?.state === 'loaded') this.on.basemapCame(true)
    })
  }

  private failed(error: { message: string; status?: number }): void {
    if (/worker|webgl/i.test(error.message) && error.status === undefined) this.on.died(error.message)
    else if (error.status !== undefined || /fetch|network/i.test(error.message)) this.on.tileFailed(error.status ?? 0)
    else console.error(error)
  }

  /** The patch of cells under the pointer; '' where there is none. */
  private patchAt(x: number, y: number): string {
    if (!this.picture.heat) return ''
    const layers = heatPickable.filter((id) => this.map.getLayer(id))
    const [found] = this.map.queryRenderedFeatures([x, y], { layers })
    return String(found?.properties.id ?? '')
  }

  private hitsAt(x: number, y: number): Hit[] {
    const layers = this.map.getStyle().layers.filter((l) => pickable(l.id)).map((l) => l.id)
    const near = 4 // pixels around the pointer, so that lines and dots can be met
    const found = this.map.queryRenderedFeatures([[x - near, y - near], [x + near, y + near]], { layers })
    const under = new Set(this.map.queryRenderedFeatures([x, y], { layers }).map(keyOf))
    const hits = new Map<string, Hit>()
    for (const f of found) {
      // A polygon counts only where the pointer is inside it.
      if (f.geometry.type.endsWith('Polygon') && f.layer.type !== 'symbol' && !under.has(keyOf(f))) continue
      const layer = this.picture.layers.find((l) => l.id === f.source)
      if (!layer || hits.has(keyOf(f))) continue
      const p = f.properties as Record<string, unknown>
      hits.set(keyOf(f), {
        layer,
        fid: Number(f.id ?? 0),
        id: p.id === undefined ? '' : String(p.id),
        properties: p,
        ...(p.cluster === true ? { cluster: Number(p.count) } : {}),
        ...(f.geometry.type === 'Point' ? { at: f.geometry.coordinates as [number, number] } : {}),
      })
    }
    return rank([...hits.values()], this.map.getZoom(), this.picture.nextLevel)
  }

  private showHover(hit: Hit | undefined): void {
    const state = hit && !hit.at && hit.fid ? { source: hit.layer.id, sourceLayer: hit.layer.id, id: hit.fid } : null
    if (state?.id === this.hoverState?.id && state?.source === this.hoverState?.source && !hit?.at) return
    this.clearHover()
    if (state) {
      this.hoverState = state
      this.map.setFeatureState(state, { hover: true })
    }
    if (hit?.at && hit.cluster === undefined) {
      this.overlay('hover', { type: 'FeatureCollection', features: [{ type: 'Feature', properties: {}, geometry: { type: 'Point', coordinates: hit.at } }] })
    }
  }

  private forgetHover(): void {
    if (this.hoverState && this.map.getSource(this.hoverState.source)) this.map.setFeatureState(this.hoverState, { hover: false })
    this.hoverState = null
  }

  private clearHover(): void {
    this.forgetHover()
    if (this.data.get('hover')?.features.length) this.overlay('hover', null)
  }
}

/** The layers whose features are patches of cells, or marks on them. */
const heatPickable = ['@heat-withheld', '@heat-fill', '@cover-gap-cell', '@cover-reach', '@cover-site']

const keyOf = (f: MapGeoJSONFeature) => `${f.source}/${f.id ?? JSON.stringify(f.properties)}`

// Casings, borders, wedges and overlays are paint; fills, lines, symbols and rings are things.
const pickable = (id: string) => /^[^@].*:(fill|line|rail|symbol|mark|ring)$/.test(id)

function keepForeign(before: StyleSpecification | undefined, next: StyleSpecification): StyleSpecification {
  if (!before) return next
  const own = new Set(overlays.map(overlaySource))
  const sources = { ...next.sources }
  for (const [id, source] of Object.entries(before.sources)) {
    if (own.has(id) || id.startsWith('td-')) sources[id] = source
  }
  return { ...next, sources, layers: [...next.layers, ...before.layers.filter((l) => l.id.startsWith('td-'))] }
}

/** Whether this browser can draw the map at all. */
export function canDraw(): boolean {
  return document.createElement('canvas').getContext('webgl2') !== null
}

