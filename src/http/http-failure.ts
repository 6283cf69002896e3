/** Kinds of network failures. */

export type FailureKind =
  /** The connection could not be established. */
  | 'connect'
  /** The server's certificate is not trusted. */
  | 'certificate'
  /** The connection broke. */
  | 'lost'
  /** No byte moved for too long. */
  | 'stalled';

/** A failed exchange. The message contains no URL and no credential. */
export class HttpFailure extends Error {
  readonly kind: FailureKind;
  /** Node's code: `ECONNREFUSED`. */
  readonly code: string | undefined;
  /** The connection was a kept-alive one, which the server may have closed meanwhile. */
  readonly onKeptConnection: boolean;
  /** The server answers an HTTPS request without encryption. */
  readonly isUnencrypted: boolean;

  constructor(
    kind: FailureKind,
    message: string,
    more: {
      readonly code?: string | undefined;
      readonly onKeptConnection?: boolean;
      readonly isUnencrypted?: boolean;
    } = {},
  ) {
    super(message);
    this.name = 'HttpFailure';
    this.kind = kind;
    this.code = more.code;
    this.onKeptConnection = more.onKeptConnection ?? false;
    this.isUnencrypted = more.isUnencrypted ?? false;
  }
}

const CERTIFICATE =
  /^(?:CERT_|ERR_TLS_CERT|ERR_SSL_TLSV1_ALERT_UNKNOWN_CA|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|INVALID_CA|HOSTNAME_MISMATCH)/;

/** OpenSSL's errors for plain text instead of TLS. */
const UNENCRYPTED = /wrong version number|packet length too long/;

/** The reason, in the system's words. */
export function reasonOf(error: unknown): string {
  // Happy Eyeballs yields one error for each address it tried.
  if (error instanceof AggregateError) {
    return [...new Set(error.errors.map((one) => String(one.message)))].join('; ');
  }
  return error instanceof Error ? error.message : String(error);
}

/** Converts an error of Node to a failure. */
export function failureOf(
  error: unknown,
  seen: { readonly connected: boolean; readonly onKeptConnection: boolean },
): HttpFailure {
  if (error instanceof HttpFailure) return error;
  const code = codeOf(error);
  const kind = CERTIFICATE.test(code ?? '') ? 'certificate' : seen.connected ? 'lost' : 'connect';
  const reason = reasonOf(error);
  return new HttpFailure(kind, inPlainWords(reason), {
    code,
    isUnencrypted: UNENCRYPTED.test(reason),
    onKeptConnection: seen.onKeptConnection,
  });
}

function inPlainWords(reason: string): string {
  if (/^aborted$|socket hang up/.test(reason)) return 'the server closed the connection';
  if (UNENCRYPTED.test(reason)) return 'it does not speak HTTPS';
  if (/ENOTFOUND/.test(reason)) return 'no such host (ENOTFOUND)';
  if (/EAI_AGAIN/.test(reason)) return 'its name cannot be resolved right now (EAI_AGAIN)';
  return reason.split('\n', 1)[0] ?? '';
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
