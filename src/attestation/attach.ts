/** In-toto statements about an image, as a manifest beside it in an index: the form in which BuildKit attaches them. */
import { type AttachedManifest, type Blob, blobOf, manifestOf } from '../image/index.ts';
import { canonicalJson, type Descriptor, digestOf } from '../oci/index.ts';
import { imageUrl } from './package-url.ts';

/** What is said of an image. */
export interface Predicate {
  /** A URI, which names the form of the content. */
  readonly type: string;
  readonly content: Readonly<Record<string, unknown>>;
}

export interface Subject {
  /** Of the image's manifest. */
  readonly digest: string;
  /** Names of the image; may be empty. */
  readonly references: readonly string[];
  /** `linux/amd64`. */
  readonly platform: string;
}

const STATEMENT = 'https://in-toto.io/Statement/v0.1';
const MEDIA_TYPE = 'application/vnd.in-toto+json';
const CONFIG_TYPE = 'application/vnd.oci.image.config.v1+json';

/** @returns the manifest; its descriptor is an entry for the index that has the image */
export function attestationOf(
  subject: Subject,
  predicates: readonly Predicate[],
): AttachedManifest {
  const statements = predicates.map((predicate) => statement(subject, predicate));
  const configBytes = canonicalJson({
    architecture: 'unknown',
    os: 'unknown',
    config: {},
    rootfs: { type: 'layers', diff_ids: statements.map(({ descriptor }) => descriptor.digest) },
  });
  const config: Descriptor = {
    mediaType: CONFIG_TYPE,
    digest: digestOf(configBytes),
    size: configBytes.length,
  };
  const { descriptor, bytes } = manifestOf(
    config,
    statements.map((blob) => blob.descriptor),
  );
  return {
    bytes,
    descriptor: {
      ...descriptor,
      platform: { architecture: 'unknown', os: 'unknown' },
      annotations: {
        'vnd.docker.reference.digest': subject.digest,
        'vnd.docker.reference.type': 'attestation-manifest',
      },
    },
    blobs: [...statements, blobOf(config, configBytes)],
  };
}

function statement({ digest, references, platform }: Subject, { type, content }: Predicate): Blob {
  const [algorithm = 'sha256', hex = ''] = digest.split(':');
  const names =
    references.length === 0 ? ['_'] : references.map((name) => imageUrl(name, platform));
  const bytes = Buffer.from(
    JSON.stringify({
      _type: STATEMENT,
      predicateType: type,
      subject: names.map((name) => ({ name, digest: { [algorithm]: hex } })),
      predicate: content,
    }),
  );
  const descriptor: Descriptor = {
    mediaType: MEDIA_TYPE,
    digest: digestOf(bytes),
    size: bytes.length,
    annotations: { 'in-toto.io/predicate-type': type },
  };
  return blobOf(descriptor, bytes);
}
