/**
 * What a signature says: the payload of "simple signing", a JSON document that names an image by its digest. Its form is
 * that of containers-signature(5), which cosign shares.
 */
import { AppError } from '../errors.ts';

export interface Claims {
  /** Name of the image, without a tag where cosign signs. It is what the signer calls it. */
  readonly reference: string;
  /** Of the manifest or the index. */
  readonly digest: string;
  /** What the signer added: `-a commit=abc`. */
  readonly annotations: Readonly<Record<string, string>>;
}

const TYPE = 'cosign container image signature';
/** The types of cosign and of GPG's simple signing; both say the same. */
const TYPES: readonly unknown[] = [TYPE, 'atomic container signature'];

export function encodeClaims({ reference, digest, annotations }: Claims): Buffer {
  const document = {
    critical: {
      identity: { 'docker-reference': reference },
      image: { 'docker-manifest-digest': digest },
      type: TYPE,
    },
    optional: Object.keys(annotations).length === 0 ? null : annotations,
  };
  return Buffer.from(JSON.stringify(document));
}

/** @throws AppError SIGNATURE_INVALID */
export function decodeClaims(bytes: Uint8Array): Claims {
  const { critical, optional } = Object(parsed(bytes));
  const { identity, image, type } = Object(critical);
  const reference = Object(identity)['docker-reference'];
  const digest = Object(image)['docker-manifest-digest'];
  if (!TYPES.includes(type) || typeof reference !== 'string' || typeof digest !== 'string') {
    throw invalid();
  }
  const annotations = Object.entries(Object(optional)).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return { reference, digest, annotations: Object.fromEntries(annotations) };
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch (cause) {
    throw invalid(cause);
  }
}

function invalid(cause?: unknown): AppError {
  return new AppError('SIGNATURE_INVALID', 'a signature does not say which image it is for', {
    hint: 'it was not made by cosign, Podman or `lamina sign`',
    cause,
  });
}
