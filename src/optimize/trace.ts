/**
 * Which files the processes of a container used: read from what strace wrote, one text for each process (`-ff -y
 * --pidns-translation`).
 */
import type { BytePath } from '../files/index.ts';

/** What one process did, by its id. */
export type TraceTexts = ReadonlyMap<number, string>;

/** Absolute paths inside the container, as bytes in latin1; not resolved: they may contain links, `.` and `..`. */
export interface UsedPaths {
  /** All that were found. */
  readonly found: ReadonlySet<BytePath>;
  /** Those of programs that were started. */
  readonly started: ReadonlySet<BytePath>;
}

export function usedPaths(texts: TraceTexts): UsedPaths {
  const found = new Set<BytePath>();
  const started = new Set<BytePath>();
  const seen = new Set<number>();
  const open: Process[] = [];
  for (const [id, text] of texts) {
    const inside = afterEntering(text);
    if (inside !== undefined) open.push({ id, text: inside, directory: '/' });
  }
  for (let process = open.pop(); process !== undefined; process = open.pop()) {
    if (seen.has(process.id)) continue;
    seen.add(process.id);
    let { directory } = process;
    for (const line of process.text.split('\n')) {
      const child = childOf(line);
      const text = child === undefined ? undefined : texts.get(child);
      if (child !== undefined && text !== undefined) open.push({ id: child, text, directory });
      const call = callOf(line, directory);
      if (call === undefined) continue;
      directory = call.directory;
      for (const path of call.paths) {
        found.add(path);
        if (line.startsWith('execve')) started.add(path);
      }
    }
  }
  return { found, started };
}

interface Process {
  readonly id: number;
  readonly text: string;
  /** The working directory at its start. */
  readonly directory: BytePath;
}

const ENTERED = /^(?:pivot_root|chroot)\(.*\) += 0$/m;

/** The part of a text in which its process has the root directory of the container. */
function afterEntering(text: string): string | undefined {
  const match = ENTERED.exec(text);
  return match === null ? undefined : text.slice(match.index + match[0].length + 1);
}

const NEW_PROCESS = /^(?:clone3?|v?fork)\(.*\) += (\d+)(?: \/\* (\d+) in strace's PID NS \*\/)?$/;

function childOf(line: string): number | undefined {
  const match = NEW_PROCESS.exec(line);
  return match === null ? undefined : Number(match[2] ?? match[1]);
}

/** A call with the directory that its path is relative to, the path, and the file that it opened. */
const CALL =
  /^(?<name>\w+)\((?:(?<at>AT_FDCWD|\d+)<(?<base>[^>]*)>, )?"(?<path>(?:[^"\\]|\\.)*)".*\) += (?<result>\d+)(?:<(?<opened>[^>]*)>)?/;
/** Calls that make a file, for which its directory must be there. */
const MAKES = /^(?:mkdir|mknod|creat)|^open[^"]*"(?:[^"\\]|\\.)*", [A-Z_|]*O_CREAT/;
const BINDS = /^bind\(\d+<?.*\{sa_family=AF_UNIX, sun_path="(?<path>(?:[^"\\]|\\.)+)"\}.*\) += 0$/;
const FCHDIR = /^fchdir\(\d+<(?<to>[^>]*)>\) += 0$/;

interface Call {
  readonly paths: readonly BytePath[];
  /** The working directory after it. */
  readonly directory: BytePath;
}

/** @param directory the working directory before it */
function callOf(line: string, directory: BytePath): Call | undefined {
  const to = FCHDIR.exec(line)?.groups?.to;
  if (to !== undefined) return { paths: [], directory: unescaped(to) };
  const socket = BINDS.exec(line)?.groups?.path;
  if (socket !== undefined) {
    return { paths: [parentOf(absolutePath(unescaped(socket), directory))], directory };
  }
  const groups = CALL.exec(line)?.groups;
  if (groups === undefined) return undefined;
  const { name, at, path = '', opened } = groups;
  const base = groups.base === undefined ? directory : unescaped(groups.base);
  const absolute = absolutePath(unescaped(path), base);
  const file = opened === undefined ? undefined : unescaped(opened);
  return {
    paths: [
      ...(MAKES.test(line) ? [parentOf(absolute)] : []),
      ...[absolute, ...(file?.startsWith('/') ? [file] : [])],
    ],
    directory: name === 'chdir' ? absolute : at === 'AT_FDCWD' ? base : directory,
  };
}

function absolutePath(path: BytePath, base: BytePath): BytePath {
  return path.startsWith('/') ? path : `${base === '/' ? '' : base}/${path}`;
}

function parentOf(path: BytePath): BytePath {
  return path.replace(/\/+[^/]*\/*$/, '') || '/';
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', v: '\v', f: '\f' };

/** strace writes bytes as C strings do. */
function unescaped(text: string): BytePath {
  return text.replace(/\\(?:([0-7]{1,3})|x([0-9a-f]{2})|(.))/g, (_, octal, hex, other) => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    return ESCAPES[other] ?? other;
  });
}
