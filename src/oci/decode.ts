/**
 * Decodes documents. Checks their shape and keeps unknown members. Does not validate values beyond their type (such as
 * times): their users do.
 */
import { AppError } from '../errors.ts';
import { parseDiffId, parseDigest } from './digest.ts';
import { invalidDocument } from './failures.ts';
import { MEDIA_TYPES } from './media-types.ts';
import { isNestedTooDeep } from './nesting.ts';
import { JsonNode } from './shape.ts';
import type { Descriptor, ImageConfig, ImageIndex, Manifest } from './types.ts';

/** Registries refuse manifests above 4 MiB; configs with long histories are far smaller than this. */
const MAX_DOCUMENT = 16 * 1024 * 1024;

/** @throws AppError OCI_DOCUMENT_INVALID */
export function decodeImageConfig(bytes: Uint8Array): ImageConfig {
  const node = parse(bytes, 'image config');
  checkPlatform(node);
  for (const name of ['created', 'author']) node.member(name).optional(checkString);
  node.member('config').optional(checkContainerConfig);
  node.member('history').optional((list) => list.items(checkHistory));
  const rootfs = node.member('rootfs');
  rootfs.object();
  if (rootfs.member('type').value !== 'layers') rootfs.member('type').fail('"layers"');
  rootfs
    .member('diff_ids')
    .optional((list) => list.items((item) => checkDigest(item, parseDiffId)));
  return withoutNulls(node.object() as unknown as ImageConfig);
}

/** Go writes `null` for empty lists and maps; our types have absent members instead. */
function withoutNulls(config: ImageConfig): ImageConfig {
  const container = config.config ?? undefined;
  const check = container?.Healthcheck ?? undefined;
  return {
    ...dropNulls(config),
    ...(container !== undefined && {
      config: {
        ...dropNulls(container),
        ...(check !== undefined && { Healthcheck: dropNulls(check) }),
      },
    }),
    ...(config.history && { history: config.history.map(dropNulls) }),
    rootfs: { ...config.rootfs, diff_ids: config.rootfs.diff_ids ?? [] },
  };
}

function describedWithoutNulls(descriptor: Descriptor): Descriptor {
  const { platform, ...rest } = dropNulls(descriptor);
  return { ...rest, ...(platform !== undefined && { platform: dropNulls(platform) }) };
}

function dropNulls<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null)) as T;
}

/**
 * @param mediaType from the descriptor or the registry, for manifests without the member
 * @throws AppError OCI_DOCUMENT_INVALID
 */
export function decodeManifest(
  bytes: Uint8Array,
  mediaType: string = MEDIA_TYPES.ociManifest,
): Manifest {
  const node = parse(bytes, 'manifest');
  if (!node.member('manifests').isAbsent) node.fail('a manifest and not an index');
  checkVersion(node);
  node.member('mediaType').optional(checkString);
  checkDescriptor(node.member('config'));
  node.member('layers').optional((list) => list.items(checkDescriptor));
  node.member('subject').optional(checkDescriptor);
  node.member('annotations').optional(checkTexts);
  const manifest = node.object() as unknown as Manifest;
  return {
    ...dropNulls(manifest),
    mediaType: manifest.mediaType ?? mediaType,
    config: describedWithoutNulls(manifest.config),
    layers: (manifest.layers ?? []).map(describedWithoutNulls),
  };
}

/** @param mediaType as for `decodeManifest`
 * @throws AppError OCI_DOCUMENT_INVALID */
export function decodeIndex(
  bytes: Uint8Array,
  mediaType: string = MEDIA_TYPES.ociIndex,
): ImageIndex {
  const node = parse(bytes, 'index');
  if (!node.member('layers').isAbsent) node.fail('an index and not a manifest');
  checkVersion(node);
  node.member('mediaType').optional(checkString);
  node.member('manifests').optional((list) => list.items(checkDescriptor));
  node.member('subject').optional(checkDescriptor);
  node.member('annotations').optional(checkTexts);
  const index = node.object() as unknown as ImageIndex;
  return {
    ...dropNulls(index),
    mediaType: index.mediaType ?? mediaType,
    manifests: (index.manifests ?? []).map(describedWithoutNulls),
  };
}

/**
 * Checks a descriptor from another source than a manifest or an index.
 * @throws AppError OCI_DOCUMENT_INVALID
 */
export function decodeDescriptor(value: unknown): Descriptor {
  const node = new JsonNode('descriptor', '', value);
  checkDescriptor(node);
  return node.object() as unknown as Descriptor;
}

function parse(bytes: Uint8Array, document: string): JsonNode {
  if (bytes.length > MAX_DOCUMENT) {
    throw invalidDocument(
      document,
      '',
      `${bytes.length} bytes are more than the limit of ${MAX_DOCUMENT}`,
    );
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (isNestedTooDeep(text))
      throw invalidDocument(document, '', 'its values are nested too deeply');
    const value: unknown = JSON.parse(text);
    const node = new JsonNode(document, '', value);
    node.object();
    return node;
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw invalidDocument(
      document,
      '',
      `not JSON (${error instanceof Error ? error.message : String(error)})`,
    );
  }
}

function checkVersion(node: JsonNode): void {
  const version = node.member('schemaVersion');
  if (version.value === 1) version.fail('2 (images of the old version 1 are not supported)');
  if (version.value !== 2) version.fail('2');
}

function checkPlatform(node: JsonNode): void {
  node.member('os').string();
  node.member('architecture').string();
  node.member('variant').optional(checkString);
  node.member('os.version').optional(checkString);
  node.member('os.features').optional(checkStrings);
}

function checkDescriptor(node: JsonNode): void {
  node.object();
  node.member('mediaType').string();
  checkDigest(node.member('digest'), parseDigest);
  node.member('size').count();
  node.member('urls').optional(checkStrings);
  node.member('annotations').optional(checkTexts);
  node.member('platform').optional(checkPlatform);
}

function checkContainerConfig(node: JsonNode): void {
  node.object();
  for (const name of ['User', 'WorkingDir', 'StopSignal']) node.member(name).optional(checkString);
  for (const name of ['Env', 'Entrypoint', 'Cmd', 'OnBuild', 'Shell']) {
    node.member(name).optional(checkStrings);
  }
  for (const name of ['ExposedPorts', 'Volumes']) {
    node
      .member(name)
      .optional((map) => map.entries((item) => item.optional((value) => value.object())));
  }
  node.member('Labels').optional(checkTexts);
  node.member('ArgsEscaped').optional((value) => value.boolean());
  node.member('Healthcheck').optional(checkHealthcheck);
}

function checkHealthcheck(node: JsonNode): void {
  node.object();
  node.member('Test').optional(checkStrings);
  for (const name of ['Interval', 'Timeout', 'StartPeriod', 'StartInterval', 'Retries']) {
    node.member(name).optional((value) => value.integer());
  }
}

function checkHistory(node: JsonNode): void {
  node.object();
  for (const name of ['created', 'created_by', 'author', 'comment'])
    node.member(name).optional(checkString);
  node.member('empty_layer').optional((value) => value.boolean());
}

function checkString(node: JsonNode): void {
  node.string();
}

function checkStrings(node: JsonNode): void {
  node.items(checkString);
}

function checkTexts(node: JsonNode): void {
  node.entries(checkString);
}

function checkDigest(node: JsonNode, check: (text: string) => unknown): void {
  const text = node.string();
  try {
    check(text);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw invalidDocument(node.document, node.path, error.message);
  }
}
