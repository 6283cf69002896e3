/**
 * The protocol between lamina and its runner over one socket: frames of a kind, the number of a process, and a
 * payload; JSON for messages, raw bytes for output, so that output is never re-encoded.
 */
import type { ErrorCode } from '../../error-code.ts';
import type { NetworkTool } from '../network/index.ts';
import type { ProcessResult, ProcessSpec } from '../process/spec.ts';

/** `foreground`: the runner's own standard streams, instead of pipes to lamina. */
export type StdioMode = 'pipe' | 'foreground';

export type Command =
  | { readonly kind: 'start'; readonly settings: RunnerSettings }
  | {
      readonly kind: 'run';
      readonly id: number;
      readonly spec: ProcessSpec;
      readonly stdio: StdioMode;
      /** Foreground only: standard input is passed on. */
      readonly interactive: boolean;
      /** For a private network. */
      readonly networkTool: NetworkTool | undefined;
    }
  /** Ends the whole container at once. */
  | { readonly kind: 'kill'; readonly id: number }
  /** Passes a signal to the process. */
  | { readonly kind: 'signal'; readonly id: number; readonly signal: NodeJS.Signals };

export interface RunnerSettings {
  /** An existing directory, latin1 bytes. */
  readonly stateDirectory: string;
  readonly launcher: Launcher;
}

/** What starts processes: a program that executes OCI runtime specifications, or the runner itself. */
export type Launcher =
  | {
      readonly kind: 'program';
      readonly name: 'runc' | 'crun';
      readonly path: string;
      /** Whether it supports system call filters. */
      readonly seccomp: boolean;
    }
  | { readonly kind: 'builtin' }
  /** Without namespaces and mounts. */
  | { readonly kind: 'chroot' }
  | { readonly kind: 'proot'; readonly path: string };

export type Report =
  | { readonly kind: 'ready' }
  | { readonly kind: 'exited'; readonly id: number; readonly result: ProcessResult }
  /** The process could not run; `id` 0: the runner itself does not work. */
  | { readonly kind: 'failed'; readonly id: number; readonly error: ReportedError };

export interface ReportedError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string | undefined;
}

export type FrameKind = 'message' | 'stdout' | 'stderr';

export interface Frame {
  readonly kind: FrameKind;
  readonly id: number;
  readonly payload: Buffer;
}

const KINDS: readonly FrameKind[] = ['message', 'stdout', 'stderr'];
const HEADER = 9;

/** Length of the payload, kind, number of the process; then the payload. */
export function frameHeader(kind: FrameKind, id: number, length: number): Buffer {
  const header = Buffer.allocUnsafe(HEADER);
  header.writeUInt32LE(length, 0);
  header.writeUInt8(KINDS.indexOf(kind), 4);
  header.writeUInt32LE(id, 5);
  return header;
}

export function messageFrame(message: Command | Report): Buffer {
  const payload = Buffer.from(JSON.stringify(message));
  return Buffer.concat([frameHeader('message', 0, payload.length), payload]);
}

/** Splits a stream of bytes into frames, at any chunk boundaries. */
export class FrameReader {
  readonly #onFrame: (frame: Frame) => void;
  #pending: Buffer[] = [];
  #length = 0;

  constructor(onFrame: (frame: Frame) => void) {
    this.#onFrame = onFrame;
  }

  push(chunk: Buffer): void {
    this.#pending.push(chunk);
    this.#length += chunk.length;
    if (this.#length < HEADER) return;
    // Joined only when the whole frame has arrived: large frames come in many chunks.
    let first = this.#head();
    if (this.#length < HEADER + first.readUInt32LE(0)) return;
    first = Buffer.concat(this.#pending);
    let at = 0;
    while (first.length - at >= HEADER) {
      const end = at + HEADER + first.readUInt32LE(at);
      if (end > first.length) break;
      const kind = KINDS[first.readUInt8(at + 4)];
      if (kind === undefined) throw new Error('a frame of unknown kind');
      this.#onFrame({
        kind,
        id: first.readUInt32LE(at + 5),
        payload: first.subarray(at + HEADER, end),
      });
      at = end;
    }
    this.#pending = at === first.length ? [] : [first.subarray(at)];
    this.#length = first.length - at;
  }

  #head(): Buffer {
    const [first] = this.#pending;
    if (first && first.length >= HEADER) return first;
    this.#pending = [Buffer.concat(this.#pending)];
    return this.#pending[0] ?? Buffer.alloc(0);
  }
}
