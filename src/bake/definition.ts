/** Reads a definition and resolves what is asked of it. */
import { mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { BakeDefinition, BakeDefinitionOptions, Lamina } from '../api/index.ts';
import type { Environment } from '../environment.ts';
import { AppError } from '../errors.ts';
import { buildOptionsOf, inDirectory, linkedTarget } from './build-options.ts';
import { type BakeFile, type ParsedDefinition, parseDefinition } from './parse-definition.ts';
import { printBake } from './print.ts';
import { composeEnvironment, readBakeFiles, readerOf } from './read-files.ts';
import { type ResolvedBake, resolveBake } from './resolve.ts';
import { withNeeded } from './select.ts';
import { entriesField, mapField } from './target.ts';

export interface BakeSurroundings {
  readonly env: Environment;
  /** Reads repositories, and builds. */
  readonly lamina: Lamina;
  /** `linux/amd64`: what BAKE_LOCAL_PLATFORM is. */
  readonly platform: string;
}

/** @throws AppError BAKE_…, HCL_…, COMPOSE_INVALID; for a repository also those of `build` */
export async function readBakeDefinition(
  options: BakeDefinitionOptions,
  surroundings: BakeSurroundings,
): Promise<BakeDefinition> {
  const { parsed, resolved } = await read(options, surroundings);
  const linked = new Set(
    resolved.targets.flatMap((target) =>
      [...mapField(target, 'contexts').values()].map(linkedTarget),
    ),
  );
  const members = new Set(resolved.groups.flatMap(({ targets }) => targets));
  return {
    groups: resolved.groups,
    targets: resolved.targets.map((target) => ({
      name: target.name,
      options: inDirectory(
        buildOptionsOf(target, {
          env: surroundings.env,
          repository: options.repository,
          isLinkedOnly:
            linked.has(target.name) &&
            !members.has(target.name) &&
            entriesField(target, 'output').every((output) => output.get('type') === 'cacheonly'),
        }),
        options.directory,
      ),
    })),
    json: printBake(resolved),
    available: available(parsed),
    variables: parsed.variables,
  };
}

async function read(
  options: BakeDefinitionOptions,
  { env, lamina, platform }: BakeSurroundings,
): Promise<{ readonly parsed: ParsedDefinition; readonly resolved: ResolvedBake }> {
  const { repository, directory = process.cwd(), signal } = options;
  const isEnvUsed = !/^(?:1|t|true)$/i.test(env.BUILDX_BAKE_DISABLE_VARS_ENV_LOOKUP ?? '');
  const parse = async (files: readonly BakeFile[], root: string) => {
    const parsed = parseDefinition(files, {
      given: new Map(Object.entries(options.variables ?? {})),
      env: isEnvUsed ? env : undefined,
      builtins: new Map([
        ['BAKE_CMD_CONTEXT', 'cwd://'],
        ['BAKE_LOCAL_PLATFORM', platform],
      ]),
      composeEnv: await composeEnvironment(root, isEnvUsed ? env : {}),
      readFile: readerOf(root),
      composeProject: options.composeProject,
    });
    const given = options.targets ?? [];
    const asked = options.composeDependencies === true ? withNeeded(parsed, given) : given;
    const resolved = resolveBake(parsed, {
      asked,
      overrides: options.overrides ?? [],
      env: isEnvUsed ? env : undefined,
    });
    return { parsed, resolved };
  };
  const paths = options.files ?? [];
  if (repository === undefined) {
    return parse(
      await readBakeFiles({ paths, directory, stdin: options.stdin, signal }),
      directory,
    );
  }
  const checkout = await mkdtemp(join(tmpdir(), 'lamina-bake-'));
  try {
    await checkOut(repository, checkout, { options, lamina });
    await confine(checkout, paths);
    const local = paths
      .filter((path) => path.startsWith('cwd://'))
      .map((path) => path.slice('cwd://'.length));
    const remote = paths.filter((path) => !path.startsWith('cwd://'));
    const files = [
      ...(remote.length > 0 || local.length === 0
        ? await readBakeFiles({ paths: remote, directory: checkout, stdin: options.stdin, signal })
        : []),
      ...(local.length > 0
        ? await readBakeFiles({ paths: local, directory, stdin: undefined, signal })
        : []),
    ];
    return await parse(files, checkout);
  } finally {
    await rm(checkout, { recursive: true, force: true });
  }
}

/** Nothing of this machine is read for a definition from elsewhere: links that lead out of the checkout are removed from it. */
async function confine(checkout: string, paths: readonly string[]): Promise<void> {
  const root = await realpath(checkout);
  const isOutside = (path: string) => path !== root && !path.startsWith(`${root}/`);
  const refuse = (name: string) =>
    new AppError('BAKE_FILE_NOT_FOUND', `'${name}' leads out of the repository`);
  for (const path of paths) {
    if (path === '-' || path.startsWith('cwd://')) continue;
    if (isOutside(resolve(root, path))) throw refuse(path);
  }
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    const target = await realpath(path).catch(() => path);
    if (isOutside(target)) await rm(path);
  }
}

/** The files of a repository, by a build that copies them. */
async function checkOut(
  repository: string,
  directory: string,
  { options, lamina }: { readonly options: BakeDefinitionOptions; readonly lamina: Lamina },
): Promise<void> {
  await lamina.build({
    root: options.root,
    signal: options.signal,
    context: '-',
    stdin: textStream('FROM scratch\nCOPY --from=definition . /\n'),
    buildContexts: { definition: repository },
    outputs: [{ type: 'local', dest: directory, attrs: {} }],
  });
}

/** A text as a stream of bytes. */
export async function* textStream(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text);
}

function available({ groups, targets }: ParsedDefinition): BakeDefinition['available'] {
  const all = [
    ...groups.map(({ name, description, targets: members }) => ({
      name,
      description: description || [...members].sort().join(', '),
      isGroup: true,
    })),
    ...targets
      .filter(({ name }) => !groups.some((group) => group.name === name))
      .map(({ name, fields }) => {
        const description = fields.get('description');
        return {
          name,
          description: typeof description === 'string' ? description : undefined,
          isGroup: false,
        };
      }),
  ];
  return all.sort((a, b) => (a.name < b.name ? -1 : 1));
}
