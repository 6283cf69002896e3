/**
 * Does the least work of a row with the system calls of Node.js, in one thread and with no checks: the time below which
 * no builder in TypeScript can come. `main.mjs WORK DIRECTORY BUNDLE`, in the directory of the build context.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  closeSync,
  createReadStream,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createZstdCompress } from 'node:zlib';
import { hashed, pull, push } from './registry.ts';
import type { Work } from './work.ts';

const [, , text = '[]', directory = '', bundle = ''] = process.argv;
const PACK = join(directory, 'pack');
const HEADER = Buffer.alloc(512);
const PIECE = 1 << 20;

for (const work of JSON.parse(text) as readonly Work[]) await perform(work);

async function perform(work: Work): Promise<void> {
  if (work.kind === 'look') look(work.path);
  else if (work.kind === 'pack') pack(work.path);
  else if (work.kind === 'copy') copy(work.path ?? PACK);
  else if (work.kind === 'compress') await compress();
  else if (work.kind === 'pull') await pull(work.reference, directory);
  else if (work.kind === 'push') await push(work.reference, directory);
  else if (work.kind === 'layers') layers(work.count);
  else await steps(work.commands, work.atOnce === true);
}

function look(path: string): readonly string[] {
  const files: string[] = [];
  const open = [path];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const name of readdirSync(next)) {
      const file = `${next}/${name}`;
      if (lstatSync(file).isDirectory()) open.push(file);
      else files.push(file);
    }
  }
  return files;
}

function pack(path: string): void {
  const files = look(path);
  writing(PACK, (sink) => {
    for (const file of files) {
      sink.add(HEADER);
      sink.addFile(file);
    }
  });
}

function copy(path: string): void {
  writing(join(directory, 'copy'), (sink) => sink.addFile(path));
}

interface Sink {
  add(bytes: Buffer): void;
  addFile(path: string): void;
}

/** Collects small files, so that each write and each call of the hash has a mebibyte. */
function writing(path: string, fill: (sink: Sink) => void): void {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(PIECE);
  const target = openSync(path, 'w');
  let used = 0;
  const flush = (): void => {
    const bytes = buffer.subarray(0, used);
    hash.update(bytes);
    writeSync(target, bytes);
    used = 0;
  };
  fill({
    add(bytes) {
      if (used + bytes.length > PIECE) flush();
      used += bytes.copy(buffer, used);
    },
    addFile(file) {
      const source = openSync(file, 'r');
      for (let read = -1; read !== 0; used += read) {
        if (used === PIECE) flush();
        read = readSync(source, buffer, used, PIECE - used, null);
      }
      closeSync(source);
    },
  });
  flush();
  closeSync(target);
  hash.digest();
}

async function compress(): Promise<void> {
  const target = hashed(join(directory, 'compressed'));
  await pipeline(createReadStream(PACK, { highWaterMark: PIECE }), createZstdCompress(), target);
}

/** A directory for each, whose files appear at once: a tar, its description, and a record of the step. */
function layers(count: number): void {
  for (let at = 0; at < count; at++) {
    const made = join(directory, `${process.pid}-${at}`);
    mkdirSync(`${made}.new`);
    for (const name of ['tar', 'index', 'record']) writeFileSync(`${made}.new/${name}`, HEADER);
    createHash('sha256').update(HEADER).digest();
    renameSync(`${made}.new`, made);
  }
}

async function steps(commands: readonly string[], atOnce: boolean): Promise<void> {
  const ends: Promise<void>[] = [];
  for (const [at, command] of commands.entries()) {
    const end = ended(start(`${process.pid}-${at}`, command));
    if (atOnce) ends.push(end);
    else await end;
  }
  await Promise.all(ends);
}

/** The command is the container's standard input, so that all have one specification. */
function start(name: string, command: string): ChildProcess {
  const args = ['--root', join(directory, 'state'), 'run', '--bundle', bundle, name];
  const child = spawn('runc', args, { stdio: ['pipe', 'ignore', 'inherit'] });
  child.stdin?.end(command);
  return child;
}

async function ended(child: ChildProcess): Promise<void> {
  const [status] = await once(child, 'exit');
  if (status !== 0) throw new Error(`runc ended with ${status}`);
}
