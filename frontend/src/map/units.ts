// Units in motion, as one layer of points on the graphics card over the map. News
// costs one upload; between news only a few numbers change and the shader does the
// rest. The layer has a canvas of its own, so that what stands still, which is the
// whole map, is not drawn again for what moves.
import type { Map as GLMap } from 'maplibre-gl'
import { mercator, packed, unitStates, type Fleet } from '../state/fleet'
import { stateTone } from '../state/groups'
import { palettes, toneColour, type ThemeName } from '../ui/palette'
import { dotFragmentShader, dotVertexShader, fragmentShader, vertexShader } from './unitshaders'

/** What the layer draws, beside the units themselves. */
export interface UnitScene {
  shown: (i: number) => boolean
  /** number of the unit looked at; -1 for none */
  picked: number
  theme: ThemeName
  /** how much larger than usual, for a wall */
  scale: number
  /** nothing glides and nothing pulses */
  still: boolean
}

/** Whose units are drawn: those of the present, or of a replay. */
export type Drawable = Pick<Fleet, 'revision' | 'restless' | 'size' | 'state' | 'pack'>

/** What is drawn below the units, with the same card and place of the map. */
export interface Underlay {
  prepare(gl: WebGL2RenderingContext): void
  draw(gl: WebGL2RenderingContext, centre: readonly [number, number], scale: readonly [number, number], pixels: number): void
}

/** Radius of a symbol in pixels of the page, by the zoom: dots from afar, symbols near. */
export function radiusAt(zoom: number): number {
  return Math.min(Math.max(2.2 + (zoom - 7) * 0.75, 2.2), 9)
}

/** Below this radius, in pixels of the page, a symbol is a dot. */
const dotsBelow = 4.5

/** Places are kept as offsets from here, so that 32 bits hold centimetres. */
export const origin = mercator(102.6, 38.1)
const bytes = packed * 4
const uniformNames = ['u_centre', 'u_scale', 'u_now', 'u_pixels', 'u_radius', 'u_ring', 'u_still', 'u_colours', 'u_paper', 'u_grey', 'u_accent'] as const
const urgent = unitStates.indexOf('sos')

/** A program of the card and where its numbers go. */
export interface Pen {
  program: WebGLProgram
  at: Partial<Record<string, WebGLUniformLocation | null>>
}

export class UnitsLayer {
  private map: GLMap | undefined
  private canvas: HTMLCanvasElement | undefined
  private gl: WebGL2RenderingContext | null = null
  private dots: Pen | undefined
  private symbols: Pen | undefined
  private array: WebGLVertexArrayObject | null = null
  private buffer: WebGLBuffer | null = null
  private data = new Float32Array(0)
  private held = 0
  private order = new Int32Array(0)
  /** how many of the order call for help: they are its last */
  private calls = 0
  private base = 0
  private drawn = -1
  private next = 0

  /** clock gives the present in milliseconds, as the fleet counts it; after is called when a picture is drawn. */
  constructor(private readonly fleet: Drawable, private readonly clock: () => number, private scene: UnitScene, private readonly after: () => void, private readonly below?: Underlay) {}

  /** Draws another scene from now on. */
  show(scene: UnitScene): void {
    if (scene.shown !== this.scene.shown) this.drawn = -1
    this.scene = scene
    this.redraw()
  }

  /** Draws once more, as soon as the page does. */
  redraw(): void {
    if (this.map && !this.next) this.next = requestAnimationFrame(this.draw)
  }

  /** Lays the layer over a map. */
  attach(map: GLMap): void {
    const canvas = document.createElement('canvas')
    Object.assign(canvas.style, { position: 'absolute', inset: '0', width: '100%', height: '100%', pointerEvents: 'none' })
    map.getCanvasContainer().append(canvas)
    this.map = map
    this.canvas = canvas
    this.gl = canvas.getContext('webgl2', { antialias: false, depth: false, stencil: false })
    // The card may be taken away and given back; everything on it is gone then.
    canvas.addEventListener('webglcontextlost', (event) => event.preventDefault())
    canvas.addEventListener('webglcontextrestored', () => this.prepare())
    this.prepare()
    map.on('render', this.draw)
  }

  /** Takes the layer away from its map. */
  detach(): void {
    this.map?.off('render', this.draw)
    cancelAnimationFrame(this.next)
    this.next = 0
    this.gl?.getExtension('WEBGL_lose_context')?.loseContext()
    this.canvas?.remove()
    this.map = this.canvas = undefined
    this.gl = null
  }

  private prepare(): void {
    const gl = this.gl
    if (!gl) return
    this.dots = link(gl, dotVertexShader, dotFragmentShader)
    this.symbols = link(gl, vertexShader, fragmentShader)
    this.below?.prepare(gl)
    this.array = gl.createVertexArray()
    this.buffer = gl.createBuffer()
    gl.bindVertexArray(this.array)
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer)
    for (const [place, numbers, from] of [[0, 4, 0], [1, 4, 16], [2, 1, 32]] as const) {
      gl.enableVertexAttribArray(place)
      gl.vertexAttribPointer(place, numbers, gl.FLOAT, false, bytes, from)
    }
    gl.enable(gl.BLEND)
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA)
    this.held = 0
    this.drawn = -1
    this.redraw()
  }

  /** Draws a picture, with the map when that is drawn and by itself while anything moves. */
  private readonly draw = (): void => {
    cancelAnimationFrame(this.next)
    this.next = 0
    const { map, canvas, gl, dots, symbols } = this
    if (!map || !canvas || !gl || !dots || !symbols || gl.isContextLost()) return
    const now = this.clock()
    const { width, height } = map.getCanvas()
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height })
    this.upload(gl, now)
    gl.viewport(0, 0, width, height)
    gl.clearColor(0, 0, 0, 0)
    gl.clear(gl.COLOR_BUFFER_BIT)
    this.drawBelow(gl, map)
    const radius = radiusAt(map.getZoom()) * this.scene.scale
    const others = this.order.length - this.calls
    const asDots = radius < dotsBelow
    this.take(gl, asDots ? dots : symbols, map, now, radius)
    gl.drawArrays(gl.POINTS, 0, others)
    if (asDots && (this.calls > 0 || this.scene.picked >= 0)) this.take(gl, symbols, map, now, radius)
    gl.drawArrays(gl.POINTS, others, this.calls)
    const k = this.scene.picked < 0 ? -1 : this.order.indexOf(this.scene.picked)
    if (k >= 0) {
      gl.uniform1i(symbols.at.u_ring ?? null, 1)
      gl.drawArrays(gl.POINTS, k, 1)
    }
    this.after()
    if (!this.scene.still && (now < this.fleet.restless || this.calls > 0)) this.redraw()
  }

  /** Draws what lies below the units, and takes up their numbers again. */
  private drawBelow(gl: WebGL2RenderingContext, map: GLMap): void {
    if (!this.below) return
    const { centre, scale, pixels } = stand(map)
    this.below.draw(gl, centre, scale, pixels)
    gl.bindVertexArray(this.array)
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer)
  }

  /** Takes up a pen and tells it where the map stands. */
  private take(gl: WebGL2RenderingContext, { program, at }: Pen, map: GLMap, now: number, radius: number): void {
    const { theme, still } = this.scene
    const palette = palettes[theme]
    const { centre, scale, pixels } = stand(map)
    gl.useProgram(program)
    gl.uniform2fv(at.u_centre ?? null, centre)
    gl.uniform2fv(at.u_scale ?? null, scale)
    gl.uniform1f(at.u_now ?? null, (now - this.base) / 1000)
    gl.uniform1f(at.u_pixels ?? null, pixels)
    gl.uniform1f(at.u_radius ?? null, radius)
    gl.uniform1i(at.u_still ?? null, still ? 1 : 0)
    gl.uniform1i(at.u_ring ?? null, 0)
    gl.uniform3fv(at.u_colours ?? null, unitStates.flatMap((s) => rgb(toneColour(palette, stateTone[s]))))
    gl.uniform3fv(at.u_paper ?? null, rgb(palette.paper))
    gl.uniform3fv(at.u_grey ?? null, rgb(palette.muted))
    gl.uniform3fv(at.u_accent ?? null, rgb(palette.accent))
  }

  /** Sends the units to the card when they changed; now and then also so that times stay small numbers. */
  private upload(gl: WebGL2RenderingContext, now: number): void {
    if (this.drawn === this.fleet.revision && Math.abs(now - this.base) < 600_000) return
    this.drawn = this.fleet.revision
    this.base = now
    if (this.data.length < this.fleet.size * packed) this.data = new Float32Array(this.fleet.state.length * packed)
    this.order = this.fleet.pack(this.data, origin, now, this.scene.shown)
    this.calls = 0
    for (let k = this.order.length - 1; k >= 0 && this.fleet.state[this.order[k] as number] === urgent; k--) this.calls++
    if (this.held !== this.data.length) gl.bufferData(gl.ARRAY_BUFFER, this.data, gl.DYNAMIC_DRAW)
    else gl.bufferSubData(gl.ARRAY_BUFFER, 0, this.data, 0, this.order.length * packed)
    this.held = this.data.length
  }
}

/** Where a map stands: its middle from the origin, what brings Mercator to the clip space, and pixels of the canvas for one of the page. */
function stand(map: GLMap): { centre: [number, number]; scale: [number, number]; pixels: number } {
  const canvas = map.getCanvas()
  const middle = map.getCenter()
  const [x, y] = mercator(middle.lng, middle.lat)
  const world = 1024 * 2 ** map.getZoom() // twice 512: the clip space is two wide
  return { centre: [x - origin[0], y - origin[1]], scale: [world / canvas.clientWidth, -world / canvas.clientHeight], pixels: canvas.width / canvas.clientWidth }
}

const read = new Map<string, number[]>()
/** #RRGGBB as three numbers from 0 to 1. */
export function rgb(colour: string): number[] {
  let numbers = read.get(colour)
  if (!numbers) read.set(colour, (numbers = [1, 3, 5].map((k) => parseInt(colour.slice(k, k + 2), 16) / 255)))
  return numbers
}

/** Makes a program of two shaders, and finds its uniforms. */
export function link(gl: WebGL2RenderingContext, vertices: string, fragments: string, names: readonly string[] = uniformNames): Pen {
  const program = gl.createProgram()
  for (const [kind, text] of [[gl.VERTEX_SHADER, vertices], [gl.FRAGMENT_SHADER, fragments]] as const) {
    const shader = gl.createShader(kind)
    if (!shader) continue
    gl.shaderSource(shader, text)
    gl.compileShader(shader)
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS) && !gl.isContextLost()) throw new Error(`shader of units: ${gl.getShaderInfoLog(shader)}`)
    gl.attachShader(program, shader)
    gl.deleteShader(shader)
  }
  gl.linkProgram(program)
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) throw new Error(`shaders of units: ${gl.getProgramInfoLog(program)}`)
  return { program, at: Object.fromEntries(names.map((name) => [name, gl.getUniformLocation(program, name)])) }
}
