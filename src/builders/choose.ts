/** From what the user says to the daemon: a name, an address, or nothing. */
import type { Environment } from '../environment.ts';
import { AppError } from '../errors.ts';
import { nearestName } from '../nearest-name.ts';
import { buildxInstances } from './buildx-instances.ts';
import { type KnownBuilder, readBuilders } from './config.ts';

/** Names of this machine. */
const HERE: ReadonlySet<string> = new Set(['default', 'lamina']);
/** The daemon that buildctl uses. */
const BUILDCTL = 'buildkit';
const BUILDCTL_ADDRESS = 'unix:///run/buildkit/buildkitd.sock';

export function isHere(name: string): boolean {
  return HERE.has(name);
}

export interface FoundBuilder extends KnownBuilder {
  readonly origin: 'lamina' | 'buildx';
}

/** All that have names, without this machine. */
export function allBuilders(env: Environment): readonly FoundBuilder[] {
  const own = readBuilders(env).builders.map((one) => ({ ...one, origin: 'lamina' as const }));
  const names = new Set(own.map(({ name }) => name));
  const theirs = buildxInstances(env).filter(({ name }) => !names.has(name) && !isHere(name));
  return [...own, ...theirs.map((one) => ({ ...one, origin: 'buildx' as const }))];
}

/**
 * @param given a name or an address; undefined: LAMINA_BUILDER, else the builder of `builder use`
 * @returns undefined for this machine
 * @throws AppError BUILDER_NOT_FOUND, BUILDER_CONFIG
 */
export function chooseBuilder(
  given: string | undefined,
  env: Environment,
): KnownBuilder | undefined {
  const said = given || env.LAMINA_BUILDER || readBuilders(env).current || '';
  if (said === '' || isHere(said)) return undefined;
  if (said.includes('://')) return atAddress(said, said);
  const known = allBuilders(env);
  const found = known.find(({ name }) => name === said);
  if (found !== undefined) return found;
  if (said === BUILDCTL) return atAddress(said, env.BUILDKIT_HOST || BUILDCTL_ADDRESS);
  const near = nearestName(said, [...known.map(({ name }) => name), ...HERE, BUILDCTL]);
  throw new AppError('BUILDER_NOT_FOUND', `there is no builder '${said}'`, {
    expected: 'a name that `lamina builder ls` shows, or an address such as tcp://HOST:1234',
    hint: near === undefined ? undefined : `did you mean '${near}'?`,
  });
}

function atAddress(name: string, address: string): KnownBuilder {
  return { name, nodes: [{ name, address }] };
}
