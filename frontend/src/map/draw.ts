// The drawing tools, fetched when one is first taken up.
import type { TerraDraw } from 'terra-draw'
import type { Tool } from '../state/errand'
import { distance } from '../state/geometry'
import type { Drawing, Position } from '../state/view'
import { palettes, type ThemeName } from '../ui/palette'
import type { MapController } from './controller'

export interface DrawHandlers {
  /** the radius while a circle grows, in metres; 0 for other tools */
  growing(metres: number): void
  finished(drawing: Drawing): void
}

/** A tool in hand. */
export interface Draft {
  stop(): void
}

/** Takes up a tool; resolves when it can be used. */
export async function takeUp(tool: Tool, controller: MapController, theme: ThemeName, on: DrawHandlers): Promise<Draft> {
  const [{ TerraDraw, TerraDrawCircleMode, TerraDrawPolygonMode, TerraDrawRectangleMode }, { TerraDrawMapLibreGLAdapter }] =
    await Promise.all([import('terra-draw'), import('terra-draw-maplibre-gl-adapter')])
  const accent = palettes[theme].accent as `#${string}`
  const styles = { fillColor: accent, outlineColor: accent, outlineWidth: 2, fillOpacity: 0.12 } as const
  const modes = {
    polygon: () => new TerraDrawPolygonMode({ styles: { ...styles, closingPointColor: accent, closingPointWidth: 5 } }),
    rectangle: () => new TerraDrawRectangleMode({ styles }),
    circle: () => new TerraDrawCircleMode({ styles, segments: 64 }),
  }
  const draw = new TerraDraw({ adapter: new TerraDrawMapLibreGLAdapter({ map: controller.raw }), modes: [modes[tool]()] })
  draw.start()
  draw.setMode(tool)
  controller.drawing = true
  let stopped = false
  const stop = () => {
    if (stopped) return
    stopped = true
    controller.drawing = false
    draw.stop()
  }
  draw.on('change', () => on.growing(tool === 'circle' ? (circleOf(ringOf(draw))?.metres ?? 0) : 0))
  draw.on('finish', (id) => {
    const ring = ringOf(draw, id)
    stop()
    const drawing = tool === 'circle' ? circleOf(ring) : ring.length >= 3 ? ({ kind: 'polygon', ring } as const) : null
    if (drawing) on.finished(drawing)
  })
  return { stop }
}

function ringOf(draw: TerraDraw, id?: string | number): Position[] {
  const feature = draw.getSnapshot().find((f) => f.geometry.type === 'Polygon' && (id === undefined || f.id === id))
  const closed = feature?.geometry.type === 'Polygon' ? (feature.geometry.coordinates[0] as Position[] | undefined) : undefined
  return closed?.slice(0, -1).map(([lon, lat]) => [lon, lat]) ?? []
}

/** Centre and radius of a ring whose corners lie on a circle. */
export function circleOf(ring: readonly Position[]): Drawing & { kind: 'circle' } | null {
  const first = ring[0]
  if (ring.length < 8 || !first) return null
  const lons = ring.map((p) => p[0])
  const lats = ring.map((p) => p[1])
  const middle = (values: number[]) => (Math.min(...values) + Math.max(...values)) / 2
  const centre: Position = [middle(lons), middle(lats)]
  const metres = Math.round(distance(centre, first))
  return metres >= 1 ? { kind: 'circle', centre, metres } : null
}
