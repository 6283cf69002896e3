/** Content of registries other than container images: charts, modules, signatures, encrypted layers. */
import { AppError } from '../../errors.ts';
import { type Descriptor, layerCompression, type Manifest } from '../../oci/index.ts';

const IMAGE_CONFIG =
  /^application\/vnd\.(?:oci\.image\.config|docker\.container\.image)\.v1\+json$/;

/** Well-known kinds, by a part of the media type of their config or layers. */
const KINDS: readonly (readonly [RegExp, string, string])[] = [
  [/helm/, 'a Helm chart', 'use `helm pull oci://…`'],
  [/wasm/, 'a WebAssembly module', 'use a tool for WebAssembly modules'],
  [/cosign|sigstore|notary/, 'a signature', 'name the image that it signs'],
  [/in-toto|attest/, 'an attestation', 'name the image that it describes'],
  [/spdx|cyclonedx/, 'a bill of materials', 'name the image that it describes'],
  [/docker\.plugin/, 'a Docker plugin', 'use `docker plugin install`'],
  [/buildkit\.cacheconfig/, 'a build cache', 'use it with `--cache-from type=registry,ref=…`'],
];

/**
 * Checks that a manifest is of an image whose layers can be read.
 *
 * @param name for messages
 * @throws AppError IMAGE_NOT_AN_IMAGE, IMAGE_LAYER_ENCRYPTED, IMAGE_LAYER_UNSUPPORTED
 */
export function checkLayers(manifest: Manifest, name: string): void {
  checkKind(manifest, name);
  for (const layer of manifest.layers) {
    const fault = layerFault(layer, name);
    if (fault !== undefined) throw fault;
  }
}

/**
 * Checks that a manifest is of an image, whether its layers can be read or not.
 *
 * @throws AppError IMAGE_NOT_AN_IMAGE
 */
export function checkKind(manifest: Manifest, name: string): void {
  const isOther = ({ mediaType }: Descriptor) =>
    layerCompression(mediaType) === undefined &&
    !ENCRYPTED.test(mediaType) &&
    (manifest.artifactType !== undefined || kindOf(mediaType) !== undefined);
  if (!isImage(manifest) || manifest.layers.some(isOther)) throw notAnImage(name, manifest);
}

const ENCRYPTED = /\+encrypted$|\.encrypted/;

/** Why a layer of an image cannot be read, by its media type. */
export function layerFault({ mediaType, digest }: Descriptor, name: string): AppError | undefined {
  if (layerCompression(mediaType) !== undefined) return undefined;
  if (ENCRYPTED.test(mediaType)) {
    return new AppError('IMAGE_LAYER_ENCRYPTED', `the layer ${digest} of ${name} is encrypted`, {
      hint: 'decrypt the image first, for example with `skopeo copy --decryption-key`',
    });
  }
  return new AppError(
    'IMAGE_LAYER_UNSUPPORTED',
    `the layer ${digest} of ${name} has the unknown type ${JSON.stringify(mediaType.slice(0, 200))}`,
    { hint: 'ask its publisher for an image with standard layers' },
  );
}

/** Manifests are also used for signatures, charts and other things that are not images. */
export function isImage({ config }: Pick<Manifest, 'config'>): boolean {
  return IMAGE_CONFIG.test(config.mediaType);
}

/** The error that names the actual kind. */
export function notAnImage(name: string, manifest?: Manifest): AppError {
  const types = [
    manifest?.artifactType,
    manifest?.config.mediaType,
    ...(manifest?.layers ?? []).map(({ mediaType }) => mediaType),
  ].filter((type) => type !== undefined);
  const kind = types.map(kindOf).find((found) => found !== undefined);
  const [type = ''] = types;
  const what = kind?.[1] ?? `an artifact of type ${JSON.stringify(type.slice(0, 200))}`;
  return new AppError('IMAGE_NOT_AN_IMAGE', `${name} is not a container image, but ${what}`, {
    hint: kind?.[2] ?? 'use the tool that created it; `lamina copy` copies it between registries',
  });
}

function kindOf(mediaType: string) {
  return KINDS.find(([pattern]) => pattern.test(mediaType));
}
