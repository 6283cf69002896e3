/**
 * `manifest create`, `annotate`, `push` and `rm`: lists of manifests that are assembled in the store, and become an
 * index in a registry when they are pushed. Each is a file in the store, `manifest-lists/<name>.json`.
 */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  AnnotateManifestListOptions,
  CreateIndexResult,
  CreateManifestListOptions,
  PushManifestListOptions,
  RemoveManifestListsOptions,
} from '../api/index.ts';
import { AppError } from '../errors.ts';
import type { LaminaContext } from '../lamina-context.ts';
import {
  canonicalJson,
  decodeDescriptor,
  familiarName,
  formatReference,
  type Platform,
  parseReference,
  type Reference,
  withDefaultTag,
} from '../oci/index.ts';
import type { Store } from '../store/index.ts';
import { composeIndex, type IndexPart, partsOf, pushIndex } from '../transfer/index.ts';
import { transferHook } from './transfer-hook.ts';
import { withRegistries } from './with-registries.ts';
import { withStore } from './with-store.ts';

const DIRECTORY = 'manifest-lists';

export function createManifestList(
  context: LaminaContext,
  options: CreateManifestListOptions,
): Promise<string> {
  const name = withDefaultTag(parseReference(options.name));
  return withStore(context, async (store) => {
    const known = await readList(store, name);
    if (known !== undefined && options.amend !== true) {
      throw new AppError('MANIFEST_LIST_EXISTS', `the list ${familiarName(name)} already exists`, {
        hint: `add to it with --amend, or remove it: lamina manifest rm ${familiarName(name)}`,
      });
    }
    const added = await withRegistries(context, options, async (registries) => {
      const parts: IndexPart[] = [];
      for (const source of options.sources) {
        const reference = withDefaultTag(parseReference(source));
        parts.push(...(await partsOf(registries, reference, options)));
      }
      return parts;
    });
    await writeList(store, name, [...(known ?? []), ...added]);
    return formatReference(name);
  });
}

export function annotateManifestList(
  context: LaminaContext,
  options: AnnotateManifestListOptions,
): Promise<void> {
  const name = withDefaultTag(parseReference(options.name));
  return withStore(context, async (store) => {
    const parts = await requireList(store, name);
    const source = withDefaultTag(parseReference(options.source));
    const named = await withRegistries(context, options, (registries) =>
      partsOf(registries, source, options),
    );
    const digests = new Set(named.map(({ descriptor }) => descriptor.digest));
    if (!parts.some(({ descriptor }) => digests.has(descriptor.digest))) {
      throw notInList(name, source);
    }
    const changed = parts.map((part) =>
      digests.has(part.descriptor.digest) ? withPlatform(part, options.platform) : part,
    );
    await writeList(store, name, changed);
  });
}

export function pushManifestList(
  context: LaminaContext,
  options: PushManifestListOptions,
): Promise<CreateIndexResult> {
  const name = withDefaultTag(parseReference(options.name));
  return withStore(context, async (store) => {
    const parts = await requireList(store, name);
    const index = composeIndex(parts);
    const { onEvent, signal } = options;
    await withRegistries(context, options, (registries) =>
      pushIndex(registries, index, {
        ...{ parts, target: name, onTransfer: transferHook(onEvent), signal },
      }),
    );
    if (options.purge === true) await rm(fileOf(store, name), { force: true });
    const { digest, mediaType, size } = index.descriptor;
    return { digest, mediaType, size, raw: index.bytes };
  });
}

export function removeManifestLists(
  context: LaminaContext,
  options: RemoveManifestListsOptions,
): Promise<void> {
  const names = options.names.map((name) => withDefaultTag(parseReference(name)));
  return withStore(context, async (store) => {
    for (const name of names) await requireList(store, name);
    for (const name of names) await rm(fileOf(store, name), { force: true });
  });
}

function withPlatform(part: IndexPart, change: Partial<Platform>): IndexPart {
  const { descriptor, reference } = part;
  const platform = { os: 'linux', architecture: '', ...descriptor.platform, ...change };
  return { reference, descriptor: { ...descriptor, platform } };
}

function fileOf(store: Store, name: Reference): string {
  return join(store.root, DIRECTORY, `${encodeURIComponent(formatReference(name))}.json`);
}

async function readList(store: Store, name: Reference): Promise<IndexPart[] | undefined> {
  const text = await readFile(fileOf(store, name), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  let entries: unknown;
  try {
    entries = JSON.parse(text);
  } catch {
    entries = [undefined];
  }
  return Array.isArray(entries) ? entries.map(decodePart) : undefined;
}

function decodePart(value: unknown): IndexPart {
  const isPart = typeof value === 'object' && value !== null && 'reference' in value;
  if (!isPart || typeof value.reference !== 'string' || !('descriptor' in value)) {
    throw new AppError('STORE_DAMAGED', 'a list of manifests in the store is damaged', {
      hint: 'remove it with `lamina manifest rm`, and create it again',
    });
  }
  return {
    reference: parseReference(value.reference),
    descriptor: decodeDescriptor(value.descriptor),
  };
}

async function writeList(
  store: Store,
  name: Reference,
  parts: readonly IndexPart[],
): Promise<void> {
  await mkdir(join(store.root, DIRECTORY), { recursive: true, mode: 0o700 });
  const entries = parts.map(({ reference, descriptor }) => ({
    reference: formatReference(reference),
    descriptor,
  }));
  const file = fileOf(store, name);
  await writeFile(`${file}.part`, canonicalJson(entries));
  await rename(`${file}.part`, file);
}

async function requireList(store: Store, name: Reference): Promise<readonly IndexPart[]> {
  const list = await readList(store, name);
  if (list !== undefined) return list;
  throw new AppError('MANIFEST_LIST_NOT_FOUND', `the list ${familiarName(name)} does not exist`, {
    hint: `create it first: lamina manifest create ${familiarName(name)} IMAGE...`,
  });
}

function notInList(name: Reference, source: Reference): AppError {
  return new AppError(
    'MANIFEST_LIST_NOT_FOUND',
    `${familiarName(source)} is not in the list ${familiarName(name)}`,
    { hint: 'add it with `lamina manifest create --amend`' },
  );
}
