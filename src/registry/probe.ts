/** Tries the servers of a registry one by one, for people who ask why a pull fails. */
import { AppError } from '../errors.ts';
import { HttpFailure, loadClient } from '../http/index.ts';
import type { Endpoint } from './endpoint.ts';
import { credentialsFor, endpointsOf } from './lookups.ts';
import { openRegistries } from './open-registries.ts';
import type { Credentials, RegistryOptions } from './types.ts';
import { unreachable } from './unreachable.ts';

/** What went wrong, and what to do about it. */
export interface RegistryTrouble {
  readonly reason: string;
  readonly hint: string | undefined;
}

export interface ProbedEndpoint {
  /** `https://registry-1.docker.io`. */
  readonly server: string;
  readonly isMirror: boolean;
  /** Undefined if it answers as a registry does. */
  readonly trouble: RegistryTrouble | undefined;
}

export interface ProbedRegistry {
  /** As in references. */
  readonly registry: string;
  /** In the order in which pulls ask them; empty if `trouble` prevented it. */
  readonly endpoints: readonly ProbedEndpoint[];
  /** `unknown`: there is one, and the registry could not be asked. */
  readonly login: 'none' | 'accepted' | 'refused' | 'unknown';
  /** Of the configuration, or of the login. */
  readonly trouble: RegistryTrouble | undefined;
}

export interface ProbeOptions extends Pick<RegistryOptions, 'env' | 'signal'> {
  /** Milliseconds for all of it. */
  readonly limitMs: number;
}

/** Any name that the registry's own rules do not refuse: only rules for the whole registry matter here. */
const ANY_REPOSITORY = 'lamina/doctor';

/**
 * Sends one request to each server that a pull would ask, without a login, and then tries the login. Pulls nothing.
 *
 * @returns also if nothing answers
 * @throws the signal's reason
 */
export async function probeRegistry(
  registry: string,
  { env, signal, limitMs }: ProbeOptions,
): Promise<ProbedRegistry> {
  const limit = AbortSignal.timeout(limitMs);
  const options = { env, signal: signal === undefined ? limit : AbortSignal.any([signal, limit]) };
  let endpoints: readonly ProbedEndpoint[] = [];
  try {
    const found = await endpointsOf({ registry, repository: ANY_REPOSITORY }, options, 'pull');
    endpoints = await probeEndpoints(found, { ...options, limitMs });
    const credentials = await credentialsFor(registry, '', options);
    if (credentials === undefined)
      return { registry, endpoints, login: 'none', trouble: undefined };
    return { registry, endpoints, ...(await tryLogin(registry, credentials, options)) };
  } catch (error) {
    signal?.throwIfAborted();
    return { registry, endpoints, login: 'unknown', trouble: troubleOf(error) };
  }
}

async function probeEndpoints(
  endpoints: readonly Endpoint[],
  { env, signal, limitMs }: ProbeOptions,
): Promise<readonly ProbedEndpoint[]> {
  const open = await loadClient();
  using client = open({ env, idleMs: limitMs, connectMs: limitMs / 2 });
  const probed: ProbedEndpoint[] = [];
  for (const endpoint of endpoints) {
    const last = probed.at(-1);
    // The same server by plain HTTP, which a pull does not try if HTTPS answers.
    if (endpoint.isFallback && last?.trouble === undefined) continue;
    const { base, tls, headers, isMirror } = endpoint;
    const server = new URL(base).origin;
    let trouble: RegistryTrouble | undefined;
    let hasAnswered = true;
    try {
      const url = new URL(`${base}/`);
      const answer = await client.send({ method: 'GET', url, tls, headers, signal });
      await answer.discard();
      // 401 asks for a login; 404 is a mirror under a path of its own; neither is a failure of the server.
      if (answer.status >= 500) {
        trouble = { reason: `${url.host} answers with status ${answer.status}`, hint: undefined };
      }
    } catch (error) {
      hasAnswered = false;
      trouble = troubleOf(error instanceof HttpFailure ? unreachable(error, endpoint) : error);
    }
    // Two ways to one server: the one that leads there.
    if (!endpoint.isFallback) probed.push({ server, isMirror, trouble });
    else if (hasAnswered) probed.splice(-1, 1, { server, isMirror, trouble });
  }
  return probed;
}

async function tryLogin(
  registry: string,
  credentials: Credentials,
  options: Pick<RegistryOptions, 'env' | 'signal'>,
): Promise<Pick<ProbedRegistry, 'login' | 'trouble'>> {
  await using registries = openRegistries(options);
  try {
    await registries.checkLogin(registry, credentials, { signal: options.signal });
    return { login: 'accepted', trouble: undefined };
  } catch (error) {
    const isRefused = error instanceof AppError && error.code === 'REGISTRY_UNAUTHORIZED';
    return { login: isRefused ? 'refused' : 'unknown', trouble: troubleOf(error) };
  }
}

function troubleOf(error: unknown): RegistryTrouble {
  if (error instanceof AppError) return { reason: error.message, hint: error.hint };
  const isLate = error instanceof DOMException && error.name === 'TimeoutError';
  if (isLate)
    return { reason: 'it does not answer', hint: 'check the network, and the proxy variables' };
  return { reason: error instanceof Error ? error.message : String(error), hint: undefined };
}
