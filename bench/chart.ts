/** Draws the curves of families of rows as one SVG image, both axes logarithmic. */
import type { Curve, Family } from './growth.ts';

const PLOT = { width: 360, height: 260, left: 56, top: 36, right: 96, bottom: 44 } as const;
const COLOURS = ['#0b6e4f', '#c8553d', '#3d5a98', '#8a6d3b', '#6b4c9a', '#555555'];

interface Axis {
  readonly low: number;
  readonly high: number;
  readonly at: (value: number) => number;
}

/** @param caption the machine and the versions, below the curves */
export function chart(families: readonly Family[], caption: readonly string[]): string {
  const step = PLOT.left + PLOT.width + PLOT.right;
  const plots = PLOT.top + PLOT.height + PLOT.bottom;
  const [width, height] = [step * families.length, plots + 14 * caption.length + 8];
  const drawn = families.map(
    (family, at) => `<g transform="translate(${at * step} 0)">${plot(family)}</g>`,
  );
  const lines = caption.map((text, at) => label(8, plots + 14 * (at + 1), text));
  const style = 'font-family="sans-serif" font-size="11"';
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" ${style} role="img">`,
    `<title>Times of builds by the number of files and layers</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...drawn,
    ...lines,
    '</svg>\n',
  ].join('\n');
}

function plot({ name, curves }: Family): string {
  const points = curves.flatMap((curve) => curve.points);
  const x = axis(
    points.map(({ n }) => n),
    PLOT.left,
    PLOT.left + PLOT.width,
  );
  const y = axis(
    points.map(({ seconds }) => seconds),
    PLOT.top + PLOT.height,
    PLOT.top,
  );
  const bottom = PLOT.top + PLOT.height;
  const vertical = decades(x).map(
    (value) =>
      grid([x.at(value), PLOT.top, x.at(value), bottom]) +
      label(x.at(value), bottom + 16, value.toLocaleString('en'), 'middle'),
  );
  const horizontal = decades(y).map(
    (value) =>
      grid([PLOT.left, y.at(value), PLOT.left + PLOT.width, y.at(value)]) +
      label(PLOT.left - 6, y.at(value) + 4, `${value} s`, 'end'),
  );
  const lines = curves.map((curve, at) => line(curve, { x, y, colour: COLOURS[at] ?? '#000000' }));
  const title = label(PLOT.left, 20, `time by ${name}`);
  return [title, ...vertical, ...horizontal, ...lines].join('\n');
}

function line(
  { builder, points, exponent }: Curve,
  { x, y, colour }: { readonly x: Axis; readonly y: Axis; readonly colour: string },
): string {
  const placed = points.map(({ n, seconds }) => [x.at(n).toFixed(1), y.at(seconds).toFixed(1)]);
  const [endX, endY] = placed.at(-1) ?? ['0', '0'];
  const path = placed.map((pair) => pair.join(',')).join(' ');
  const dots = placed.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3" fill="${colour}"/>`);
  const text = `${builder}, n^${exponent.toFixed(2)}`;
  return [
    `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    ...dots,
    `<g fill="${colour}">${label(Number(endX) + 6, Number(endY) + 4, text)}</g>`,
  ].join('');
}

/** From the power of ten below the values to the one above them. */
function axis(values: readonly number[], from: number, to: number): Axis {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  const at = (value: number): number =>
    from + ((Math.log10(value) - low) / (high - low)) * (to - from);
  return { low, high, at };
}

function decades({ low, high }: Axis): number[] {
  return Array.from({ length: high - low + 1 }, (_, at) => Number(`1e${low + at}`));
}

function grid([x1, y1, x2, y2]: readonly number[]): string {
  return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="#dddddd"/>`;
}

function label(x: number, y: number, text: string, anchor = 'start'): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${escaped}</text>`;
}
