/**
 * Where the secrets and ssh agents of a step came from: `lamina debug` takes them from there again. Values are never kept. Files of
 * secrets are recognized later, so that what a killed step left can be searched for their content.
 */
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { SecretSource, SshSource } from '../../api/index.ts';
import type { ExecOp } from '../../graph/index.ts';
import type { SecretText } from '../../ops/index.ts';
import { hasErrorCode } from '../../system/index.ts';
import type { BuildSession } from '../session/session.ts';

type LastingSource = Exclude<SecretSource, { readonly value: Uint8Array }>;

/** Kept as JSON. */
export interface StepSources {
  readonly secrets: readonly LastingSource[];
  readonly ssh: readonly SshSource[];
}

/** Of a file whose content was a secret: it still is if nothing of this has changed. */
export interface SecretFile {
  readonly id: string;
  readonly file: string;
  readonly identity: string;
}

/** The sources of a step's mounts, as far as another process can use them. */
export function sourcesOf(
  { secrets, sshAgents }: Pick<BuildSession, 'secrets' | 'sshAgents'>,
  { mounts }: ExecOp,
): StepSources {
  const ids = (kind: 'secret' | 'ssh') => [
    ...new Set(mounts.flatMap((mount) => (mount.kind === kind ? [mount.id] : []))),
  ];
  return {
    secrets: ids('secret').flatMap((id): readonly LastingSource[] => {
      const source = secrets.source(id);
      if (source === undefined || 'value' in source) return [];
      if ('env' in source) return [source];
      const file = resolve(source.file);
      return identityOf(file) === undefined ? [] : [{ id, file }];
    }),
    ssh: ids('ssh').flatMap((id) => {
      const source = sshAgents.source(id);
      return source === undefined
        ? []
        : [{ id, paths: source.paths.map((path) => (path === '' ? '' : resolve(path))) }];
    }),
  };
}

/** @returns undefined if a secret is in no file, or not any more in its file */
export function filesOf(
  secrets: readonly SecretText[],
  sources: StepSources,
): readonly SecretFile[] | undefined {
  const files: SecretFile[] = [];
  for (const { id, bytes } of secrets) {
    const source = sources.secrets.find((one) => one.id === id);
    if (source === undefined || !('file' in source)) return undefined;
    const { file } = source;
    const identity = identityOf(file);
    if (identity === undefined || !readFileSync(file).equals(bytes)) return undefined;
    files.push({ id, file, identity });
  }
  return files;
}

/** @returns undefined if a file has changed since */
export function secretsIn(files: readonly SecretFile[]): readonly SecretText[] | undefined {
  const secrets: SecretText[] = [];
  for (const { id, file, identity } of files) {
    if (identityOf(file) !== identity) return undefined;
    const bytes = readFileSync(file);
    if (identityOf(file) !== identity) return undefined;
    secrets.push({ id, bytes });
  }
  return secrets;
}

/** Of a regular file: the kernel sets the time of change, so no process can write the file and leave this as it is. */
function identityOf(file: string): string | undefined {
  try {
    const stat = statSync(file, { bigint: true });
    const { dev, ino, size, mtimeNs, ctimeNs } = stat;
    return stat.isFile() ? [dev, ino, size, mtimeNs, ctimeNs].join(':') : undefined;
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return undefined;
    throw error;
  }
}
