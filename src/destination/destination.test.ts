import { execFileSync, spawn } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeFailure, writeTo } from './destination.ts';
import type { Piece } from './pieces.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lamina-destination-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function* text(...parts: readonly string[]): AsyncGenerator<Uint8Array, void> {
  for (const part of parts) yield Buffer.from(part);
}

describe('a destination', () => {
  it('replaces a link and leaves its target', async () => {
    writeFileSync(join(directory, 'canary'), 'untouched');
    symlinkSync('canary', join(directory, 'out'));
    await writeTo(join(directory, 'out'), text('new'));
    expect(readFileSync(join(directory, 'canary'), 'utf8')).toBe('untouched');
    expect(lstatSync(join(directory, 'out')).isFile()).toBe(true);
    expect(readdirSync(directory).sort()).toEqual(['canary', 'out']);
  });

  it('stays in its directory when a link replaces it', async () => {
    mkdirSync(join(directory, 'there'));
    mkdirSync(join(directory, 'canary'));
    async function* exchanging(): AsyncGenerator<Uint8Array, void> {
      yield Buffer.from('a');
      renameSync(join(directory, 'there'), join(directory, 'was'));
      symlinkSync('canary', join(directory, 'there'));
      yield Buffer.from('b');
    }
    await writeTo(join(directory, 'there/out'), exchanging());
    expect(readdirSync(join(directory, 'canary'))).toEqual([]);
    expect(readFileSync(join(directory, 'was/out'), 'utf8')).toBe('ab');
  });

  it('may be a pipe, and waits until something reads it', async () => {
    const pipe = join(directory, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const writing = writeTo(pipe, text('x'.repeat(200_000), 'end'));
    const reader = spawn('wc', ['-c', pipe], { stdio: ['ignore', 'pipe', 'inherit'] });
    // Listen at once: output that the process prints before it ends would be lost.
    const printed = textOf(reader.stdout);
    await writing;
    expect(Number.parseInt(await printed, 10)).toBe(200_003);
  });

  it('stops waiting when the signal is aborted', async () => {
    const pipe = join(directory, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const controller = new AbortController();
    const writing = writeTo(pipe, text('x'), controller.signal);
    controller.abort();
    await expect(writing).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('the beginning of a file among bytes', () => {
  const [before, copied, after] = ['a', 'b'.repeat(3 << 20), 'c'];
  const whole = `${before}${copied}${after}`;

  async function* pieces(size = copied.length): AsyncGenerator<Piece, void> {
    const path = join(directory, 'source');
    writeFileSync(path, `${copied}not this`);
    yield Buffer.from(before);
    yield { path, size };
    yield Buffer.from(after);
  }

  it('is copied into a file', async () => {
    await writeTo(join(directory, 'out'), pieces());
    expect(readFileSync(join(directory, 'out'), 'utf8') === whole).toBe(true);
  });

  it('is read for a stream', async () => {
    const chunks: Uint8Array[] = [];
    await writeTo(async (chunk) => void chunks.push(chunk), pieces());
    expect(Buffer.concat(chunks).toString() === whole).toBe(true);
  });

  it('leaves the old file if it is shorter than it was', async () => {
    writeFileSync(join(directory, 'out'), 'old');
    const writing = writeTo(join(directory, 'out'), pieces(copied.length + 9));
    await expect(writing).rejects.toThrow('shorter');
    expect(readFileSync(join(directory, 'out'), 'utf8')).toBe('old');
  });
});

describe('a destination that cannot be written', () => {
  it('says what to do about a file where a directory is expected', async () => {
    const path = join(directory, 'out');
    writeFileSync(path, '');
    const error: unknown = await mkdir(path).catch((cause: unknown) => cause);
    expect(writeFailure(path, error)).toMatchObject({
      code: 'EXPORT_DESTINATION',
      hint: 'the path exists and is not a directory; choose another path, or move it away',
    });
  });
});
