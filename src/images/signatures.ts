/** Signs images in registries, and verifies who signed them. */
import type { KeyObject } from 'node:crypto';
import type {
  SignedManifest,
  SignImageOptions,
  VerifiedSignature,
  VerifySignaturesOptions,
} from '../api/index.ts';
import { AppError } from '../errors.ts';
import { decodedIndex, isAttestation } from '../image/index.ts';
import type { LaminaContext } from '../lamina-context.ts';
import {
  type Digest,
  formatReference,
  isIndexType,
  parseReference,
  type RawManifest,
  withDefaultTag,
} from '../oci/index.ts';
import {
  attachedSignatures,
  attachSignature,
  decodeClaims,
  encodeClaims,
  isSignedBy,
  readPrivateKey,
  readPublicKey,
  signatureBlob,
  signatureTag,
  signBytes,
} from '../signature/index.ts';
import { withRegistries } from './with-registries.ts';

export async function signImage(
  context: LaminaContext,
  options: SignImageOptions,
): Promise<readonly SignedManifest[]> {
  const { annotations = {}, password = async () => undefined, signal } = options;
  const { registry, repository, ...named } = referenceOf(options.image);
  const key = await readPrivateKey(options.key, password);
  return withRegistries(context, options, async (registries) => {
    const root = await registries.manifest({ registry, repository, ...named }, { signal });
    const reference = formatReference({ registry, repository });
    const signed: SignedManifest[] = [];
    for (const digest of digestsIn(root, options.recursive ?? false)) {
      const payload = encodeClaims({ reference, digest, annotations });
      const blob = signatureBlob(payload, signBytes(payload, key));
      const where = { repository: { registry, repository }, digest, signal };
      await attachSignature(registries, blob, { ...where, key });
      const signature = formatReference({ registry, repository, tag: signatureTag(digest) });
      signed.push({ digest, signature });
    }
    return signed;
  });
}

export async function verifySignatures(
  context: LaminaContext,
  { image, annotations = {}, ...options }: VerifySignaturesOptions,
): Promise<readonly VerifiedSignature[]> {
  const { signal } = options;
  const { registry, repository, ...named } = referenceOf(image);
  const key = readPublicKey(options.key);
  return withRegistries(context, options, async (registries) => {
    const root = await registries.manifest({ registry, repository, ...named }, { signal });
    const { digest } = root.descriptor;
    const where = { repository: { registry, repository }, digest, signal };
    const found = await attachedSignatures(registries, where);
    if (found.length === 0) {
      throw new AppError('SIGNATURE_NOT_FOUND', `'${image}' has no signature`, {
        hint: 'sign it with `lamina sign` or `cosign sign`; after a rebuild, sign it again',
      });
    }
    const byKey = found.flatMap(({ payload, signature }) =>
      verified(payload, { signature, key, digest }),
    );
    const wanted = Object.entries(annotations);
    const agreeing = byKey.filter((one) =>
      wanted.every(([name, value]) => one.annotations[name] === value),
    );
    if (agreeing.length > 0) return agreeing;
    throw byKey.length === 0
      ? new AppError('SIGNATURE_INVALID', `no signature of '${image}' is by this key`, {
          expected: 'a signature of the image by the given public key',
          hint: `${found.length === 1 ? 'it has one signature' : `it has ${found.length} signatures`}, by others or for another image: do not use it`,
        })
      : new AppError(
          'SIGNATURE_INVALID',
          `no signature of '${image}' by this key says ${said(wanted)}`,
          {
            hint: 'sign it again with `-a NAME=VALUE`, or ask for fewer annotations',
          },
        );
  });
}

/** A name in a registry, also as `docker://NAME`. */
function referenceOf(image: string) {
  return withDefaultTag(parseReference(image.replace(/^docker:\/\//, '')));
}

function digestsIn(root: RawManifest, recursive: boolean): readonly Digest[] {
  const { digest, mediaType } = root.descriptor;
  if (!recursive || !isIndexType(mediaType)) return [digest];
  const images = decodedIndex(root).index.manifests.filter((entry) => !isAttestation(entry));
  return [digest, ...new Set(images.map((entry) => entry.digest))];
}

interface Wanted {
  readonly signature: Uint8Array;
  readonly key: KeyObject;
  readonly digest: Digest;
}

/** The payload is read only when it is known to be the signer's. */
function verified(payload: Buffer, { signature, key, digest }: Wanted): VerifiedSignature[] {
  if (!isSignedBy(payload, signature, key)) return [];
  const claims = decodeClaims(payload);
  const { reference, annotations } = claims;
  return claims.digest === digest ? [{ image: digest, reference, annotations }] : [];
}

function said(annotations: readonly (readonly [string, string])[]): string {
  return annotations.map(([name, value]) => `'${name}=${value}'`).join(' and ');
}
