/** Reads the statements that are attached to an image in BuildKit's form. */
import type { AttachedStatement, ListAttestationsOptions } from '../api/index.ts';
import { AppError } from '../errors.ts';
import {
  decodedIndex,
  type ImageSource,
  isAttestation,
  openImageSource,
  parseImageName,
  rootOf,
} from '../image/index.ts';
import type { LaminaContext } from '../lamina-context.ts';
import { unpackLimitOf } from '../layers/index.ts';
import { type Descriptor, decodeManifest, formatPlatform, isIndexType } from '../oci/index.ts';

const MEDIA_TYPE = 'application/vnd.in-toto+json';
const PREDICATE_TYPE = 'in-toto.io/predicate-type';
const SUBJECT = 'vnd.docker.reference.digest';
/** A bill of materials of a very large image has some megabytes. */
const LARGEST = 128 << 20;

/**
 * The statements of all platforms, in the order of the index; none if the image has no index.
 *
 * @throws AppError those of opening the image; OCI_DOCUMENT_INVALID for a statement that is not JSON
 */
export async function listAttestations(
  { env }: LaminaContext,
  { image, signal }: ListAttestationsOptions,
): Promise<readonly AttachedStatement[]> {
  const { transport } = parseImageName(image, 'registry');
  if (transport === 'store') {
    throw new AppError('IMAGE_PLACE_INVALID', 'the store keeps no attestations', {
      hint: 'name the image in its registry, or an OCI layout or archive: docker://NAME, oci-archive:FILE',
    });
  }
  const name = transport === 'registry' && !image.includes('://') ? `docker://${image}` : image;
  await using source = await openImageSource(name, {
    env,
    unpackLimit: unpackLimitOf(env),
    signal,
  });
  const root = await source.manifest(rootOf(source), { signal });
  if (!isIndexType(root.descriptor.mediaType)) return [];
  const { manifests } = decodedIndex(root).index;
  const found: AttachedStatement[] = [];
  for (const entry of manifests.filter(isAttestation)) {
    const subject = manifests.find(({ digest }) => digest === entry.annotations?.[SUBJECT]);
    found.push(...(await statementsOf(source, entry, { subject, signal })));
  }
  return found;
}

interface StatementContext {
  readonly subject: Descriptor | undefined;
  readonly signal: AbortSignal | undefined;
}

async function statementsOf(
  source: ImageSource,
  entry: Descriptor,
  { subject, signal }: StatementContext,
): Promise<AttachedStatement[]> {
  const { bytes } = await source.manifest(entry, { signal });
  const { layers } = decodeManifest(bytes, entry.mediaType);
  const statements = layers.filter(
    ({ mediaType, size }) => mediaType === MEDIA_TYPE && size <= LARGEST,
  );
  return Promise.all(
    statements.map(async (layer) => {
      const statement = await documentOf(source, layer, signal);
      const { predicateType, predicate, subject: subjects } = statement;
      return {
        image: subject?.digest ?? entry.digest,
        platform: subject?.platform && formatPlatform(subject.platform),
        predicateType:
          typeof predicateType === 'string'
            ? predicateType
            : (layer.annotations?.[PREDICATE_TYPE] ?? ''),
        predicate,
        digest: layer.digest,
        size: layer.size,
        isAboutImage: subject !== undefined && names(subjects, subject.digest),
      };
    }),
  );
}

async function documentOf(
  source: ImageSource,
  layer: Descriptor,
  signal: AbortSignal | undefined,
): Promise<Readonly<Record<string, unknown>>> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source.blob(layer, { signal })) chunks.push(Uint8Array.from(chunk));
  try {
    const document: unknown = JSON.parse(Buffer.concat(chunks).toString());
    return Object.fromEntries(Object.entries(Object(document)));
  } catch (cause) {
    throw new AppError('OCI_DOCUMENT_INVALID', `the attestation ${layer.digest} is not JSON`, {
      cause,
    });
  }
}

/** Whether one of a statement's subjects has the digest. */
function names(subjects: unknown, digest: string): boolean {
  if (!Array.isArray(subjects)) return false;
  const [algorithm = '', hex = ''] = digest.split(':');
  return subjects.some((subject) => Object(Object(subject).digest)[algorithm] === hex);
}
