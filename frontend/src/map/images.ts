// The symbols of the map, drawn on a canvas when the style first asks for one.
// The name says everything, so that any theme and any mix can be made:
//   sym|dark|camera|good        a symbol in the colour of its tone
//   mini|dark|camera|good       its plate alone, small, for where there are many
//   wedge|dark|60|good          a field of view of 60°, looking north
//   ring|dark|camera|3|good:12,act:4    a cluster of the third size and its mix
//   disc|dark|act|7            a filled disc with a number
//   hatch|dark                  a fine hatch over what is withheld
import { drawingOf } from '../ui/glyphs'
import { palettes, toneColour, type Palette, type ThemeName } from '../ui/palette'

/** Pictures have two pixels for one of the page, crisp on dense screens. */
export const pixelRatio = 2

/** Radius of a wedge in pixels of the page at icon-size 1. */
export const wedgeRadius = 64

/** Pixels of a plate without its glyph. */
const miniSize = 10

/** Radius of the disc under a number. */
const discRadius = 10

/** Pixels from one stroke of the hatch to the next, across. */
const hatchSide = 6

/** Outer radius of a cluster's ring by its size, 1 to 4. */
export const ringRadius = [0, 12, 14, 17, 20] as const

/** A name the style may ask for, taken apart; null for one that is none of ours. */
export type Wanted =
  | { kind: 'sym' | 'mini'; theme: ThemeName; symbol: string; tone: string }
  | { kind: 'wedge'; theme: ThemeName; angle: number; tone: string }
  | { kind: 'hatch'; theme: ThemeName }
  | { kind: 'disc'; theme: ThemeName; tone: string; text: string }
  | { kind: 'ring'; theme: ThemeName; symbol: string; size: 1 | 2 | 3 | 4; mix: [tone: string, share: number][] }

export function readName(name: string): Wanted | null {
  const [kind, theme, a, b, c] = name.split('|')
  if (theme !== 'dark' && theme !== 'light') return null
  if ((kind === 'sym' || kind === 'mini') && a !== undefined && b !== undefined) return { kind, theme, symbol: a, tone: b }
  if (kind === 'hatch') return { kind, theme }
  if (kind === 'disc' && a !== undefined && b !== undefined) return { kind, theme, tone: a, text: b }
  if (kind === 'wedge' && b !== undefined) {
    const angle = Number(a)
    return angle > 0 && angle <= 360 ? { kind, theme, angle, tone: b } : null
  }
  if (kind === 'ring' && a !== undefined && c !== undefined) {
    const size = Number(b)
    if (size !== 1 && size !== 2 && size !== 3 && size !== 4) return null
    const mix = c.split(',').map((part): [string, number] => {
      const [tone = '', share = ''] = part.split(':')
      return [tone, Number(share)]
    })
    return { kind, theme, symbol: a, size, mix: mix.filter(([, share]) => share > 0) }
  }
  return null
}

/** Draws what a name asks for; null when the name is none of ours. */
export function drawImage(name: string): ImageData | null {
  const wanted = readName(name)
  if (!wanted) return null
  const palette = palettes[wanted.theme]
  switch (wanted.kind) {
    case 'sym': return onCanvas(drawingOf(wanted.symbol, wanted.tone).size + 4, (ctx, side) => drawSymbol(ctx, side / 2, side / 2, wanted.symbol, wanted.tone, palette))
    case 'mini': return onCanvas(miniSize + 4, (ctx, side) => drawSymbol(ctx, side / 2, side / 2, wanted.symbol, wanted.tone, palette, miniSize, false))
    case 'wedge': return onCanvas(wedgeRadius * 2, (ctx, side) => drawWedge(ctx, side / 2, wanted.angle, toneColour(palette, wanted.tone)))
    case 'hatch': return onCanvas(hatchSide, (ctx, side) => drawHatch(ctx, side, palette))
    case 'disc': return onCanvas(discRadius * 2 + 4, (ctx, side) => drawDisc(ctx, side / 2, toneColour(palette, wanted.tone), wanted.text, palette))
    case 'ring': return onCanvas(ringRadius[wanted.size] * 2 + 12, (ctx, side) => drawRing(ctx, side / 2, ringRadius[wanted.size], wanted.symbol, wanted.mix, palette))
  }
}

function onCanvas(side: number, draw: (ctx: OffscreenCanvasRenderingContext2D, side: number) => void): ImageData | null {
  const canvas = new OffscreenCanvas(side * pixelRatio, side * pixelRatio)
  const ctx = canvas.getContext('2d')
  if (!ctx) return null
  ctx.scale(pixelRatio, pixelRatio)
  draw(ctx, side)
  return ctx.getImageData(0, 0, canvas.width, canvas.height)
}

function drawSymbol(ctx: OffscreenCanvasRenderingContext2D, x: number, y: number, symbol: string, tone: string, palette: Palette, size?: number, glyph = true): void {
  const drawing = drawingOf(symbol, tone)
  const scale = (size ?? drawing.size) / 20
  ctx.save()
  ctx.translate(x - 10 * scale, y - 10 * scale)
  ctx.scale(scale, scale)
  const plate = new Path2D(drawing.plate)
  ctx.lineJoin = 'round'
  ctx.lineWidth = 3
  ctx.strokeStyle = palette.paper
  ctx.stroke(plate)
  ctx.fillStyle = toneColour(palette, tone)
  ctx.fill(plate)
  ctx.fillStyle = palette.paper
  if (glyph) ctx.fill(new Path2D(drawing.glyph))
  ctx.restore()
}

function drawWedge(ctx: OffscreenCanvasRenderingContext2D, centre: number, angle: number, colour: string): void {
  const half = ((angle / 2) * Math.PI) / 180
  const north = -Math.PI / 2
  ctx.beginPath()
  ctx.moveTo(centre, centre)
  ctx.arc(centre, centre, wedgeRadius - 1, north - half, north + half)
  ctx.closePath()
  ctx.globalAlpha = 0.13
  ctx.fillStyle = colour
  ctx.fill()
}

/** The number is part of the picture: text of its own would lie on every disc that crowds in. */
function drawDisc(ctx: OffscreenCanvasRenderingContext2D, centre: number, colour: string, text: string, palette: Palette): void {
  for (const [radius, fill] of [[discRadius + 1.5, palette.paper], [discRadius, colour]] as const) {
    ctx.beginPath()
    ctx.arc(centre, centre, radius, 0, 2 * Math.PI)
    ctx.fillStyle = fill
    ctx.fill()
  }
  ctx.fillStyle = palette.paper
  ctx.font = `600 12px 'Noto Sans SC', sans-serif`
  ctx.textAlign = 'center'
  ctx.textBaseline = 'middle'
  ctx.fillText(text, centre, centre + 0.5)
}

/** One repeat of the hatch: strokes rise to the right and meet those of the next repeat. */
function drawHatch(ctx: OffscreenCanvasRenderingContext2D, side: number, palette: Palette): void {
  ctx.globalAlpha = 0.6
  ctx.strokeStyle = palette.muted
  ctx.lineWidth = 1
  ctx.beginPath()
  for (const x of [-side, 0, side]) {
    ctx.moveTo(x - 1, side + 1)
    ctx.lineTo(x + side + 1, -1)
  }
  ctx.stroke()
}

function drawRing(ctx: OffscreenCanvasRenderingContext2D, centre: number, radius: number, symbol: string, mix: [string, number][], palette: Palette): void {
  ctx.beginPath()
  ctx.arc(centre, centre, radius, 0, 2 * Math.PI)
  ctx.fillStyle = palette.panel
  ctx.fill()
  const total = mix.reduce((sum, [, share]) => sum + share, 0) || 1
  let from = -Math.PI / 2
  ctx.lineWidth = 3.5
  for (const [tone, share] of mix.length ? mix : ([['muted', 1]] as const)) {
    const to = from + (2 * Math.PI * share) / (mix.length ? total : 1)
    ctx.beginPath()
    ctx.arc(centre, centre, radius - 1.75, from, to)
    ctx.strokeStyle = toneColour(palette, tone)
    ctx.stroke()
    from = to
  }
  ctx.beginPath()
  ctx.arc(centre, centre, radius, 0, 2 * Math.PI)
  ctx.lineWidth = 1
  ctx.strokeStyle = palette.paper
  ctx.stroke()
  drawSymbol(ctx, centre, centre - radius + 1, symbol, 'k1', { ...palette, k1: palette.muted }, 11)
}
