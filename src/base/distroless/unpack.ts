/** A package's file as members of a root file system. No script of a package is ever run. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { readTar, type TarHeader, type TarMember } from '../../archive/index.ts';
import { AppError } from '../../errors.ts';
import { isLeftOut, MERGED_DIRECTORIES } from './recipe.ts';

/** The control stanza, which scanners read. */
export async function controlOf(deb: string): Promise<string> {
  const { stdout } = await promisify(execFile)('dpkg-deb', ['--field', deb]);
  return stdout;
}

/** All files of a package except those not needed at run time, with their paths in a merged /usr. */
export async function* membersOf(deb: string): AsyncGenerator<TarMember> {
  const child = spawn('dpkg-deb', ['--fsys-tarfile', deb], { stdio: ['ignore', 'pipe', 'ignore'] });
  const closed = once(child, 'close');
  try {
    for await (const member of readTar(child.stdout)) {
      yield { ...member, header: merged(member.header) };
    }
    child.stdout.resume();
    const [code] = await closed;
    if (code !== 0) {
      throw new AppError('BASE_FAILED', `dpkg-deb cannot read ${deb} (exit code ${code})`);
    }
  } finally {
    child.kill('SIGKILL');
  }
}

export function isWanted({ path }: TarHeader): boolean {
  return path !== '' && !isLeftOut(path);
}

function merged(header: TarHeader): TarHeader {
  const { linkTarget, type } = header;
  return {
    ...header,
    path: mergedPath(header.path),
    ...(type === 'hardlink' && linkTarget !== undefined
      ? { linkTarget: mergedPath(linkTarget) }
      : {}),
  };
}

/** `./lib/x` → `usr/lib/x`. */
export function mergedPath(name: string): string {
  const path = name
    .replace(/^(\.?\/)+/, '')
    .replace(/\/+$/, '')
    .replace(/^\.$/, '');
  const first = path.split('/')[0] ?? '';
  return MERGED_DIRECTORIES.includes(first) ? `usr/${path}` : path;
}
