// The shaders of units. The vertex shader finds where a unit is on its way, the
// fragment shader draws its shape by distance to the edge, sharp at any size.

/** State numbers are those of unitStates, codes those of Fleet.pack. */
export const vertexShader = `#version 300 es
layout(location = 0) in vec4 a_way;  // from, to
layout(location = 1) in vec4 a_when; // begin, length, time of the fix, heading
layout(location = 2) in float a_code;
uniform vec2 u_centre;   // of the map, from the origin of the positions
uniform vec2 u_scale;    // from Mercator to the clip space
uniform float u_now;
uniform float u_pixels;  // of the canvas for one of the page
uniform float u_radius;  // of a symbol, pixels of the page
uniform bool u_ring;     // the ring around the one looked at, not the unit itself
uniform bool u_still;    // the reader wants no motion
flat out float v_state, v_shape, v_age, v_radius, v_half;
flat out vec2 v_heading;
void main() {
  float part = a_when.y > 0.0 ? clamp((u_now - a_when.x) / a_when.y, 0.0, 1.0) : 1.0;
  vec2 at = mix(a_way.xy, a_way.zw, part);
  gl_Position = vec4((at - u_centre) * u_scale, 0.0, 1.0);
  v_state = mod(a_code, 8.0);
  bool post = mod(floor(a_code / 8.0), 2.0) > 0.5;
  bool dated = a_code < 15.5;
  v_age = dated ? max(u_now - a_when.z, 0.0) : 0.0;
  bool sos = v_state > 5.5;
  bool arrow = !post && v_state > 2.5 && v_state < 3.5 && a_when.w > -9.0 && u_radius > 3.5;
  v_shape = arrow ? 2.0 : post ? 1.0 : 0.0;
  v_heading = vec2(sin(a_when.w), cos(a_when.w));
  float radius = sos ? max(u_radius, 7.0) : u_radius;
  v_radius = radius * u_pixels;
  float reach = u_ring ? radius + 6.0 : sos ? radius * 2.6 : radius * (arrow ? 1.25 : 1.0) + 1.5;
  v_half = reach * u_pixels;
  gl_PointSize = 2.0 * v_half;
}`

export const fragmentShader = `#version 300 es
precision highp float;
flat in float v_state, v_shape, v_age, v_radius, v_half;
flat in vec2 v_heading;
uniform vec3 u_colours[7];
uniform vec3 u_paper, u_grey, u_accent;
uniform float u_now, u_pixels;
uniform bool u_ring, u_still;
out vec4 colour;

// How much of a pixel lies inside, by its distance from the edge.
float cover(float d) { return clamp(0.5 - d, 0.0, 1.0); }

// One colour laid on another, both with their alpha multiplied in.
vec4 over(vec4 top, vec4 below) { return top + below * (1.0 - top.a); }

void main() {
  vec2 p = (gl_PointCoord - 0.5) * 2.0 * v_half;
  float r = v_radius;
  if (u_ring) {
    float ring = cover(abs(length(p) - r - 3.5 * u_pixels) - 1.4 * u_pixels);
    float halo = cover(abs(length(p) - r - 3.5 * u_pixels) - 2.6 * u_pixels);
    colour = over(vec4(u_accent, 1.0) * ring, vec4(u_paper, 1.0) * halo * 0.8);
    return;
  }
  bool sos = v_state > 5.5;
  float d;
  if (v_shape > 1.5) {
    // An arrow with a notch: y grows to the south, the heading is clockwise from north.
    vec2 q = vec2(abs(v_heading.y * p.x + v_heading.x * p.y), -v_heading.x * p.x + v_heading.y * p.y) / 1.2;
    d = 1.2 * max(dot(q - vec2(0.0, -r), vec2(0.918, -0.397)), dot(q - vec2(0.0, 0.45 * r), vec2(-0.447, 0.894)));
  } else if (v_shape > 0.5) {
    d = max(abs(p.x), abs(p.y)) - 0.86 * r;
  } else d = length(p) - r;

  // Full, fading, hollow, then grey.
  bool lost = v_age >= 900.0 && !sos;
  bool hollow = v_age >= 300.0 && !sos;
  float fill = sos ? 1.0 : hollow ? 0.12 : v_age < 60.0 ? 1.0 : mix(0.85, 0.35, (v_age - 60.0) / 240.0);
  vec3 own = lost ? u_grey : u_colours[int(v_state + 0.5)];
  float rim = clamp(r * 0.26, 0.9 * u_pixels, 2.2 * u_pixels);
  float inside = cover(d), edge = inside - cover(d + rim);
  vec4 paint = over(vec4(own, 1.0) * edge, vec4(own, 1.0) * (inside - edge) * fill);
  // Something of the ground's colour under and around it, so that it stands off whatever lies below.
  paint = over(paint, vec4(u_paper, 1.0) * cover(d - 1.2 * u_pixels) * 0.75);

  if (r > 5.0 * u_pixels) {
    if (lost) {
      // The hands of a clock: nobody knows where it is by now.
      float up = max(abs(p.x) - 0.8 * u_pixels, max(p.y - 0.4 * u_pixels, -p.y - 0.58 * r));
      float side = max(abs(p.y) - 0.8 * u_pixels, max(-p.x - 0.4 * u_pixels, p.x - 0.45 * r));
      paint = over(vec4(u_grey, 1.0) * cover(min(up, side)), paint);
    }
    if (sos) {
      float bar = max(abs(p.x) - 0.13 * r, max(p.y - 0.12 * r, -p.y - 0.58 * r));
      float dot_ = max(abs(p.x) - 0.13 * r, abs(p.y - 0.42 * r) - 0.13 * r);
      paint = over(vec4(u_paper, 1.0) * cover(min(bar, dot_)), paint);
    }
  }
  if (sos) {
    float wave = u_still ? 0.35 : fract(u_now * 0.7);
    float far = r * mix(1.2, 2.4, wave);
    float ring = cover(abs(length(p) - far) - 1.3 * u_pixels) * (u_still ? 1.0 : 1.0 - wave);
    paint = over(paint, vec4(own, 1.0) * ring);
  }
  colour = paint;
}`

/** From afar a unit is a dot: its colour alone, faded by age. Thousands of them on one another cost little even without a graphics card. */
export const dotVertexShader = `#version 300 es
layout(location = 0) in vec4 a_way;
layout(location = 1) in vec4 a_when;
layout(location = 2) in float a_code;
uniform vec2 u_centre, u_scale;
uniform float u_now, u_pixels, u_radius;
uniform vec3 u_colours[7];
uniform vec3 u_grey;
flat out vec4 v_colour;
void main() {
  float part = a_when.y > 0.0 ? clamp((u_now - a_when.x) / a_when.y, 0.0, 1.0) : 1.0;
  gl_Position = vec4((mix(a_way.xy, a_way.zw, part) - u_centre) * u_scale, 0.0, 1.0);
  float age = a_code < 15.5 ? max(u_now - a_when.z, 0.0) : 0.0;
  float fill = age < 60.0 ? 1.0 : age < 300.0 ? mix(0.85, 0.5, (age - 60.0) / 240.0) : 0.4;
  v_colour = vec4(age >= 900.0 ? u_grey : u_colours[int(mod(a_code, 8.0) + 0.5)], 1.0) * fill;
  gl_PointSize = (2.0 * u_radius + 1.0) * u_pixels;
}`

export const dotFragmentShader = `#version 300 es
precision mediump float;
flat in vec4 v_colour;
out vec4 colour;
void main() {
  vec2 p = gl_PointCoord * 2.0 - 1.0;
  colour = v_colour * clamp(3.0 * (1.0 - dot(p, p)), 0.0, 1.0);
}`
