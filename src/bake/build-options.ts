/** A target as options of a build. */
import { isAbsolute, join, resolve } from 'node:path';
import type {
  AttestationSpec,
  BakeTargetOptions,
  CacheSpec,
  Entitlement,
  HostAlias,
  OutputSpec,
  OutputType,
  SecretSource,
  SshSource,
} from '../api/index.ts';
import type { Environment } from '../environment.ts';
import { AppError } from '../errors.ts';
import { nearestName } from '../nearest-name.ts';
import { entryText } from './entries.ts';
import type { Entry, FieldName } from './fields.ts';
import { isLocal } from './local-path.ts';
import { entriesField, flagField, mapField, type Target, textField, textsField } from './target.ts';

export interface TargetSurroundings {
  readonly env: Environment;
  /** The repository that the definition came from. */
  readonly repository: string | undefined;
  /** Whether the target is only built for another one. */
  readonly isLinkedOnly: boolean;
}

/** @throws AppError BAKE_DEFINITION, with the place of the target */
export function buildOptionsOf(target: Target, around: TargetSurroundings): BakeTargetOptions {
  const { repository, env } = around;
  const context = remoteContext(textField(target, 'context') ?? '.', repository);
  const contexts = [...mapField(target, 'contexts')];
  const dockerfileText = textField(target, 'dockerfile-inline');
  const buildArgs = Object.fromEntries(mapField(target, 'args'));
  const epoch = buildArgs.SOURCE_DATE_EPOCH ?? env.SOURCE_DATE_EPOCH;
  if (context === '-') throw wrong(target, 'context', 'a context cannot be standard input here');
  return {
    context,
    dockerfile: dockerfilePath(target, context),
    dockerfileText,
    buildContexts: Object.fromEntries(
      contexts.flatMap(([name, source]) =>
        linkedTarget(source) === undefined ? [[name, remoteContext(source, repository)]] : [],
      ),
    ),
    linkedContexts: Object.fromEntries(
      contexts.flatMap(([name, source]) => {
        const linked = linkedTarget(source);
        return linked === undefined ? [] : [[name, linked]];
      }),
    ),
    isLinkedOnly: around.isLinkedOnly,
    call: textField(target, 'call'),
    tags: textsField(target, 'tags').flatMap((tag) => tag.split(',')),
    target: textField(target, 'target'),
    buildArgs,
    labels: Object.fromEntries(mapField(target, 'labels')),
    platforms: platforms(target, env),
    noCache: flagField(target, 'no-cache'),
    noCacheFilter: textsField(target, 'no-cache-filter'),
    pull: flagField(target, 'pull'),
    cacheFrom: entriesField(target, 'cache-from').map(cacheSpec),
    cacheTo: entriesField(target, 'cache-to').map(cacheSpec),
    outputs: entriesField(target, 'output').map((entry) => outputSpec(target, entry)),
    annotations: textsField(target, 'annotations'),
    attestations: entriesField(target, 'attest').flatMap((entry) => attestation(target, entry)),
    secrets: entriesField(target, 'secret').map((entry) => secretSource(target, entry, env)),
    ssh: entriesField(target, 'ssh').map(sshSource),
    allow: textsField(target, 'entitlements').map((name) => entitlement(target, name)),
    network: networkMode(target),
    addHosts: [...mapField(target, 'extra-hosts')].flatMap(([name, addresses]) =>
      addresses.split(',').map((address) => hostAlias(name, address)),
    ),
    shmSize: size(target, 'shm-size', textField(target, 'shm-size')),
    ulimits: textsField(target, 'ulimits').map((text) => ulimit(target, text)),
    limits: limits(target),
    sourceDateEpoch: epoch !== undefined && /^\d{1,12}$/.test(epoch) ? Number(epoch) : undefined,
  };
}

function platforms(target: Target, env: Environment): readonly string[] {
  const given = textsField(target, 'platforms');
  const texts = given.length > 0 ? given : [env.DOCKER_DEFAULT_PLATFORM ?? ''];
  return texts.flatMap((text) => text.split(',')).filter((text) => text !== '');
}

function wrong(target: Target, field: FieldName, message: string, hint?: string): AppError {
  return new AppError('BAKE_DEFINITION', `target '${target.name}': ${field}: ${message}`, {
    location: target.location,
    hint,
  });
}

export function linkedTarget(source: string): string | undefined {
  return /^target:(.*)$/.exec(source)?.[1];
}

/** The Dockerfile is in the context, unless that is not on this machine. */
function dockerfilePath(target: Target, context: string): string | undefined {
  if (textField(target, 'dockerfile-inline') !== undefined) return undefined;
  const path = textField(target, 'dockerfile') ?? 'Dockerfile';
  if (path === '-') throw wrong(target, 'dockerfile', 'a Dockerfile cannot be standard input here');
  if (path.startsWith('cwd://')) return path.slice('cwd://'.length);
  return isLocal(context) && isLocal(path) && !isAbsolute(path) ? join(context, path) : path;
}

/** In a repository, a relative context is a directory of it. */
function remoteContext(context: string, repository: string | undefined): string {
  if (context.startsWith('cwd://')) return context.slice('cwd://'.length) || '.';
  if (repository === undefined || !isLocal(context) || isAbsolute(context)) return context;
  if (context === '.') return repository;
  const [base = '', fragment = ''] = repository.split('#');
  const [ref = '', subdirectory = ''] = fragment.split(':');
  return `${base}#${ref}:${join(subdirectory, context)}`;
}

function cacheSpec(entry: Entry): CacheSpec {
  const { type = 'registry', ...attrs } = Object.fromEntries(entry);
  return { type, attrs, text: entryText(entry) };
}

function attestation(target: Target, entry: Entry): readonly AttestationSpec[] {
  const type = entry.get('type');
  const mode = entry.get('mode') ?? 'min';
  if (type !== 'sbom' && type !== 'provenance') {
    throw wrong(
      target,
      'attest',
      `there is no attestation '${type ?? ''}'`,
      'there are sbom and provenance',
    );
  }
  if (mode !== 'min' && mode !== 'max') {
    throw wrong(target, 'attest', `there is no mode '${mode}'`, 'there are min and max');
  }
  if (entry.get('disabled') === 'true') return [];
  return type === 'sbom' ? [{ type }] : [{ type, mode, builderId: entry.get('builder-id') }];
}

const OUTPUTS: readonly OutputType[] = [
  'image',
  'registry',
  'oci',
  'docker',
  'tar',
  'local',
  'cacheonly',
];

function outputSpec(target: Target, entry: Entry): OutputSpec {
  const { type: written = '', dest, name, ...attrs } = Object.fromEntries(entry);
  const type = OUTPUTS.find((candidate) => candidate === written);
  if (type === undefined) {
    const near = nearestName(written, OUTPUTS);
    throw wrong(target, 'output', `there is no type '${written}'`, near && `did you mean ${near}?`);
  }
  const isFile = ['oci', 'tar', 'local'].includes(type);
  if (dest === '-' || (isFile && dest === undefined)) {
    throw wrong(
      target,
      'output',
      'the results of several targets cannot go to standard output',
      'give dest=PATH',
    );
  }
  return { type, dest, name, attrs, text: entryText(entry) };
}

function secretSource(target: Target, entry: Entry, env: Environment): SecretSource {
  const id = entry.get('id');
  if (id === undefined) throw wrong(target, 'secret', 'a secret needs an id');
  const file = entry.get('src');
  const variable = entry.get('env');
  if (file !== undefined) return { id, file };
  if (variable !== undefined) return { id, env: variable };
  return env[id] === undefined ? { id, file: id } : { id, env: id };
}

function sshSource(entry: Entry): SshSource {
  const paths = entry.get('paths');
  return { id: entry.get('id') || 'default', paths: paths === undefined ? [] : paths.split(',') };
}

const ENTITLEMENTS: readonly Entitlement[] = ['security.insecure', 'network.host'];

function entitlement(target: Target, name: string): Entitlement {
  const found = ENTITLEMENTS.find((candidate) => candidate === name);
  if (found !== undefined) return found;
  throw wrong(
    target,
    'entitlements',
    `there is no entitlement '${name}'`,
    `there are ${ENTITLEMENTS.join(' and ')}`,
  );
}

function networkMode(target: Target): BakeTargetOptions['network'] {
  const mode = textField(target, 'network');
  if (mode === undefined || mode === '' || mode === 'default') return undefined;
  if (mode === 'host' || mode === 'none' || mode === 'private') return mode;
  throw wrong(
    target,
    'network',
    `there is no network '${mode}'`,
    'there are host, private and none',
  );
}

function hostAlias(name: string, address: string): HostAlias {
  return { name, address: address.replace(/^\[(.*)\]$/, '$1') };
}

/** `64m`: binary units, as Docker takes them. */
function size(target: Target, field: FieldName, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?) ?([kmgtp]?)(?:i?b)?$/i.exec(text) ?? [];
  if (digits === undefined) throw wrong(target, field, `'${text}' is not a size such as 64m`);
  return Math.floor(Number(digits) * 1024 ** ' kmgtp'.indexOf(unit.toLowerCase() || ' '));
}

function ulimit(target: Target, text: string) {
  const [, name, soft, hard] = /^([a-z]+)=(-?\d+)(?::(-?\d+))?$/.exec(text) ?? [];
  if (name === undefined || soft === undefined) {
    throw wrong(target, 'ulimits', `'${text}' is not name=soft[:hard], such as nofile=1024:2048`);
  }
  return { name, soft: Number(soft), hard: Number(hard ?? soft) };
}

function limits(target: Target): BakeTargetOptions['limits'] {
  const given = mapField(target, 'resources');
  if (given.size === 0) return undefined;
  const number = (name: string) => {
    const text = given.get(name);
    return text === undefined ? undefined : Number(text);
  };
  return {
    memory: size(target, 'resources', given.get('memory')),
    memorySwap:
      given.get('memory-swap') === '-1' ? -1 : size(target, 'resources', given.get('memory-swap')),
    cpuShares: number('cpu-shares'),
    cpuPeriod: number('cpu-period'),
    cpuQuota: number('cpu-quota'),
    cpusetCpus: given.get('cpuset-cpus'),
    cpusetMems: given.get('cpuset-mems'),
  };
}

/** The options with paths that are relative to a directory. */
export function inDirectory(
  options: BakeTargetOptions,
  directory: string | undefined,
): BakeTargetOptions {
  if (directory === undefined) return options;
  const at = (path: string) => (isLocal(path) ? resolve(directory, path) : path);
  const cache = (spec: CacheSpec): CacheSpec => {
    const { src, dest, ...attrs } = spec.attrs;
    if (spec.type !== 'local') return spec;
    const paths = {
      ...(src === undefined ? {} : { src: at(src) }),
      ...(dest === undefined ? {} : { dest: at(dest) }),
    };
    return { ...spec, attrs: { ...attrs, ...paths } };
  };
  return {
    ...options,
    context: at(options.context),
    dockerfile:
      options.dockerfile === undefined || !isLocal(options.context)
        ? options.dockerfile
        : at(options.dockerfile),
    buildContexts: Object.fromEntries(
      Object.entries(options.buildContexts ?? {}).map(([name, source]) => [name, at(source)]),
    ),
    cacheFrom: options.cacheFrom?.map(cache),
    cacheTo: options.cacheTo?.map(cache),
    outputs: options.outputs?.map((output) =>
      output.dest === undefined ? output : { ...output, dest: at(output.dest) },
    ),
    secrets: options.secrets?.map((secret) =>
      'file' in secret ? { ...secret, file: at(secret.file) } : secret,
    ),
    ssh: options.ssh?.map((agent) => ({ ...agent, paths: agent.paths.map(at) })),
  };
}
