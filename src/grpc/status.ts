/** How a call ended: https://github.com/grpc/grpc/blob/master/doc/statuscodes.md */
import type { IncomingHttpHeaders } from 'node:http2';
import { bytes, int, list, Message, type MessageOf, text } from './message.ts';

export const GRPC = {
  ok: 0,
  cancelled: 1,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  unimplemented: 12,
  unavailable: 14,
  unauthenticated: 16,
} as const;

const Any = new Message({ typeUrl: text(1), value: bytes(2) });
const RpcStatus = new Message({ code: int(1), message: text(2), details: list(3, Any) });

/** A record that the peer attached to a failure. */
export type Detail = MessageOf<typeof Any>;

/** A call that ended with a status other than OK. */
export class GrpcError extends Error {
  readonly status: number;
  readonly details: readonly Detail[];

  constructor(status: number, message: string, details: readonly Detail[] = []) {
    super(message);
    this.name = 'GrpcError';
    this.status = status;
    this.details = details;
  }
}

/** @returns undefined for OK, and if the headers say nothing of a status */
export function failureIn(headers: IncomingHttpHeaders): GrpcError | undefined {
  const code = headers['grpc-status'];
  if (code === undefined || code === '0') return undefined;
  const attached = headers['grpc-status-details-bin'];
  const details = typeof attached === 'string' ? detailsIn(attached) : [];
  return new GrpcError(Number(code), decodeMessage(String(headers['grpc-message'] ?? '')), details);
}

function detailsIn(header: string): readonly Detail[] {
  try {
    return RpcStatus.decode(Buffer.from(header, 'base64')).details;
  } catch {
    return [];
  }
}

function decodeMessage(message: string): string {
  try {
    return decodeURIComponent(message);
  } catch {
    return message;
  }
}

/** Trailers for a failure; of other errors only the message is sent. */
export function trailersOf(error: unknown): Record<string, string> {
  const status = error instanceof GrpcError ? error.status : GRPC.unknown;
  const message = error instanceof Error ? error.message : String(error);
  return { 'grpc-status': String(status), 'grpc-message': encodeURIComponent(message) };
}
