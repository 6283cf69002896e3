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
    hint: HINTS[code ?? ''] ?? hintFor(address),
    cause,
  });
}

function refused(address: string, cause: unknown): AppError {
  const said = cause instanceof Error ? cause.message : String(cause);
  const [, reason] = TLS_REASONS.find(([pattern]) => pattern.test(said)) ?? [undefined, said];
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

/** What OpenSSL says, in words. */
const TLS_REASONS: readonly (readonly [RegExp, string])[] = [
  [/alert certificate required|alert handshake failure/, 'it requires a client certificate'],
  [/alert (?:unknown ca|bad certificate|certificate \w+)/, 'it refuses the client certificate'],
  [
    /unable to verify|self[- ]signed|unable to get (?:local )?issuer/,
    "the server's certificate is not signed by the given CA",
  ],
  [/does not match certificate/, 'the certificate is for another name'],
  [/has expired/, "the server's certificate has expired"],
  [/wrong version number|packet length too long/, 'the server does not use TLS'],
];

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'the socket does not exist',
  ECONNREFUSED: 'the connection was refused',
  EACCES: 'permission denied',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name cannot be looked up',
  ETIMEDOUT: 'the connection timed out',
  EHOSTUNREACH: 'no route to the host',
};

function hintFor(address: string): string {
  const maybe = address.includes('tcp://') ? '; if it uses TLS, give its certificates' : '';
  return `check that buildkitd is running there, and the address${maybe}`;
}

const HINTS: Readonly<Record<string, string>> = {
  EACCES: 'your user may not open the socket: use a group that may, or run as its owner',
};
