/** Finds the operation that a failure is about, in the records that the daemon attaches. */
import { type GrpcError, Message, text } from '../../grpc/index.ts';

const Vertex = new Message({ digest: text(1) });

/** @returns the digest of the operation */
export function failedDigest({ details }: GrpcError): string | undefined {
  for (const { typeUrl, value } of details) {
    if (!/errdefs\.Vertex(?:\+json)?$/.test(typeUrl)) continue;
    const digest = digestIn(value);
    if (digest !== undefined) return digest;
  }
  return undefined;
}

/** As JSON or as protobuf, by the daemon's version. */
function digestIn(value: Uint8Array): string | undefined {
  try {
    const found: unknown =
      value[0] === '{'.charCodeAt(0)
        ? JSON.parse(Buffer.from(value).toString())
        : Vertex.decode(value);
    const { digest } = found as { readonly digest?: unknown };
    return typeof digest === 'string' && digest !== '' ? digest : undefined;
  } catch {
    return undefined;
  }
}
