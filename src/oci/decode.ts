/**
 * From the bytes of a document to its type. The shape is checked, unknown members are kept.
 * What a checked member may hold beyond its type (say, a time that is no time) is left to whoever uses it.
 */
import { AppError } from '../errors.ts';
import { parseDiffId, parseDigest } from './digest.ts';
import { invalidDocument } from './failures.ts';
import { MEDIA_TYPES } from './media-types.ts';
import { isNestedTooDeep } from './nesting.ts';
import { Place } from './shape.ts';
import type { Descriptor, ImageConfig, ImageIndex, Manifest } from './types.ts';

/** Registries refuse manifests above 4 MiB; configs of images with long histories come nowhere near this. */
const MAX_DOCUMENT = 16 * 1024 * 1024;

/** @throws AppError OCI_DOCUMENT_INVALID */
export function decodeImageConfig(bytes: Uint8Array): ImageConfig {
  const place = parse(bytes, 'image config');
  checkPlatform(place);
  for (const name of ['created', 'author']) place.member(name).optional(checkString);
  place.member('config').optional(checkContainerConfig);
  place.member('history').optional((list) => list.items(checkHistory));
  const rootfs = place.member('rootfs');
  rootfs.object();
  if (rootfs.member('type').value !== 'layers') rootfs.member('type').fail('"layers"');
  rootfs
    .member('diff_ids')
    .optional((list) => list.items((item) => checkDigest(item, parseDiffId)));
  return withoutNulls(place.object() as unknown as ImageConfig);
}

/** Go writes `null` for lists and maps without a value; the types know only absent members. */
function withoutNulls(config: ImageConfig): ImageConfig {
  const container = config.config ?? undefined;
  return {
    ...dropNulls(config),
    ...(container !== undefined && { config: dropNulls(container) }),
    rootfs: { ...config.rootfs, diff_ids: config.rootfs.diff_ids ?? [] },
  };
}

function dropNulls<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null)) as T;
}

/**
 * @param mediaType of the manifest as its descriptor or the registry gave it, for those that do not say it themselves
 * @throws AppError OCI_DOCUMENT_INVALID
 */
export function decodeManifest(
  bytes: Uint8Array,
  mediaType: string = MEDIA_TYPES.ociManifest,
): Manifest {
  const place = parse(bytes, 'manifest');
  if (!place.member('manifests').isAbsent) place.fail('a manifest and not an index');
  checkVersion(place);
  place.member('mediaType').optional(checkString);
  checkDescriptor(place.member('config'));
  place.member('layers').optional((list) => list.items(checkDescriptor));
  place.member('subject').optional(checkDescriptor);
  place.member('annotations').optional(checkTexts);
  const manifest = place.object() as unknown as Manifest;
  return { ...manifest, mediaType: manifest.mediaType ?? mediaType, layers: manifest.layers ?? [] };
}

/** @param mediaType as for `decodeManifest`
 * @throws AppError OCI_DOCUMENT_INVALID */
export function decodeIndex(
  bytes: Uint8Array,
  mediaType: string = MEDIA_TYPES.ociIndex,
): ImageIndex {
  const place = parse(bytes, 'index');
  if (!place.member('layers').isAbsent) place.fail('an index and not a manifest');
  checkVersion(place);
  place.member('mediaType').optional(checkString);
  place.member('manifests').optional((list) => list.items(checkDescriptor));
  place.member('subject').optional(checkDescriptor);
  place.member('annotations').optional(checkTexts);
  const index = place.object() as unknown as ImageIndex;
  return { ...index, mediaType: index.mediaType ?? mediaType, manifests: index.manifests ?? [] };
}

/**
 * Checks a descriptor that came from elsewhere than a manifest or an index.
 * @throws AppError OCI_DOCUMENT_INVALID
 */
export function decodeDescriptor(value: unknown): Descriptor {
  const place = new Place('descriptor', '', value);
  checkDescriptor(place);
  return place.object() as unknown as Descriptor;
}

function parse(bytes: Uint8Array, document: string): Place {
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
    const place = new Place(document, '', value);
    place.object();
    return place;
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw invalidDocument(
      document,
      '',
      `not JSON (${error instanceof Error ? error.message : String(error)})`,
    );
  }
}

function checkVersion(place: Place): void {
  const version = place.member('schemaVersion');
  if (version.value === 1) version.fail('2 (images of the old version 1 are not supported)');
  if (version.value !== 2) version.fail('2');
}

function checkPlatform(place: Place): void {
  place.member('os').string();
  place.member('architecture').string();
  place.member('variant').optional(checkString);
  place.member('os.version').optional(checkString);
  place.member('os.features').optional(checkStrings);
}

function checkDescriptor(place: Place): void {
  place.object();
  place.member('mediaType').string();
  checkDigest(place.member('digest'), parseDigest);
  place.member('size').count();
  place.member('urls').optional(checkStrings);
  place.member('annotations').optional(checkTexts);
  place.member('platform').optional(checkPlatform);
}

function checkContainerConfig(place: Place): void {
  place.object();
  for (const name of ['User', 'WorkingDir', 'StopSignal']) place.member(name).optional(checkString);
  for (const name of ['Env', 'Entrypoint', 'Cmd', 'OnBuild', 'Shell']) {
    place.member(name).optional(checkStrings);
  }
  for (const name of ['ExposedPorts', 'Volumes']) {
    place
      .member(name)
      .optional((map) => map.entries((item) => item.optional((value) => value.object())));
  }
  place.member('Labels').optional(checkTexts);
  place.member('ArgsEscaped').optional((value) => value.boolean());
  place.member('Healthcheck').optional(checkHealthcheck);
}

function checkHealthcheck(place: Place): void {
  place.object();
  place.member('Test').optional(checkStrings);
  for (const name of ['Interval', 'Timeout', 'StartPeriod', 'StartInterval', 'Retries']) {
    place.member(name).optional((value) => value.integer());
  }
}

function checkHistory(place: Place): void {
  place.object();
  for (const name of ['created', 'created_by', 'author', 'comment'])
    place.member(name).optional(checkString);
  place.member('empty_layer').optional((value) => value.boolean());
}

function checkString(place: Place): void {
  place.string();
}

function checkStrings(place: Place): void {
  place.items(checkString);
}

function checkTexts(place: Place): void {
  place.entries(checkString);
}

function checkDigest(place: Place, check: (text: string) => unknown): void {
  const text = place.string();
  try {
    check(text);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw invalidDocument(place.document, place.path, error.message);
  }
}
