// Draws points by WebGL 2: positions that mix from an old layout to a new one, a palette, and two flags a point.

import { hexColour } from "../parts/colours.js";
import { FADED } from "./traces.js";

/** @import { Looks } from "./camera.js" */

const VERTEX_SHADER = `#version 300 es
in vec2 a_from;
in vec2 a_to;
in uint a_colour;
in uint a_flags;
uniform vec2 u_centre;
uniform vec2 u_scale;
uniform float u_mix;
uniform float u_size;
uniform float u_faded;
uniform sampler2D u_palette;
out vec4 v_colour;
void main() {
  vec4 colour = texelFetch(u_palette, ivec2(int(a_colour), 0), 0);
  bool faded = (a_flags & 1u) != 0u;
  if ((a_flags & 2u) != 0u || colour.a == 0.0) {
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0); // beyond the edge
    gl_PointSize = 1.0;
    return;
  }
  // Faded points lie behind the others, whatever their row.
  gl_Position = vec4((mix(a_from, a_to, u_mix) - u_centre) * u_scale, faded ? 0.5 : 0.0, 1.0);
  gl_PointSize = u_size;
  v_colour = vec4(colour.rgb, faded ? u_faded : 0.85);
}`;

const FRAGMENT_SHADER = `#version 300 es
precision highp float;
in vec4 v_colour;
uniform float u_size;
out vec4 colour;
void main() {
  float cover = clamp((0.5 - length(gl_PointCoord - 0.5)) * u_size, 0.0, 1.0) * v_colour.a;
  if (cover <= 0.0) discard;
  colour = vec4(v_colour.rgb * cover, cover);
}`;

const PALETTE_SIZE = 256;
const UNIFORMS = ["u_centre", "u_scale", "u_mix", "u_size", "u_faded", "u_palette"];
const NO_WEBGL =
  "A map of so many clips is drawn by WebGL 2, which this browser does not offer. " +
  "Turn on hardware acceleration in its settings, or open the page in another browser.";

/** @typedef {"from" | "to" | "colour" | "flags"} BufferName */

export class GlPoints {
  /** @type {Partial<Record<BufferName, WebGLBuffer | null>>} */
  buffers = {};
  /** @type {WebGLProgram | null} */
  program = null;
  /** @type {Record<string, WebGLUniformLocation | null>} */
  uniforms = {};
  /** @type {WebGLTexture | null} */
  palette = null;
  count = 0;

  /**
   * Throws where the browser has no WebGL 2.
   *
   * @param {HTMLCanvasElement} canvas
   */
  constructor(canvas) {
    this.canvas = canvas;
    const gl = canvas.getContext("webgl2", { antialias: false, depth: true, powerPreference: "high-performance" });
    if (!gl) throw new Error(NO_WEBGL);
    this.gl = gl;
    this.setUp();
  }

  // Also where the browser has given a new context.
  setUp() {
    const { gl } = this;
    const program = linkProgram(gl, VERTEX_SHADER, FRAGMENT_SHADER);
    this.program = program;
    this.uniforms = Object.fromEntries(UNIFORMS.map((name) => [name, gl.getUniformLocation(program, name)]));
    this.buffers = {};
    this.palette = gl.createTexture();
    gl.useProgram(this.program);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.enable(gl.DEPTH_TEST);
    gl.depthFunc(gl.LEQUAL);
  }

  /**
   * @param {Float32Array<ArrayBuffer>} places x and y of each point
   * @param {{ keepAsStart: boolean }} how whether the buffer at hand becomes the places to start from
   */
  setPlaces(places, { keepAsStart }) {
    const { gl, buffers } = this;
    this.dropStart();
    if (keepAsStart) buffers.from = buffers.to;
    else if (buffers.to) gl.deleteBuffer(buffers.to);
    buffers.to = makeBuffer(gl, places);
    this.count = places.length / 2;
  }

  /** @param {Uint8Array<ArrayBuffer>} index of each point's colour */
  setColours(index) {
    if (this.buffers.colour) this.gl.deleteBuffer(this.buffers.colour);
    this.buffers.colour = makeBuffer(this.gl, index);
  }

  /** @param {Uint8Array<ArrayBuffer>} flags */
  setFlags(flags) {
    if (this.buffers.flags) this.gl.deleteBuffer(this.buffers.flags);
    this.buffers.flags = makeBuffer(this.gl, flags);
  }

  /** @param {(string | null)[]} colours #rrggbb; null draws nothing */
  setPalette(colours) {
    const { gl } = this;
    const pixels = new Uint8Array(PALETTE_SIZE * 4);
    colours.forEach((colour, i) => colour && pixels.set([...hexColour(colour), 255], i * 4));
    gl.bindTexture(gl.TEXTURE_2D, this.palette);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, PALETTE_SIZE, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
  }

  dropStart() {
    if (this.buffers.from) this.gl.deleteBuffer(this.buffers.from);
    this.buffers.from = null;
  }

  /**
   * @param {Looks} camera in CSS pixels
   * @param {number} sizePx
   * @param {number} mix 0 is the layout before, 1 the one at hand
   */
  draw(camera, sizePx, mix) {
    const { gl, buffers, uniforms } = this;
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(camera.width * ratio), Math.round(camera.height * ratio)];
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    gl.viewport(0, 0, width, height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    this.feed("a_from", buffers.from || buffers.to, 2, gl.FLOAT);
    this.feed("a_to", buffers.to, 2, gl.FLOAT);
    this.feed("a_colour", buffers.colour, 1, gl.UNSIGNED_BYTE);
    this.feed("a_flags", buffers.flags, 1, gl.UNSIGNED_BYTE);
    gl.uniform2f(uniforms.u_centre, camera.x, camera.y);
    gl.uniform2f(uniforms.u_scale, (2 * camera.unit) / camera.width, (2 * camera.unit) / camera.height);
    gl.uniform1f(uniforms.u_mix, buffers.from ? mix : 1);
    gl.uniform1f(uniforms.u_size, sizePx * ratio + 1);
    gl.uniform1f(uniforms.u_faded, FADED);
    gl.uniform1i(uniforms.u_palette, 0);
    gl.drawArrays(gl.POINTS, 0, this.count);
  }

  /**
   * @param {string} name
   * @param {WebGLBuffer | null | undefined} buffer
   * @param {number} size
   * @param {number} type
   */
  feed(name, buffer, size, type) {
    const { gl, program } = this;
    if (!program || !buffer) return;
    const place = gl.getAttribLocation(program, name);
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.enableVertexAttribArray(place);
    if (type === gl.FLOAT) gl.vertexAttribPointer(place, size, type, false, 0, 0);
    else gl.vertexAttribIPointer(place, size, type, 0, 0);
  }

  // A browser keeps about sixteen contexts; this one is given back.
  end() {
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
  }
}

/**
 * @param {WebGL2RenderingContext} gl
 * @param {BufferSource} array
 */
function makeBuffer(gl, array) {
  const buffer = gl.createBuffer();
  gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
  gl.bufferData(gl.ARRAY_BUFFER, array, gl.STATIC_DRAW);
  return buffer;
}

/**
 * @param {WebGL2RenderingContext} gl
 * @param {string} vertexText
 * @param {string} fragmentText
 */
function linkProgram(gl, vertexText, fragmentText) {
  const program = gl.createProgram();
  /** @type {[number, string][]} */
  const shaders = [
    [gl.VERTEX_SHADER, vertexText],
    [gl.FRAGMENT_SHADER, fragmentText],
  ];
  for (const [kind, text] of shaders) {
    const shader = gl.createShader(kind);
    if (!shader) continue; // the context is lost
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    throw new Error(`The map cannot be drawn: ${gl.getProgramInfoLog(program)}`);
  }
  return program;
}
