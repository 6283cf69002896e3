/** The services of a Compose project as targets. */
import {
  type ComposeBuild,
  type ComposeProject,
  type ComposeService,
  isPlainMap,
  type Plain,
} from '../compose/index.ts';
import { AppError } from '../errors.ts';
import { fromJson, ValueFault } from '../hcl/index.ts';
import { entriesOfText } from './entries.ts';
import { fieldValue } from './field-value.ts';
import {
  type Entry,
  type FieldName,
  type FieldValue,
  fieldKind,
  isFieldName,
  isTextMap,
} from './fields.ts';
import { cleanContext } from './local-path.ts';
import { type Definition, mergeTargets, type Target } from './target.ts';

/**
 * One target for each service that is built, and the group `default` of all of them.
 *
 * @param projectName names images of services that name none; undefined: those get no name
 * @throws AppError COMPOSE_INVALID
 */
export function composeDefinition(
  project: ComposeProject,
  projectName: string | undefined,
): Definition {
  const targets = project.services.flatMap((service) =>
    service.build === undefined
      ? []
      : [composeTarget({ service, build: service.build, projectName }, project)],
  );
  const group = {
    name: 'default',
    description: undefined,
    targets: targets.map(({ name }) => name),
  };
  return { targets, groups: [group], needs: neededTargets(project) };
}

/** Of each service, those that it depends on, directly or not, if they are built. */
function neededTargets({ services }: ComposeProject): ReadonlyMap<string, readonly string[]> {
  const byName = new Map(services.map((service) => [service.name, service]));
  const needed = (service: ComposeService): string[] => {
    const found = new Set<ComposeService>();
    const open = [service];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      for (const other of next.dependsOn.flatMap((name) => byName.get(name) ?? [])) {
        if (!found.has(other)) open.push(other);
        found.add(other);
      }
    }
    return [...found].flatMap(({ name, build }) => (build === undefined ? [] : [targetName(name)]));
  };
  return new Map(services.map((service) => [targetName(service.name), needed(service)]));
}

/** Names of targets have no dots. */
export function targetName(service: string): string {
  return service.replaceAll('.', '_');
}

interface BuiltService {
  readonly service: ComposeService;
  readonly build: ComposeBuild;
  readonly projectName: string | undefined;
}

function composeTarget(
  { service, build, projectName }: BuiltService,
  project: ComposeProject,
): Target {
  const image = service.image ?? (projectName && `${projectName}-${service.name}`);
  const named = image === undefined || image === '' ? [] : [image];
  const given: readonly (readonly [FieldName, FieldValue | undefined])[] = [
    ['context', build.context],
    ['contexts', contexts(build.additionalContexts, cleanContext)],
    ['dockerfile', build.dockerfile],
    ['dockerfile-inline', build.dockerfileInline],
    ['args', build.args],
    ['labels', build.labels],
    ['tags', build.tags],
    ['cache-from', entries('cache-from', build.cacheFrom)],
    ['cache-to', entries('cache-to', build.cacheTo)],
    ['target', build.target],
    ['secret', build.secrets.map((name) => secret(name, service, project))],
    ['ssh', sorted(entries('ssh', build.ssh))],
    ['platforms', build.platforms],
    ['no-cache', build.noCache || undefined],
    ['pull', build.pull || undefined],
    ['network', build.network],
    ['shm-size', build.shmSize],
    ['ulimits', build.ulimits],
    ['extra-hosts', build.extraHosts],
    ['entitlements', [...build.entitlements, ...(build.isPrivileged ? ['security.insecure'] : [])]],
    ['attest', attestations(build)],
  ];
  const fields = given.flatMap(([name, value]) =>
    value === undefined || isEmpty(value) ? [] : [[name, value] as const],
  );
  const target: Target = { name: targetName(service.name), fields: new Map(fields) };
  const extended = build.bake === undefined ? target : withExtension(target, build.bake);
  if (named.length === 0 || extended.fields.has('tags')) return extended;
  return { ...extended, fields: new Map([...extended.fields, ['tags', named]]) };
}

function isEmpty(value: FieldValue): boolean {
  return (Array.isArray(value) && value.length === 0) || (value instanceof Map && value.size === 0);
}

/** `service:x` is another service's image. */
function contexts(
  given: ReadonlyMap<string, string>,
  clean: (path: string) => string,
): ReadonlyMap<string, string> {
  return new Map(
    [...given].map(([name, source]) => {
      const [, service] = /^(?:service|target):(.*)$/.exec(source) ?? [];
      return [name, service === undefined ? clean(source) : `target:${targetName(service)}`];
    }),
  );
}

function entries(field: FieldName, texts: readonly string[]): readonly Entry[] {
  try {
    return texts.flatMap((text) => entriesOfText(field, text));
  } catch (error) {
    if (!(error instanceof ValueFault)) throw error;
    throw new AppError('COMPOSE_INVALID', `invalid value for '${field}': ${error.message}`);
  }
}

function sorted(all: readonly Entry[]): readonly Entry[] {
  const key = (entry: Entry) => `${entry.get('id') ?? ''}\0${entry.get('paths') ?? ''}`;
  return [...all].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

function secret(name: string, service: ComposeService, { secrets }: ComposeProject): Entry {
  const found = secrets.get(name);
  if (found === undefined) {
    throw new AppError(
      'COMPOSE_INVALID',
      `the service '${service.name}' uses the secret '${name}', which the file does not define`,
      {
        expected: 'an entry of secrets: with file: or environment:',
      },
    );
  }
  const parts = [
    ['id', name],
    ['src', found.file],
    ['env', found.environment],
  ] as const;
  return new Map(
    parts.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])),
  );
}

function attestations({ sbom, provenance }: ComposeBuild): readonly Entry[] {
  return [
    ...(sbom === undefined ? [] : [attestation('sbom', sbom)]),
    ...(provenance === undefined ? [] : [attestation('provenance', provenance)]),
  ];
}

/** `true`, `false`, or attributes. */
export function attestation(type: string, text: string): Entry {
  if (text === 'false')
    return new Map([
      ['type', type],
      ['disabled', 'true'],
    ]);
  if (text === 'true' || text === '') return new Map([['type', type]]);
  if (type === 'provenance' && /^(?:min|max)$/.test(text))
    return new Map([
      ['type', type],
      ['mode', text],
    ]);
  const [entry = new Map([['type', type]])] = entriesOfText('attest', `type=${type},${text}`);
  return entry;
}

/** The attributes of `x-bake`, which Compose files have no words of their own for. */
function withExtension(target: Target, extension: Plain): Target {
  if (!isPlainMap(extension)) return target;
  const fields = Object.entries(extension).map(([name, value]) => {
    if (!isFieldName(name)) {
      throw new AppError(
        'COMPOSE_INVALID',
        `x-bake of '${target.name}' has no attribute '${name}'`,
      );
    }
    try {
      const found = fieldValue(name, fromJson(listed(name, value)));
      return [
        name,
        name === 'contexts' && isTextMap(found) ? contexts(found, (path) => path) : found,
      ] as const;
    } catch (error) {
      if (!(error instanceof ValueFault)) throw error;
      throw new AppError(
        'COMPOSE_INVALID',
        `x-bake of '${target.name}': ${name}: ${error.message}`,
      );
    }
  });
  const given = fields.flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  const own = target.fields.get('contexts');
  const merged = mergeTargets(target, {
    name: target.name,
    fields: new Map(given.map(appended(target))),
  });
  // The service's own contexts win.
  if (own === undefined) return merged;
  return mergeTargets(merged, { name: target.name, fields: new Map([['contexts', own]]) });
}

/** A single string is a list of words. */
function listed(name: FieldName, value: Plain): Plain {
  const isList = fieldKind(name) === 'texts' || fieldKind(name) === 'entries';
  return isList && typeof value === 'string'
    ? value.split(/\s+/).filter((word) => word !== '')
    : value;
}

/** Lists of the extension come after those of the service. */
function appended({ fields }: Target) {
  return ([name, value]: readonly [FieldName, FieldValue]): readonly [FieldName, FieldValue] => {
    const before = fields.get(name);
    if (name !== 'tags' && name !== 'platforms' && name !== 'output' && name !== 'cache-to')
      return [name, value];
    if (!Array.isArray(before) || !Array.isArray(value)) return [name, value];
    return [name, [...before, ...value]];
  };
}
