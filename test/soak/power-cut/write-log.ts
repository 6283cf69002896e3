/** What a command does to files below a directory, recorded by strace: it sees SQLite and helpers as well as JavaScript. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Absolute paths. */
export type FileEvent =
  | {
      readonly kind: 'open';
      readonly path: string;
      readonly truncate: boolean;
      readonly mode: number;
    }
  | {
      readonly kind: 'write';
      readonly path: string;
      readonly at: number | 'next';
      readonly fd: string;
      readonly data: Buffer;
    }
  | { readonly kind: 'seek'; readonly fd: string; readonly at: number }
  | { readonly kind: 'truncate'; readonly path: string; readonly size: number }
  | { readonly kind: 'mkdir'; readonly path: string; readonly mode: number }
  | { readonly kind: 'rename' | 'link'; readonly path: string; readonly to: string }
  | { readonly kind: 'symlink'; readonly path: string; readonly target: string }
  | { readonly kind: 'unlink'; readonly path: string }
  | { readonly kind: 'chmod'; readonly path: string; readonly mode: number }
  | { readonly kind: 'copy'; readonly from: string; readonly path: string; readonly size: number }
  | { readonly kind: 'sync'; readonly path: string }
  | { readonly kind: 'sync-all' };

const CALLS = [
  ...['open', 'openat', 'creat', 'write', 'pwrite64', 'writev', 'pwritev', 'lseek', 'rename'],
  ...['renameat', 'renameat2', 'link', 'linkat', 'symlink', 'symlinkat', 'unlink', 'unlinkat'],
  ...['rmdir', 'mkdir', 'mkdirat', 'chmod', 'fchmod', 'fchmodat', 'ftruncate', 'truncate'],
  ...['fsync', 'fdatasync', 'syncfs', 'sync', 'copy_file_range', 'sendfile'],
];

export interface Recording {
  readonly events: readonly FileEvent[];
  readonly stdout: string;
}

/**
 * Runs a command under strace.
 * @param scratch a directory that does not exist; removed afterwards
 * @throws Error if the command fails
 */
export function record(
  command: readonly string[],
  { root, scratch, env }: { root: string; scratch: string; env: NodeJS.ProcessEnv },
): Recording {
  mkdirSync(scratch);
  const traced = [
    '-ff',
    '-ttt',
    '-y',
    '-s',
    '99999999',
    '-e',
    'signal=none',
    '-e',
    `trace=${CALLS.join(',')}`,
  ];
  const args = [...traced, '-o', join(scratch, 'log'), ...command];
  const { status, stdout, stderr } = spawnSync('strace', args, { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command.join(' ')} ended with ${status}:\n${stderr}`);
  const lines = readdirSync(scratch).flatMap((name) =>
    readFileSync(join(scratch, name), 'latin1')
      .split('\n')
      .flatMap((line) => {
        const space = line.indexOf(' ');
        return space < 0
          ? []
          : [{ time: Number(line.slice(0, space)), call: line.slice(space + 1) }];
      }),
  );
  rmSync(scratch, { recursive: true });
  lines.sort((a, b) => a.time - b.time);
  return { events: lines.flatMap(({ call }) => eventOf(call, root) ?? []), stdout };
}

function eventOf(line: string, root: string): FileEvent | undefined {
  const [, name = '', rest = ''] = /^(\w+)\((.*)$/s.exec(line) ?? [];
  const end = rest.lastIndexOf(') = ');
  if (end < 0) return undefined;
  const result = Number.parseInt(rest.slice(end + 4), 10);
  if (!(result >= 0)) return undefined;
  const args = argumentsOf(rest.slice(0, end));
  const event = decode(name, args, result);
  if (event === undefined || event.kind === 'seek' || event.kind === 'sync-all') return event;
  return event.path.startsWith(`${root}/`) || event.path === root ? event : undefined;
}

function decode(name: string, args: readonly string[], result: number): FileEvent | undefined {
  const arg = (index: number): string => args[index] ?? '';
  switch (name) {
    case 'openat':
    case 'open': {
      const [path, flags, mode] =
        name === 'open' ? [text(arg(0)), arg(1), arg(2)] : [at(arg(0), arg(1)), arg(2), arg(3)];
      const creates = flags.includes('O_CREAT');
      const truncate = flags.includes('O_TRUNC');
      if (!creates && !truncate) return undefined;
      return { kind: 'open', path, truncate, mode: Number.parseInt(mode || '0600', 8) };
    }
    case 'write':
      return written(arg(0), bytes(arg(1)).subarray(0, result), 'next');
    case 'pwrite64':
      return written(arg(0), bytes(arg(1)).subarray(0, result), Number(arg(3)));
    case 'writev':
      return written(arg(0), vector(arg(1)).subarray(0, result), 'next');
    case 'pwritev':
      return written(arg(0), vector(arg(1)).subarray(0, result), Number(arg(3)));
    case 'lseek':
      return { kind: 'seek', fd: arg(0), at: result };
    case 'copy_file_range':
      return { kind: 'copy', from: pathOf(arg(0)), path: pathOf(arg(2)), size: result };
    case 'sendfile':
      return { kind: 'copy', from: pathOf(arg(1)), path: pathOf(arg(0)), size: result };
    case 'ftruncate':
      return { kind: 'truncate', path: pathOf(arg(0)), size: Number(arg(1)) };
    case 'truncate':
      return { kind: 'truncate', path: text(arg(0)), size: Number(arg(1)) };
    case 'mkdir':
      return { kind: 'mkdir', path: text(arg(0)), mode: Number.parseInt(arg(1), 8) };
    case 'mkdirat':
      return { kind: 'mkdir', path: at(arg(0), arg(1)), mode: Number.parseInt(arg(2), 8) };
    case 'rename':
      return { kind: 'rename', path: text(arg(0)), to: text(arg(1)) };
    case 'renameat':
    case 'renameat2':
      return { kind: 'rename', path: at(arg(0), arg(1)), to: at(arg(2), arg(3)) };
    case 'link':
      return { kind: 'link', path: text(arg(0)), to: text(arg(1)) };
    case 'linkat':
      return { kind: 'link', path: at(arg(0), arg(1)), to: at(arg(2), arg(3)) };
    case 'symlink':
      return { kind: 'symlink', target: text(arg(0)), path: text(arg(1)) };
    case 'symlinkat':
      return { kind: 'symlink', target: text(arg(0)), path: at(arg(1), arg(2)) };
    case 'unlink':
    case 'rmdir':
      return { kind: 'unlink', path: text(arg(0)) };
    case 'unlinkat':
      return { kind: 'unlink', path: at(arg(0), arg(1)) };
    case 'chmod':
      return { kind: 'chmod', path: text(arg(0)), mode: Number.parseInt(arg(1), 8) };
    case 'fchmod':
      return { kind: 'chmod', path: pathOf(arg(0)), mode: Number.parseInt(arg(1), 8) };
    case 'fchmodat':
      return { kind: 'chmod', path: at(arg(0), arg(1)), mode: Number.parseInt(arg(2), 8) };
    case 'fsync':
    case 'fdatasync':
      return { kind: 'sync', path: pathOf(arg(0)) };
    case 'syncfs':
    case 'sync':
      return { kind: 'sync-all' };
    default:
      return undefined;
  }
}

function written(fd: string, data: Buffer, offset: number | 'next'): FileEvent {
  return { kind: 'write', path: pathOf(fd), fd, at: offset, data };
}

/** `21</path>` → `/path`; nothing else is a file with a name. */
function pathOf(fd: string): string {
  return /^\w+<(\/.*)>$/s.exec(fd)?.[1] ?? '';
}

function at(directory: string, name: string): string {
  return resolve(pathOf(directory) || '/', text(name));
}

function text(quoted: string): string {
  return bytes(quoted).toString('latin1');
}

/** `[{iov_base="…", iov_len=3}, …]` */
function vector(list: string): Buffer {
  return Buffer.concat([...list.matchAll(/"(?:[^"\\]|\\.)*"/gs)].map(([one]) => bytes(one)));
}

const ESCAPES: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, v: 11, f: 12 };

function bytes(quoted: string): Buffer {
  const start = quoted.indexOf('"') + 1;
  const end = quoted.lastIndexOf('"');
  const found = Buffer.alloc(Math.max(0, end - start));
  let length = 0;
  for (let position = start; position < end; position++) {
    let byte = quoted.charCodeAt(position);
    if (byte === 0x5c) {
      position++;
      const octal = /^[0-7]{1,3}/.exec(quoted.slice(position, position + 3))?.[0];
      if (octal !== undefined) {
        byte = Number.parseInt(octal, 8);
        position += octal.length - 1;
      } else {
        byte = ESCAPES[quoted.charAt(position)] ?? quoted.charCodeAt(position);
      }
    }
    found[length++] = byte;
  }
  return found.subarray(0, length);
}

/** Splits at commas that are in no quotes and brackets. */
function argumentsOf(list: string): string[] {
  const found: string[] = [];
  let [start, depth, isQuoted] = [0, 0, false];
  for (let position = 0; position < list.length; position++) {
    const character = list[position];
    if (isQuoted) {
      if (character === '\\') position++;
      else if (character === '"') isQuoted = false;
    } else if (character === '"') isQuoted = true;
    else if (character === '[' || character === '{' || character === '<') depth++;
    else if (character === ']' || character === '}' || character === '>') depth--;
    else if (character === ',' && depth === 0) {
      found.push(list.slice(start, position).trim());
      start = position + 1;
    }
  }
  found.push(list.slice(start).trim());
  return found;
}
