/** What a user other than root needs to create a Debian base image: a range of subordinate user and group IDs. */
import { readFile } from 'node:fs/promises';
import type { Environment } from '../environment.ts';
import { AppError } from '../errors.ts';
import { isInUserNamespace, userName } from '../system/index.ts';
import { findProgram } from './programs.ts';

const OTHERWISE = 'or run lamina with sudo; distroless images need neither';

/** @throws AppError BASE_TOOL_MISSING, BASE_NO_SUBORDINATE_IDS */
export async function requireUserNamespace(env: Environment): Promise<void> {
  for (const program of ['newuidmap', 'newgidmap']) {
    if ((await findProgram(program, env)) !== undefined) continue;
    throw new AppError(
      'BASE_TOOL_MISSING',
      `making a Debian base image without root needs ${program}`,
      { hint: `install it (apt-get install uidmap), ${OTHERWISE}` },
    );
  }
  const username = userName();
  if (username === undefined) {
    throw new AppError(
      'BASE_NO_SUBORDINATE_IDS',
      `/etc/passwd has no entry for the user ID ${process.getuid?.()}, so /etc/subuid assigns it no IDs`,
      { hint: `add one for it, ${OTHERWISE}` },
    );
  }
  for (const file of ['/etc/subuid', '/etc/subgid']) {
    if (hasRange(await readFile(file, 'utf8').catch(() => ''), username)) continue;
    throw new AppError(
      'BASE_NO_SUBORDINATE_IDS',
      `${file} assigns no IDs to the user ${username}`,
      {
        expected: `a line like ${username}:100000:65536`,
        hint: `sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ${username}, ${OTHERWISE}`,
      },
    );
  }
}

/**
 * Root of a user namespace has only the IDs that the namespace maps.
 *
 * @throws AppError BASE_USER_NAMESPACE
 */
export function requireOwnIds(): void {
  if (!isInUserNamespace()) return;
  throw new AppError(
    'BASE_USER_NAMESPACE',
    'a Debian base image has files of several users, which root of a user namespace cannot create',
    { hint: 'run lamina outside the namespace, or make a distroless image' },
  );
}

/** @param text lines of `name:first:count` */
export function hasRange(text: string, username: string): boolean {
  return text.split('\n').some((line) => {
    const [name, first = '', count = ''] = line.split(':');
    return name === username && /^\d+$/.test(first) && Number(count) > 0;
  });
}
