/** Shows pulls and pushes as Docker does: a line for each layer, live on a terminal, otherwise a line per change. */
import type { RegistryEvent } from '../api/index.ts';
import { clip, humanSize, LiveArea, printable, type TerminalSize } from '../progress/index.ts';
import type { CommandContext } from './command.ts';
import { rewraps } from './progress.ts';

export interface TransferDisplay {
  handle(event: RegistryEvent): void;
  close(): void;
}

type BlobEvent = Extract<RegistryEvent, { kind: 'blob' }>;
type ImageEvent = Extract<RegistryEvent, { kind: 'image' }>;

/** Between two drawings, in milliseconds. */
const PAUSE = 80;
const LONGEST_BAR = 50;
/** Columns for everything except the bar. */
const BESIDE_BAR = 48;

/** The display on standard error. */
export function transferDisplay(quiet: boolean, { io, env }: CommandContext): TransferDisplay {
  if (quiet) return { handle: () => undefined, close: () => undefined };
  // Displays do not wait: the stream queues what standard error cannot take at once.
  const write = (text: string): void => void io.stderr.write(text);
  if (!io.stderr.isTerminal || env.TERM === 'dumb') return new PlainDisplay(write);
  return new LiveDisplay(write, () => io.stderr.size(), rewraps(env));
}

class PlainDisplay implements TransferDisplay {
  readonly #write: (text: string) => void;
  readonly #last = new Map<string, string>();

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  handle(event: RegistryEvent): void {
    if (event.kind === 'image') {
      this.#last.clear();
      this.#write(headingOf(event));
      return;
    }
    if (event.state === 'moving') return;
    const text = stateOf(event);
    if (this.#last.get(event.digest) === text) return;
    this.#last.set(event.digest, text);
    this.#write(`${shortDigest(event.digest)}: ${text}\n`);
  }

  close(): void {}
}

class LiveDisplay implements TransferDisplay {
  readonly #write: (text: string) => void;
  readonly #size: () => TerminalSize;
  readonly #area: LiveArea;
  #blobs = new Map<string, BlobEvent>();
  #drawnAt = 0;

  constructor(write: (text: string) => void, size: () => TerminalSize, rewraps: boolean) {
    this.#write = write;
    this.#size = size;
    this.#area = new LiveArea({ write: (text) => write(String(text)), size, rewraps });
  }

  handle(event: RegistryEvent): void {
    if (event.kind === 'image') {
      this.close();
      this.#write(headingOf(event));
      return;
    }
    const before = this.#blobs.get(event.digest);
    this.#blobs.set(event.digest, event);
    const isStep = before?.state !== event.state;
    if (!isStep && Date.now() - this.#drawnAt < PAUSE) return;
    this.#area.paint([], this.#lines());
    this.#drawnAt = Date.now();
  }

  /** Keeps what is on the screen. */
  close(): void {
    this.#area.paint(this.#lines(), []);
    this.#blobs = new Map();
  }

  #lines(): readonly string[] {
    const { columns, rows } = this.#size();
    const all = [...this.#blobs.values()];
    const room = Math.max(1, rows - 2);
    // If there are more layers than lines on the screen, finished ones are hidden first.
    const hidden = Math.max(0, all.length - room);
    const ended = new Set(all.filter(({ state }) => isOver(state)).slice(0, hidden));
    return all
      .filter((blob) => !ended.has(blob))
      .slice(0, room)
      .map((blob) => clip(`${shortDigest(blob.digest)}: ${liveState(blob, columns)}`, columns - 1));
  }
}

function headingOf({ name, tag, direction }: ImageEvent): string {
  return direction === 'in'
    ? `${tag}: Pulling from ${name}\n`
    : `The push refers to repository [${name}]\n`;
}

function isOver(state: BlobEvent['state']): boolean {
  return state === 'done' || state === 'known' || state === 'mounted';
}

function liveState(event: BlobEvent, columns: number): string {
  if (event.state !== 'moving') return stateOf(event);
  const { current, total, direction } = event;
  const part = total === 0 ? 1 : Math.min(1, current / total);
  const length = Math.max(8, Math.min(LONGEST_BAR, columns - BESIDE_BAR));
  const filled = Math.floor(part * length);
  const bar = `${'='.repeat(filled)}>`.slice(0, length).padEnd(length);
  const word = direction === 'in' ? 'Downloading' : 'Pushing';
  return `${word} [${bar}] ${humanSize(current)}/${humanSize(total)}`;
}

function stateOf({ direction, state, from }: BlobEvent): string {
  const incoming = direction === 'in';
  switch (state) {
    case 'waiting':
      return incoming ? 'Pulling fs layer' : 'Preparing';
    case 'moving':
      return incoming ? 'Downloading' : 'Pushing';
    case 'moved':
      return 'Download complete';
    case 'done':
      return incoming ? 'Pull complete' : 'Pushed';
    case 'known':
      return incoming ? 'Already exists' : 'Layer already exists';
    case 'mounted':
      return `Mounted from ${printable(from ?? 'another repository')}`;
  }
}

function shortDigest(digest: string): string {
  return digest.replace(/^sha256:/, '').slice(0, 12);
}
