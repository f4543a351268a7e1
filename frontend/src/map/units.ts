// Units in motion, as one layer of points on the graphics card. News costs one
// upload; between news only a few numbers change and the shader does the rest.
import type { CustomLayerInterface, Map as GLMap } from 'maplibre-gl'
import { mercator, packed, unitStates, type Fleet } from '../state/fleet'
import { stateTone } from '../state/groups'
import { palettes, toneColour, type ThemeName } from '../ui/palette'
import { fragmentShader, vertexShader } from './unitshaders'

export const unitsLayer = '@units'

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

/** Radius of a symbol in pixels of the page, by the zoom: dots from afar, symbols near. */
export function radiusAt(zoom: number): number {
  return Math.min(Math.max(2.2 + (zoom - 7) * 0.75, 2.2), 9)
}

/** Places are kept as offsets from here, so that 32 bits hold centimetres. */
const origin = mercator(102.6, 38.1)
const bytes = packed * 4
const names = ['u_centre', 'u_scale', 'u_now', 'u_pixels', 'u_radius', 'u_ring', 'u_still', 'u_colours', 'u_paper', 'u_grey', 'u_accent'] as const

export class UnitsLayer implements CustomLayerInterface {
  readonly id = unitsLayer
  readonly type = 'custom' as const
  readonly renderingMode = '2d' as const
  private map: GLMap | undefined
  private program: WebGLProgram | null = null
  private array: WebGLVertexArrayObject | null = null
  private buffer: WebGLBuffer | null = null
  private places: Partial<Record<(typeof names)[number], WebGLUniformLocation | null>> = {}
  private data = new Float32Array(0)
  private order = new Int32Array(0)
  private base = 0
  private drawn = -1
  private scene: UnitScene

  /** clock gives the present in milliseconds, as the fleet counts it. */
  constructor(private readonly fleet: Fleet, private readonly clock: () => number, scene: UnitScene) {
    this.scene = scene
  }

  /** Draws another scene from now on. */
  show(scene: UnitScene): void {
    if (scene.shown !== this.scene.shown) this.drawn = -1
    this.scene = scene
    this.map?.triggerRepaint()
  }

  onAdd(map: GLMap, gl: WebGL2RenderingContext): void {
    this.map = map
    this.program = link(gl)
    this.places = Object.fromEntries(names.map((name) => [name, gl.getUniformLocation(this.program as WebGLProgram, name)]))
    this.array = gl.createVertexArray()
    this.buffer = gl.createBuffer()
    gl.bindVertexArray(this.array)
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer)
    for (const [place, numbers, from] of [[0, 4, 0], [1, 4, 16], [2, 1, 32]] as const) {
      gl.enableVertexAttribArray(place)
      gl.vertexAttribPointer(place, numbers, gl.FLOAT, false, bytes, from)
    }
    gl.bindVertexArray(null)
    this.drawn = -1
  }

  onRemove(_map: GLMap, gl: WebGL2RenderingContext): void {
    gl.deleteProgram(this.program)
    gl.deleteBuffer(this.buffer)
    gl.deleteVertexArray(this.array)
    this.map = undefined
  }

  render(gl: WebGL2RenderingContext): void {
    const map = this.map
    if (!map || !this.program) return
    const now = this.clock()
    this.upload(gl, now)
    const { theme, scale, still, picked } = this.scene
    const canvas = map.getCanvas()
    const centre = map.getCenter()
    const [x, y] = mercator(centre.lng, centre.lat)
    const world = 1024 * 2 ** map.getZoom() // twice 512: the clip space is two wide
    const palette = palettes[theme]
    const at = this.places
    gl.useProgram(this.program)
    gl.bindVertexArray(this.array)
    gl.disable(gl.DEPTH_TEST)
    gl.disable(gl.STENCIL_TEST)
    gl.disable(gl.CULL_FACE)
    gl.enable(gl.BLEND)
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA)
    gl.uniform2f(at.u_centre ?? null, x - origin[0], y - origin[1])
    gl.uniform2f(at.u_scale ?? null, world / canvas.clientWidth, -world / canvas.clientHeight)
    gl.uniform1f(at.u_now ?? null, (now - this.base) / 1000)
    gl.uniform1f(at.u_pixels ?? null, canvas.width / canvas.clientWidth)
    gl.uniform1f(at.u_radius ?? null, radiusAt(map.getZoom()) * scale)
    gl.uniform1i(at.u_still ?? null, still ? 1 : 0)
    gl.uniform3fv(at.u_colours ?? null, unitStates.flatMap((s) => rgb(toneColour(palette, stateTone[s]))))
    gl.uniform3fv(at.u_paper ?? null, rgb(palette.paper))
    gl.uniform3fv(at.u_grey ?? null, rgb(palette.muted))
    gl.uniform3fv(at.u_accent ?? null, rgb(palette.accent))
    gl.uniform1i(at.u_ring ?? null, 0)
    gl.drawArrays(gl.POINTS, 0, this.order.length)
    const k = picked < 0 ? -1 : this.order.indexOf(picked)
    if (k >= 0) {
      gl.uniform1i(at.u_ring ?? null, 1)
      gl.drawArrays(gl.POINTS, k, 1)
    }
    gl.bindVertexArray(null)
    if (!still && (now < this.fleet.restless || this.calls())) map.triggerRepaint()
  }

  /** Sends the units to the card when they changed; now and then also so that times stay small numbers. */
  private upload(gl: WebGL2RenderingContext, now: number): void {
    if (this.drawn === this.fleet.revision && now - this.base < 600_000) return
    this.drawn = this.fleet.revision
    this.base = now
    const grown = this.data.length < this.fleet.size * packed
    if (grown) this.data = new Float32Array(Math.max(1024, this.fleet.state.length) * packed)
    this.order = this.fleet.pack(this.data, origin, now, this.scene.shown)
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer)
    if (grown) gl.bufferData(gl.ARRAY_BUFFER, this.data, gl.DYNAMIC_DRAW)
    else gl.bufferSubData(gl.ARRAY_BUFFER, 0, this.data, 0, this.order.length * packed)
  }

  /** Calls for help are painted last. */
  private calls(): boolean {
    const last = this.order[this.order.length - 1]
    return last !== undefined && unitStates[this.fleet.state[last] as number] === 'sos'
  }
}

const read = new Map<string, number[]>()
/** #RRGGBB as three numbers from 0 to 1. */
function rgb(colour: string): number[] {
  let numbers = read.get(colour)
  if (!numbers) read.set(colour, (numbers = [1, 3, 5].map((k) => parseInt(colour.slice(k, k + 2), 16) / 255)))
  return numbers
}

function link(gl: WebGL2RenderingContext): WebGLProgram {
  const program = gl.createProgram()
  for (const [kind, text] of [[gl.VERTEX_SHADER, vertexShader], [gl.FRAGMENT_SHADER, fragmentShader]] as const) {
    const shader = gl.createShader(kind)
    if (!shader) continue
    gl.shaderSource(shader, text)
    gl.compileShader(shader)
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw new Error(`shader of units: ${gl.getShaderInfoLog(shader)}`)
    gl.attachShader(program, shader)
    gl.deleteShader(shader)
  }
  gl.linkProgram(program)
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(`shaders of units: ${gl.getProgramInfoLog(program)}`)
  return program
}
