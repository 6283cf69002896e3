/**
 * Why the kernel cannot start a program of the image: its interpreter or loader is missing, or it is built for another
 * processor. The kernel itself reports only "no such file or directory" or "exec format error".
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { posix } from 'node:path';
import type { Environment } from '../../environment.ts';
import { AppError } from '../../errors.ts';
import {
  type BytePath,
  type FileEntry,
  type FileTree,
  resolveInTree,
  toBytes,
  toText,
} from '../../files/index.ts';
import { formatPlatform, hostPlatform, type Platform } from '../../oci/index.ts';
import { findInPath } from '../emulation/find-in-path.ts';
import { emulationFor } from '../emulation/index.ts';
import { type ElfHeader, readElfHeader } from './elf-header.ts';
import type { ProcessSpec } from './spec.ts';

export interface ProgramContext {
  /** The files of the image. */
  readonly tree: FileTree;
  /** `NAME=value`, for PATH. */
  readonly env: readonly string[];
  /** As text; relative paths start here. */
  readonly cwd: string;
  /** Paths covered by mounts in the container; their contents are unknown. */
  readonly mounted: readonly BytePath[];
  /** Directory of this machine, to look for emulators. */
  readonly hostEnv: Environment;
}

/** @param facts the files of the image, and this machine's emulators */
export function programContext(
  { env, cwd, mounts }: ProcessSpec,
  facts: Pick<ProgramContext, 'tree' | 'hostEnv'>,
): ProgramContext {
  return { ...facts, env, cwd, mounted: mounts.map(({ target }) => target) };
}

/** Linkers put the program headers and the name of the loader on the first page. */
const HEAD_BYTES = 8192;

/**
 * @param program as in the command: a path, or a name that PATH finds
 * @param options.assumeExecutable ignore its mode: the step itself may have changed it
 * @returns RUNTIME_INTERPRETER_MISSING or RUNTIME_WRONG_FORMAT; undefined if nothing wrong is visible
 */
export async function programFault(
  program: string,
  context: ProgramContext,
  { assumeExecutable = false }: { readonly assumeExecutable?: boolean } = {},
): Promise<AppError | undefined> {
  const found = findInPath(program, context.env, context.tree);
  const path = posix.resolve(toBytes(context.cwd), toBytes(found));
  const entry = executableAt(path, context, assumeExecutable);
  if (entry === undefined) return undefined;
  const head = readHead(entry, context);
  const elf = readElfHeader(head);
  if (elf !== undefined) return elfFault(path, elf, context);
  const line = /^#!([^\n]*)/.exec(head.toString('latin1'))?.[1];
  return line === undefined ? wrongKind(path, head) : scriptFault(path, line, context);
}

const ABOUT_PROGRAM: ReadonlySet<string> = new Set(['RUNTIME_NOT_FOUND', 'RUNTIME_WRONG_FORMAT']);

/** Replaces a runtime's error about a program by a more exact one, if possible. Other errors come back as they are. */
export async function explainedStart(
  error: unknown,
  program: string,
  context: ProgramContext,
): Promise<unknown> {
  if (!(error instanceof AppError) || !ABOUT_PROGRAM.has(error.code)) return error;
  return (await programFault(program, context)) ?? error;
}

/** The regular file at a path; undefined if a mount may cover it. */
function executableAt(
  path: BytePath,
  { tree, mounted }: ProgramContext,
  assumeExecutable: boolean,
): FileEntry | undefined {
  const { entry, path: real = '' } = resolved(tree, path) ?? {};
  if (entry?.type !== 'file' || isBelow([path, `/${real}`], mounted)) return undefined;
  return assumeExecutable || (entry.mode & 0o111) !== 0 ? entry : undefined;
}

function readHead(entry: FileEntry, { tree }: ProgramContext): Buffer {
  const { hostPath, offset, size } = tree.content(entry);
  const head = Buffer.alloc(Math.min(size, HEAD_BYTES));
  const fd = openSync(Buffer.from(hostPath, 'latin1'), 'r');
  try {
    return head.subarray(0, readSync(fd, head, 0, head.length, offset));
  } finally {
    closeSync(fd);
  }
}

function scriptFault(path: BytePath, line: string, context: ProgramContext): AppError | undefined {
  const [, interpreter = '', argument = ''] = /^[ \t]*([^ \t]*)[ \t]*(.*)$/s.exec(line) ?? [];
  // `env` looks up the program in its argument.
  const wanted = argument.endsWith('\r') && /\/env$/.test(interpreter) ? argument : interpreter;
  if (wanted.endsWith('\r')) return windowsLineEnds(path, wanted);
  if (interpreter === '' || !isMissing(interpreter, context)) return undefined;
  return new AppError(
    'RUNTIME_INTERPRETER_MISSING',
    `'${shown(path)}' needs the interpreter '${shown(interpreter)}', which the image does not have`,
    { hint: 'install the interpreter, or correct the first line of the script' },
  );
}

function windowsLineEnds(path: BytePath, interpreter: BytePath): AppError {
  return new AppError(
    'RUNTIME_INTERPRETER_MISSING',
    `the lines of '${shown(path)}' end with CR LF, so its interpreter would be '${shown(interpreter)}'`,
    {
      hint: "save it with LF line endings: 'dos2unix FILE', or '*.sh text eol=lf' in .gitattributes",
    },
  );
}

async function elfFault(
  path: BytePath,
  { architecture, loader }: ElfHeader,
  context: ProgramContext,
): Promise<AppError | undefined> {
  const host = hostPlatform();
  if (architecture !== undefined && architecture !== host.architecture) {
    const built = { os: 'linux', architecture };
    if (!(await runsHere(built, context))) return otherProcessor(path, built, host);
  }
  if (loader === undefined || !isMissing(loader, context)) return undefined;
  return new AppError(
    'RUNTIME_INTERPRETER_MISSING',
    `'${shown(path)}' needs the dynamic loader '${shown(loader)}', which the image does not have`,
    {
      hint: loader.includes('musl')
        ? 'it is linked against musl: use an Alpine base image, or link it statically'
        : 'it is linked against glibc: use a Debian or distroless/base image, or link it statically (Go: CGO_ENABLED=0)',
    },
  );
}

async function runsHere(platform: Platform, { hostEnv }: ProgramContext): Promise<boolean> {
  return emulationFor(platform, hostEnv).then(
    ({ kind }) => kind === 'none',
    () => false,
  );
}

function otherProcessor(path: BytePath, built: Platform, host: Platform): AppError {
  const own = formatPlatform({ os: host.os, architecture: host.architecture });
  return new AppError(
    'RUNTIME_WRONG_FORMAT',
    `'${shown(path)}' is a program for ${formatPlatform(built)}, and this machine is ${own}`,
    {
      hint: `build it for ${own}, or build and run the image with --platform ${formatPlatform(built)}`,
    },
  );
}

/** Whether a file is text without an interpreter. Other bytes may be for an interpreter of the kernel (binfmt_misc). */
function wrongKind(path: BytePath, head: Buffer): AppError | undefined {
  if (head.includes(0)) return undefined;
  return head.length === 0
    ? new AppError('RUNTIME_WRONG_FORMAT', `'${shown(path)}' is empty`, {
        hint: 'check the step that adds the file',
      })
    : new AppError('RUNTIME_WRONG_FORMAT', `'${shown(path)}' has no '#!' line`, {
        hint: "make its first line '#!/bin/sh', or start it with its interpreter",
      });
}

function isMissing(path: BytePath, { tree, mounted, cwd }: ProgramContext): boolean {
  const absolute = posix.resolve(toBytes(cwd), path);
  const found = resolved(tree, absolute);
  if (found === undefined || found.entry !== undefined) return false;
  return !isBelow([absolute, `/${found.path}`], mounted);
}

function resolved(tree: FileTree, path: BytePath) {
  try {
    return resolveInTree(tree, path);
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

function isBelow(paths: readonly BytePath[], mounted: readonly BytePath[]): boolean {
  return paths.some((path) =>
    mounted.some((mount) => path === mount || path.startsWith(`${mount.replace(/\/+$/, '')}/`)),
  );
}

function shown(path: BytePath): string {
  return toText(path)
    .replaceAll('\r', '\\r')
    .replace(/[\x00-\x1f\x7f]/g, '?');
}
