/**
 * How programs of another platform run here: on the processor itself, by an emulator that the kernel starts for them
 * (binfmt_misc), or by a static emulator that is put into the root file system. It is tried out, not guessed: /proc may
 * hide binfmt_misc, and an entry may name an emulator that the root file system lacks.
 */
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Environment } from '../../environment.ts';
import { AppError } from '../../errors.ts';
import { formatPlatform, hostPlatform, type Platform } from '../../oci/index.ts';
import { findProgram } from '../../system/index.ts';
import { exitProgram } from './exit-program.ts';
import { isStaticProgram } from './static-program.ts';

export type Emulation =
  /** Programs run as they are. */
  | { readonly kind: 'none' }
  /** A program of this machine that runs one program, but not those that it starts. */
  | { readonly kind: 'program'; readonly path: string };

/** QEMU's names of architectures, where they differ from GOARCH's. */
const QEMU_NAMES: Readonly<Record<string, string>> = {
  '386': 'i386',
  amd64: 'x86_64',
  arm64: 'aarch64',
  mips64le: 'mips64el',
  loong64: 'loongarch64',
};

const tried = new Map<string, Promise<Emulation>>();

/**
 * Finds out how programs of a platform run; called once. Needs root.
 *
 * @param env has PATH
 * @throws AppError EMULATOR_MISSING, PLATFORM_NOT_RUNNABLE
 */
export async function emulationFor(platform: Platform, env: Environment): Promise<Emulation> {
  const host = hostPlatform();
  if (platform.os !== 'linux') {
    throw new AppError(
      'PLATFORM_NOT_RUNNABLE',
      `programs for ${formatPlatform(platform)} do not run here`,
      {
        hint: 'a build runs only Linux programs; cross-compile for other systems in a stage FROM --platform=$BUILDPLATFORM',
      },
    );
  }
  if (platform.architecture === host.architecture) return { kind: 'none' };
  const known = tried.get(platform.architecture);
  if (known !== undefined) return known;
  const found = find(platform, env);
  tried.set(platform.architecture, found);
  return found;
}

async function find(platform: Platform, env: Environment): Promise<Emulation> {
  const { architecture } = platform;
  const program = exitProgram(architecture);
  if (program !== undefined && (await runs(program))) return { kind: 'none' };
  const name = `qemu-${QEMU_NAMES[architecture] ?? architecture}`;
  for (const candidate of [`${name}-static`, name]) {
    const path = findProgram(candidate, env);
    if (path !== undefined && (await isStaticProgram(path))) return { kind: 'program', path };
  }
  throw new AppError(
    'EMULATOR_MISSING',
    `this machine (${formatPlatform(hostPlatform())}) cannot run programs for ${formatPlatform(platform)}`,
    {
      expected: `an emulator registered with the kernel (binfmt_misc with the flag F), or ${name}-static`,
      hint: 'install one: apt-get install qemu-user-static; or cross-compile in a stage FROM --platform=$BUILDPLATFORM',
    },
  );
}

/** Runs the program in an empty root, as an image's programs run without this machine's files. */
async function runs(program: Buffer): Promise<boolean> {
  const directory = await mkdtemp(join(tmpdir(), 'lamina-platform-'));
  try {
    const path = join(directory, 'exit');
    await writeFile(path, program);
    await chmod(path, 0o755);
    await promisify(execFile)('chroot', [directory, '/exit'], { timeout: 10_000 });
    return true;
  } catch {
    return false;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
