/** Paints a laid out map. The map itself is painted once; what moves with the pointer is a second canvas over it. */
import { size } from './format.ts';
import type { MapKind, Shape } from './map-layout.ts';
import type { Colour } from './palette.ts';

export interface Paint {
  readonly colours: readonly Colour[];
  /** Behind everything. */
  readonly ground: string;
  /** Of name strips and of what belongs to no layer. */
  readonly plain: Colour;
  /** Of hatching over what is hidden in the end. */
  readonly hatch: string;
  readonly outline: string;
}

const FONT = '11px system-ui, "Segoe UI", Roboto, Helvetica, Arial, sans-serif';
const BOLD = `600 ${FONT}`;

export function drawMap(
  canvas: HTMLCanvasElement,
  { kind, root, paint }: { kind: MapKind; root: Shape; paint: Paint },
): void {
  const context = prepared(canvas);
  if (context === undefined) return;
  context.font = FONT;
  context.textBaseline = 'middle';
  if (kind === 'treemap') drawBoxes(context, root, paint);
  else drawArcs(context, { root, paint, ...sizeOf(canvas) });
}

/** Around an arc. */
export function drawOutline(
  canvas: HTMLCanvasElement,
  { shape, paint }: { shape: Shape | undefined; paint: Paint },
): void {
  const context = prepared(canvas);
  if (context === undefined || shape === undefined) return;
  const { width, height } = sizeOf(canvas);
  context.lineWidth = 2.5;
  context.strokeStyle = paint.outline;
  context.translate(width / 2, height / 2);
  arc(context, shape);
  context.stroke();
}

/** Fits the canvas to its place on the screen, and empties it. */
function prepared(canvas: HTMLCanvasElement): CanvasRenderingContext2D | undefined {
  const { width, height } = sizeOf(canvas);
  const scale = window.devicePixelRatio;
  const [across, down] = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width !== across || canvas.height !== down) {
    canvas.width = across;
    canvas.height = down;
  }
  const context = canvas.getContext('2d') ?? undefined;
  context?.setTransform(scale, 0, 0, scale, 0, 0);
  context?.clearRect(0, 0, width, height);
  return context;
}

function sizeOf(canvas: HTMLCanvasElement) {
  return { width: canvas.clientWidth, height: canvas.clientHeight };
}

function drawBoxes(context: CanvasRenderingContext2D, shape: Shape, paint: Paint): void {
  const { item, x0, y0, x1, y1, children, hasStrip, depth } = shape;
  const [width, height] = [x1 - x0, y1 - y0];
  if (width <= 0 || height <= 0) return;
  const isOpen = children.length > 0;
  const colour = isOpen ? paint.plain : colourOf(shape, paint);
  context.fillStyle = isOpen && depth % 2 === 0 ? paint.ground : colour.fill;
  context.fillRect(x0, y0, width, height);
  if (isOpen) {
    if (hasStrip) {
      const text = `${item.name}  ${size(item.bytes)}`;
      label(context, text, {
        x: x0 + 5,
        y: y0 + 9,
        room: width - 10,
        ink: paint.plain.ink,
        font: BOLD,
      });
    }
    for (const child of children) drawBoxes(context, child, paint);
    return;
  }
  if (item.hidden * 2 > item.bytes) hatchBox(context, shape, paint.hatch);
  if (width < 34 || height < 13) return;
  const ink = colour.ink;
  const middle = height < 30 ? y0 + height / 2 : y0 + 10;
  label(context, item.name, { x: x0 + 4, y: middle, room: width - 8, ink, font: FONT });
  if (height >= 30) {
    label(context, size(item.bytes), { x: x0 + 4, y: y0 + 23, room: width - 8, ink, font: FONT });
  }
}

function drawArcs(
  context: CanvasRenderingContext2D,
  given: { root: Shape; paint: Paint; width: number; height: number },
): void {
  const { root, paint, width, height } = given;
  context.translate(width / 2, height / 2);
  context.lineWidth = 1;
  context.strokeStyle = paint.ground;
  const open = [...root.children];
  for (let shape = open.pop(); shape !== undefined; shape = open.pop()) {
    const { fill, ink } = colourOf(shape, paint);
    arc(context, shape);
    context.fillStyle = fill;
    context.fill();
    context.stroke();
    arcLabel(context, shape, ink);
    for (const child of shape.children) open.push(child);
  }
  context.textAlign = 'center';
  const room = root.y1 * 1.7;
  const centre = { x: 0, room, ink: paint.plain.ink };
  label(context, root.item.name, { ...centre, y: -8, font: BOLD });
  label(context, size(root.item.bytes), { ...centre, y: 9, font: FONT });
  context.textAlign = 'start';
}

function arcLabel(context: CanvasRenderingContext2D, shape: Shape, ink: string): void {
  const { x0, x1, y0, y1, item } = shape;
  const middle = (y0 + y1) / 2;
  if ((x1 - x0) * middle < 14) return;
  const angle = (x0 + x1) / 2;
  const isLeft = angle > Math.PI;
  context.save();
  context.rotate(angle - Math.PI / 2);
  context.translate(isLeft ? y1 - 4 : y0 + 4, 0);
  if (isLeft) context.rotate(Math.PI);
  label(context, item.name, { x: 0, y: 0, room: y1 - y0 - 8, ink, font: FONT });
  context.restore();
}

function arc(context: CanvasRenderingContext2D, { x0, x1, y0, y1 }: Shape): void {
  context.beginPath();
  context.arc(0, 0, Math.max(0, y1 - 0.5), x0 - Math.PI / 2, x1 - Math.PI / 2);
  context.arc(0, 0, Math.max(0, y0 + 0.5), x1 - Math.PI / 2, x0 - Math.PI / 2, true);
  context.closePath();
}

function colourOf({ item }: Shape, { colours, plain }: Paint): Colour {
  return (item.layer === undefined ? undefined : colours[item.layer]) ?? plain;
}

function hatchBox(context: CanvasRenderingContext2D, { x0, y0, x1, y1 }: Shape, colour: string) {
  context.save();
  context.beginPath();
  context.rect(x0, y0, x1 - x0, y1 - y0);
  context.clip();
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.beginPath();
  for (let x = x0 - (y1 - y0); x < x1; x += 7) {
    context.moveTo(x, y1);
    context.lineTo(x + (y1 - y0), y0);
  }
  context.stroke();
  context.restore();
}

interface Label {
  readonly x: number;
  readonly y: number;
  /** Pixels it may take. */
  readonly room: number;
  readonly ink: string;
  readonly font: string;
}

/** Measuring is what costs: a guess of the width is good enough to cut a name. */
function label(context: CanvasRenderingContext2D, text: string, { x, y, room, ink, font }: Label) {
  const most = Math.floor(room / 6.1);
  if (most < 3) return;
  context.font = font;
  context.fillStyle = ink;
  context.fillText(text.length > most ? `${text.slice(0, most - 1)}…` : text, x, y, room);
}
