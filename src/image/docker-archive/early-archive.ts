/**
 * Archives of Docker before 1.10, which other tools write beside `manifest.json`: `repositories` names the topmost layer of each
 * image, `<id>/json` the layer below it, and `<id>/layer.tar` has the files. Images have no config of their own: the topmost layer's
 * document has what one says.
 */
import { createHash } from 'node:crypto';
import { decompress } from '../../archive/index.ts';
import { AppError } from '../../errors.ts';
import { canonicalJson } from '../../oci/index.ts';
import { readSmall, requireSmall } from '../archive/archive-blobs.ts';
import { printable } from '../archive/archive-member-name.ts';
import type { ArchiveReader } from '../archive/archive-reader.ts';

/** An image, with the config that was made of its layers' documents. */
export interface EarlyImage {
  readonly configBytes: Uint8Array;
  readonly repoTags: readonly string[];
  /** Names of the layers' files, bottom first. */
  readonly layers: readonly string[];
}

/** No image has more layers: file systems that stack them take less. */
const MAX_LAYERS = 1000;

type Fields = Readonly<Record<string, unknown>>;

/**
 * @returns undefined where the archive has no `repositories`
 * @throws AppError ARCHIVE_BAD_DOCUMENT, ARCHIVE_MEMBER_MISSING, ARCHIVE_LIMIT
 */
export async function earlyImages(
  archive: ArchiveReader,
): Promise<readonly EarlyImage[] | undefined> {
  const bytes = await readSmall(archive, 'repositories');
  if (bytes === undefined) return undefined;
  const tags = new Map<string, string[]>();
  for (const [name, tagged] of Object.entries(fieldsIn('repositories', bytes))) {
    for (const [tag, id] of Object.entries(fieldsOf('repositories', tagged))) {
      const known = tags.get(idOf('repositories', id)) ?? [];
      tags.set(idOf('repositories', id), [...known, `${name}:${tag}`]);
    }
  }
  const images: EarlyImage[] = [];
  for (const [id, repoTags] of tags) images.push({ repoTags, ...(await imageOf(archive, id)) });
  return images;
}

async function imageOf(
  archive: ArchiveReader,
  topmost: string,
): Promise<Omit<EarlyImage, 'repoTags'>> {
  const documents: Fields[] = [];
  const layers: string[] = [];
  for (let id: string | undefined = topmost; id !== undefined; ) {
    const name: string = `${id}/json`;
    if (documents.length === MAX_LAYERS) throw badDocument(name, `at most ${MAX_LAYERS} layers`);
    const document = fieldsIn(name, await requireSmall(archive, name));
    documents.unshift(document);
    layers.unshift(`${id}/layer.tar`);
    id = document.parent === undefined ? undefined : idOf(name, document.parent);
  }
  const diffIds: string[] = [];
  for (const layer of layers) diffIds.push(await diffIdOf(archive, layer));
  const { architecture = 'amd64', os = 'linux', created, config } = documents.at(-1) ?? {};
  const history = documents.map((document) => ({
    ...(typeof document.created === 'string' && { created: document.created }),
    created_by: createdBy(document),
  }));
  const configBytes = canonicalJson({
    ...{ architecture, os, ...(created !== undefined && { created }) },
    ...(typeof config === 'object' && config !== null && { config }),
    ...{ rootfs: { type: 'layers', diff_ids: diffIds }, history },
  });
  return { configBytes, layers };
}

function createdBy({ container_config: container }: Fields): string {
  if (typeof container !== 'object' || container === null) return '';
  const { Cmd: words } = container as Fields;
  return Array.isArray(words) ? words.join(' ') : '';
}

async function diffIdOf(archive: ArchiveReader, name: string): Promise<string> {
  if ((await archive.size(name)) === undefined) await requireSmall(archive, name);
  const hash = createHash('sha256');
  const budget = archive.budget();
  for await (const chunk of decompress(archive.read(name))) {
    budget.take(chunk.length);
    hash.update(chunk);
  }
  return `sha256:${hash.digest('hex')}`;
}

function fieldsIn(name: string, bytes: Uint8Array): Fields {
  try {
    return fieldsOf(name, JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch (error) {
    throw error instanceof AppError ? error : badDocument(name, 'JSON');
  }
}

function fieldsOf(name: string, value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw badDocument(name, 'an object');
  return value as Fields;
}

function idOf(name: string, value: unknown): string {
  if (typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)) return value;
  throw badDocument(name, 'IDs of layers');
}

function badDocument(name: string, expected: string): AppError {
  return new AppError('ARCHIVE_BAD_DOCUMENT', `${printable(name)} of the archive is not valid`, {
    expected,
    hint: 'the archive is damaged, or a faulty tool made it; create it again',
  });
}
