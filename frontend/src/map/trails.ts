// The ways behind the units of a replay, as thin boxes that fade with age, drawn
// below the units on their canvas.
import { pieceSize, type Tape } from '../state/tape'
import { palettes, type ThemeName } from '../ui/palette'
import { link, origin, rgb, type Pen, type Underlay } from './units'

export interface TrailScene {
  theme: ThemeName
  /** seconds of the past that are drawn */
  back: number
  /** how much of its strength the oldest keeps, 0 to 1 */
  least: number
  /** width in pixels of the page */
  width: number
}

const vertices = `#version 300 es
layout(location = 0) in vec4 a_way; // from, to
layout(location = 1) in vec2 a_age; // of both ends, seconds
uniform vec2 u_centre, u_scale, u_size; // size of the canvas in its pixels
uniform float u_width, u_back, u_least;
out float v_strength;
out float v_side;
flat out float v_half;
void main() {
  vec2 a = (a_way.xy - u_centre) * u_scale * u_size * 0.5, b = (a_way.zw - u_centre) * u_scale * u_size * 0.5;
  vec2 along = b - a;
  float far = length(along);
  along = far > 0.01 ? along / far : vec2(1.0, 0.0);
  bool end = gl_VertexID >= 2;
  float side = gl_VertexID % 2 == 0 ? -1.0 : 1.0;
  v_half = u_width * 0.5;
  float reach = v_half + 1.0;
  vec2 at = (end ? b + along * v_half * 0.5 : a - along * v_half * 0.5) + vec2(-along.y, along.x) * side * reach;
  v_side = side * reach;
  float age = end ? a_age.y : a_age.x;
  v_strength = mix(1.0, u_least, clamp(age / u_back, 0.0, 1.0));
  gl_Position = vec4(at / (u_size * 0.5), 0.0, 1.0);
}`

const fragments = `#version 300 es
precision highp float;
in float v_strength;
in float v_side;
flat in float v_half;
uniform vec3 u_ink;
out vec4 colour;
void main() { colour = vec4(u_ink, 1.0) * v_strength * clamp(v_half + 0.5 - abs(v_side), 0.0, 1.0); }`

const uniforms = ['u_centre', 'u_scale', 'u_size', 'u_width', 'u_back', 'u_least', 'u_ink'] as const

export class Trails implements Underlay {
  private pen: Pen | undefined
  private array: WebGLVertexArrayObject | null = null
  private buffer: WebGLBuffer | null = null
  private data = new Float32Array(0)

  constructor(private readonly tape: Tape, private readonly scene: () => TrailScene) {}

  prepare(gl: WebGL2RenderingContext): void {
    this.pen = link(gl, vertices, fragments, uniforms)
    this.array = gl.createVertexArray()
    this.buffer = gl.createBuffer()
    gl.bindVertexArray(this.array)
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer)
    for (const [place, numbers, from] of [[0, 4, 0], [1, 2, 16]] as const) {
      gl.enableVertexAttribArray(place)
      gl.vertexAttribPointer(place, numbers, gl.FLOAT, false, pieceSize * 4, from)
      gl.vertexAttribDivisor(place, 1)
    }
  }

  draw(gl: WebGL2RenderingContext, centre: readonly [number, number], scale: readonly [number, number], pixels: number): void {
    if (!this.pen) return
    const { theme, back, least, width } = this.scene()
    const pieces = this.tape.trails((size) => {
      if (this.data.length < size) this.data = new Float32Array(2 * size)
      return this.data
    }, origin, back)
    if (!pieces) return
    const { program, at } = this.pen
    gl.useProgram(program)
    gl.bindVertexArray(this.array)
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer)
    gl.bufferData(gl.ARRAY_BUFFER, this.data.subarray(0, pieces * pieceSize), gl.STREAM_DRAW)
    gl.uniform2f(at.u_centre ?? null, ...centre)
    gl.uniform2f(at.u_scale ?? null, ...scale)
    gl.uniform2f(at.u_size ?? null, gl.drawingBufferWidth, gl.drawingBufferHeight)
    gl.uniform1f(at.u_width ?? null, width * pixels)
    gl.uniform1f(at.u_back ?? null, back)
    gl.uniform1f(at.u_least ?? null, least)
    gl.uniform3fv(at.u_ink ?? null, rgb(palettes[theme].accent))
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, pieces)
  }
}
