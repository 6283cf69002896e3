/** What a change of a Dockerfile would change for those who run the image. */
import { isDeepStrictEqual } from 'node:util';
import type { ContainerConfig } from '../oci/index.ts';

const MEMBERS: readonly (readonly [keyof ContainerConfig, string])[] = [
  ['User', 'the user'],
  ['ExposedPorts', 'the exposed ports'],
  ['Entrypoint', 'the entry point'],
  ['Cmd', 'the command'],
  ['Volumes', 'the volumes'],
  ['WorkingDir', 'the working directory'],
  ['Labels', 'the labels'],
  ['StopSignal', 'the stop signal'],
  ['Healthcheck', 'the health check'],
  ['Shell', 'the shell'],
  ['OnBuild', 'the triggers'],
];

/** @returns names of what differs, such as `the user`; empty: nothing */
export function configChanges(before: ContainerConfig, after: ContainerConfig): readonly string[] {
  const changed = MEMBERS.filter(
    ([name]) => !isDeepStrictEqual(plain(name, before), plain(name, after)),
  );
  const names = changed.map(([, text]) => text);
  const env = isDeepStrictEqual([...(before.Env ?? [])].sort(), [...(after.Env ?? [])].sort());
  return env ? names : [...names, 'the environment'];
}

/** A missing member, null, and an empty one mean the same; a missing working directory is the root directory. */
function plain(name: keyof ContainerConfig, config: ContainerConfig): unknown {
  const value: unknown = config[name];
  if (name === 'WorkingDir') return value || '/';
  if (value === undefined || value === null || value === '') return undefined;
  return typeof value === 'object' && Object.keys(value).length === 0 ? undefined : value;
}
