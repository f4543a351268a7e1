// The tide of visits on the map: near by the grids themselves, from afar cells. Their
// colour is a state of the feature, so that a picture of 28,000 grids is drawn once
// and afterwards only what changed its class is told.
import type { ExpressionSpecification, GeoJSONSource, LayerSpecification, Map as GLMap } from 'maplibre-gl'
import { idleClass, type TideGrids } from '../state/tidegrids'
import { gather, gridsFrom, meanIdle, tideResolution, type TideCells } from '../state/tidecells'
import { tideRamp, type Palette } from '../ui/palette'
import { overlaySource } from './overlays'

/** The class that a feature is told, and the colour of each. */
const told: ExpressionSpecification = ['number', ['feature-state', 'idle'], 0]
const paintOf = (palette: Palette) => ['match', told, ...tideRamp.flatMap((name, i) => [i + 1, palette[name]]), palette.land] as unknown as ExpressionSpecification
/** What was just visited has no colour. */
const dry = ['==', told, 0] as unknown as ExpressionSpecification

/** Grids near by, cells from afar; grid is the layer of the grids. */
export function tideLayers(palette: Palette, grid: string): LayerSpecification[] {
  const near = { source: grid, 'source-layer': grid, minzoom: gridsFrom } as const
  const far = { source: overlaySource('tide'), maxzoom: gridsFrom } as const
  const fill = { 'fill-color': paintOf(palette), 'fill-opacity': ['case', dry, 0, 0.7] as never, 'fill-antialias': false }
  const edge = (width: number) => ({ 'line-color': palette.land, 'line-width': width, 'line-opacity': 0.55 })
  return [
    { id: '@tide-cell', type: 'fill', ...far, paint: fill },
    { id: '@tide-cell-edge', type: 'line', ...far, paint: edge(0.8) },
    { id: '@tide-grid', type: 'fill', ...near, paint: fill },
    { id: '@tide-grid-edge', type: 'line', ...near, paint: edge(0.6) },
  ]
}

/** What the drawing of cells needs of the library of cells. */
export interface Hexagons {
  cellAt(lat: number, lon: number, resolution: number): string
  ring(cell: string): GeoJSON.Position[]
}

/** Tells the map which class each grid, or each cell, is in. */
export class TidePainter {
  private grids: TideGrids | null = null
  private cells: TideCells | null = null
  private toldGrids = new Uint8Array(0)
  private toldCells = new Uint8Array(0)
  private classes = new Uint8Array(0)
  /** by cell, its mean idleness in minutes */
  means: Float64Array = new Float64Array(0)

  constructor(private readonly map: GLMap, private readonly grid: string, private readonly hexagons: Hexagons) {}

  /** Draws grids as they are at a time in milliseconds; null for none. */
  show(grids: TideGrids | null, now: number): void {
    if (grids !== this.grids) this.forget()
    this.grids = grids
    if (!grids) return
    if (this.map.getZoom() >= gridsFrom) this.paintGrids(grids, now)
    else this.paintCells(grids, now)
  }

  /** Tells everything again: the map forgot, or there are others. */
  forget(): void {
    this.toldGrids = new Uint8Array(0)
    this.toldCells = new Uint8Array(0)
    this.cells = null
    if (this.map.getSource(this.grid)) this.map.removeFeatureState({ source: this.grid, sourceLayer: this.grid })
    this.map.getSource<GeoJSONSource>(overlaySource('tide'))?.setData({ type: 'FeatureCollection', features: [] })
  }

  private paintGrids(grids: TideGrids, now: number): void {
    if (!this.map.getSource(this.grid)) return
    if (this.toldGrids.length !== grids.size) this.toldGrids = new Uint8Array(grids.size)
    if (this.classes.length !== grids.size) this.classes = new Uint8Array(grids.size)
    grids.classes(now, this.classes)
    for (let i = 0; i < grids.size; i++) {
      const idle = this.classes[i] as number
      if (idle === this.toldGrids[i]) continue
      this.toldGrids[i] = idle
      this.map.setFeatureState({ source: this.grid, sourceLayer: this.grid, id: grids.fids[i] as number }, { idle })
    }
  }

  private paintCells(grids: TideGrids, now: number): void {
    const source = overlaySource('tide')
    if (!this.map.getSource(source)) return
    const resolution = tideResolution(this.map.getZoom())
    if (this.cells?.resolution !== resolution) {
      const cells = (this.cells = gather(grids, resolution, (lat, lon, r) => this.hexagons.cellAt(lat, lon, r)))
      this.toldCells = new Uint8Array(cells.cells.length)
      this.map.removeFeatureState({ source })
      this.map.getSource<GeoJSONSource>(source)?.setData({
        type: 'FeatureCollection',
        features: cells.cells.map((cell, id) => ({ type: 'Feature', id, properties: { cell: id }, geometry: { type: 'Polygon', coordinates: [this.hexagons.ring(cell)] } })),
      })
    }
    this.means = meanIdle(this.cells, grids, now)
    this.means.forEach((minutes, id) => {
      const idle = idleClass(Math.floor(minutes))
      if (idle === this.toldCells[id]) return
      this.toldCells[id] = idle
      this.map.setFeatureState({ source, id }, { idle })
    })
  }

  /** What lies under a place on the map's face: a grid, or the grids of a cell; null for nothing. */
  under(x: number, y: number): { grid: number } | { cell: number; members: number[] } | null {
    const { map, grids, cells } = this
    const layers = ['@tide-grid', '@tide-cell'].filter((id) => map.getLayer(id))
    const [found] = grids && layers.length ? map.queryRenderedFeatures([x, y], { layers }) : []
    if (!found || !grids) return null
    if (found.layer.id === '@tide-grid') {
      const grid = grids.ofFid(Number(found.id))
      return grid === undefined ? null : { grid }
    }
    const cell = Number(found.id)
    const members: number[] = []
    cells?.of.forEach((n, i) => { if (n === cell) members.push(i) })
    return { cell, members }
  }
}
