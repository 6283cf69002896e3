// Writes a screenshot of `lamina explore` as SVG: node scripts/explore-screenshot.mjs FILE.svg IMAGE [KEY…]
// The built command runs in tmux; keys have tmux's names. Every key waits until the screen has changed.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const [COLUMNS, ROWS] = [100, 28];
const [CELL_WIDTH, CELL_HEIGHT] = [8.4, 18];
const COLORS = { 31: '#f47067', 32: '#57ab5a', 33: '#daaa3f', 35: '#b083f0', 36: '#39c5cf' };
const [BACKGROUND, FOREGROUND] = ['#1c2128', '#cdd9e5'];

const [file, image, ...keys] = process.argv.slice(2);
if (file === undefined || image === undefined) throw new Error('FILE.svg and IMAGE are missing');
const socket = `lamina-screenshot-${process.pid}`;
const tmux = (...args) => execFileSync('tmux', ['-L', socket, ...args], { encoding: 'utf8' });
const command = `${import.meta.dirname}/../dist/bin/lamina.js`;
const words = [process.execPath, command, 'explore', image].map((word) => `'${word}'`).join(' ');
const size = ['-x', `${COLUMNS}`, '-y', `${ROWS}`];
tmux('-u', '-f', '/dev/null', 'new-session', '-d', ...size, `LC_ALL=C.UTF-8 ${words}`);
try {
  let screen = await changed('', /\? help/);
  for (const key of keys) {
    tmux('send-keys', key);
    screen = await changed(screen, /./);
  }
  writeFileSync(file, svgOf(screen));
} finally {
  tmux('kill-server');
}

async function changed(before, pattern) {
  for (let tries = 0; tries < 200; tries++) {
    const screen = tmux('capture-pane', '-e', '-p', '-N');
    if (screen !== before && pattern.test(screen)) return screen;
    await delay(50);
  }
  throw new Error(`the screen stays as it is:\n${before}`);
}

function svgOf(screen) {
  const [width, height] = [COLUMNS * CELL_WIDTH + 24, ROWS * CELL_HEIGHT + 24];
  const lines = screen.split('\n').slice(0, ROWS).map(lineOf);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img">
<title>lamina explore in a terminal</title>
<rect width="100%" height="100%" rx="8" fill="${BACKGROUND}"/>
<g font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" fill="${FOREGROUND}">
${lines.join('\n')}
</g>
</svg>
`;
}

function lineOf(line, row) {
  const y = 12 + row * CELL_HEIGHT;
  let column = 0;
  let style = {};
  const parts = [];
  for (const [, codes, text] of line.matchAll(/\x1b\[([0-9;]*)m|([^\x1b]+)/g)) {
    if (text === undefined) style = styleAfter(style, codes);
    else {
      parts.push(partOf(text, { ...style, x: 12 + column * CELL_WIDTH, y }));
      column += [...text].length;
    }
  }
  return parts.join('');
}

function styleAfter(style, codes) {
  let after = style;
  for (const code of codes.split(';').map(Number)) {
    if (code === 0) after = {};
    else if (code === 1) after = { ...after, bold: true };
    else if (code === 2) after = { ...after, dim: true };
    else if (code === 4) after = { ...after, underlined: true };
    else if (code === 7) after = { ...after, inverse: true };
    else if (code === 39) after = { ...after, color: undefined };
    else if (COLORS[code] !== undefined) after = { ...after, color: COLORS[code] };
  }
  return after;
}

function partOf(text, { x, y, color = FOREGROUND, bold, dim, inverse, underlined }) {
  const length = [...text].length * CELL_WIDTH;
  const escaped = text.replace(/[&<>]/g, (one) => `&#${one.charCodeAt(0)};`);
  const box = inverse
    ? `<rect x="${x}" y="${y}" width="${length}" height="${CELL_HEIGHT}" fill="${color}"/>`
    : '';
  if (text.trim() === '' && !underlined) return box;
  const fill = inverse ? BACKGROUND : color;
  const look = `${bold ? ' font-weight="bold"' : ''}${dim ? ' opacity="0.6"' : ''}${underlined ? ' text-decoration="underline"' : ''}`;
  return `${box}<text x="${x.toFixed(1)}" y="${y + 14}" textLength="${length.toFixed(1)}" xml:space="preserve" fill="${fill}"${look}>${escaped}</text>`;
}
