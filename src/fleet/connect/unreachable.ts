/** Failures to reach a daemon, in the user's words. */
import { AppError } from '../../errors.ts';

const CERTIFICATE =
  /CERT|certificate|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|unknown ca|handshake|EPROTO|SSL/;

/** @param address as given, without secrets */
export function unreachable(address: string, cause: unknown): AppError {
  const { code, message } = cause as { readonly code?: string; readonly message?: string };
  const reason = REASONS[code ?? ''] ?? message ?? String(cause);
  if (CERTIFICATE.test(`${code} ${message}`)) return refused(address, cause);
  return new AppError('BUILDER_UNREACHABLE', `cannot reach the builder at ${address}: ${reason}`, {
    hint: HINTS[code ?? ''] ?? 'check that buildkitd is running there, and the address',
    cause,
  });
}

export function refused(address: string, cause: unknown): AppError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AppError(
    'BUILDER_CERTIFICATE',
    `no trusted connection to the builder at ${address}: ${reason}`,
    {
      expected: 'a server certificate signed by your CA, and a client certificate signed by its CA',
      hint: 'set cacert, cert, key and servername with --driver-opt of `lamina builder create`',
      cause,
    },
  );
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'the socket does not exist',
  ECONNREFUSED: 'the connection was refused',
  EACCES: 'permission denied',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name cannot be looked up',
  ETIMEDOUT: 'the connection timed out',
  EHOSTUNREACH: 'no route to the host',
};

const HINTS: Readonly<Record<string, string>> = {
  EACCES: 'your user may not open the socket: use a group that may, or run as its owner',
};
