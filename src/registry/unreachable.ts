/** Errors for servers that did not answer. */
import { AppError } from '../errors.ts';
import type { HttpFailure } from '../http/index.ts';
import type { Endpoint } from './endpoint.ts';

export function unreachable(failure: HttpFailure, endpoint: Endpoint): AppError {
  const { host } = new URL(endpoint.base);
  const isOpening = failure.kind === 'connect' || failure.kind === 'certificate';
  return unreachableError(
    isOpening
      ? `cannot reach ${host}: ${failure.message}`
      : `the connection to ${host} was lost: ${failure.message}`,
    failure,
    endpoint,
  );
}

/** @param host of the endpoint's token server */
export function tokensUnreachable(
  failure: HttpFailure,
  endpoint: Endpoint,
  host: string,
): AppError {
  const registry = new URL(endpoint.base).host;
  const message = `cannot reach ${host}, the token server of ${registry}: ${failure.message}`;
  return unreachableError(message, failure, endpoint);
}

function unreachableError(message: string, failure: HttpFailure, endpoint: Endpoint): AppError {
  return new AppError('REGISTRY_UNREACHABLE', message, {
    hint: hintFor(failure, endpoint),
    details: { kind: failure.kind, code: failure.code },
  });
}

function hintFor(failure: HttpFailure, endpoint: Endpoint): string {
  if (failure.kind === 'certificate') {
    return `if ${endpoint.credentialKey} uses its own certificate authority, set SSL_CERT_FILE to its certificate, or put it in /etc/docker/certs.d/${endpoint.credentialKey}/ca.crt`;
  }
  if (failure.isUnencrypted) {
    return `if ${endpoint.credentialKey} does not use HTTPS and you trust its network, set LAMINA_INSECURE_REGISTRIES=${endpoint.credentialKey}, or list it as insecure in registries.conf or daemon.json`;
  }
  return 'check the name, the network, and the proxy variables';
}
