/** A client with given servers, for tests of how it handles their answers. */
import type { RequestListener } from 'node:http';
import {
  type Credentials,
  openRegistries,
  type Registries,
  type RegistryWait,
} from '../../src/registry/index.ts';
import { serve, type TestServer } from './http-server.ts';

export const NO_TLS = { ca: [], cert: undefined, key: undefined, skipVerify: false };

export interface TestEndpoint {
  readonly base: string;
  readonly repository: string;
  readonly namespace: string | undefined;
  readonly canPush: boolean;
  readonly canResolve: boolean;
  readonly digests: 'any' | 'of tags' | 'none';
  readonly isMirror: boolean;
  readonly isFallback: boolean;
  readonly tls: Omit<typeof NO_TLS, 'ca'> & { readonly ca: readonly string[] };
  readonly headers: Readonly<Record<string, string>>;
  readonly credentialKey: string;
}

/** An endpoint at an address, with defaults. */
export function endpointAt(url: string): TestEndpoint {
  return {
    base: `${url}/v2`,
    repository: 'app',
    namespace: undefined,
    canPush: true,
    canResolve: true,
    digests: 'any',
    isMirror: false,
    isFallback: false,
    tls: NO_TLS,
    headers: {},
    credentialKey: new URL(url).host,
  };
}

/** Short and deterministic. */
export const QUICK = { firstDelayMs: 1, longestDelayMs: 1, idleMs: 2000, attempts: 4 };

export interface ClientSettings {
  readonly credentials?: Credentials | undefined;
  readonly tuning?: Readonly<Record<string, number>> | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly onWait?: ((wait: RegistryWait) => void) | undefined;
}

export function clientFor(
  endpoints: readonly Partial<TestEndpoint>[],
  { credentials, tuning, env = {}, onWait }: ClientSettings = {},
): Registries {
  return openRegistries(
    { env, onWait },
    {
      endpointsOf: async ({ repository }) =>
        endpoints.map((one) => ({ ...endpointAt('http://127.0.0.1:9'), repository, ...one })),
      credentialsFor: async () => credentials,
      tuning: { ...QUICK, ...tuning },
    },
  );
}

export interface Conversation extends AsyncDisposable {
  readonly server: TestServer;
  readonly registries: Registries;
  /** `GET /v2/app/…`, with the header to record, if any. */
  readonly log: readonly string[];
  readonly waits: readonly RegistryWait[];
}

/** A client and the one server it talks to. */
export async function converse(
  answer: RequestListener,
  settings: ClientSettings & { readonly note?: string } = {},
): Promise<Conversation> {
  const log: string[] = [];
  const waits: RegistryWait[] = [];
  const onWait = (wait: RegistryWait) => waits.push(wait);
  const server = await serve((request, response) => {
    const noted = settings.note === undefined ? undefined : request.headers[settings.note];
    log.push(`${request.method} ${request.url}${noted === undefined ? '' : ` ${noted}`}`);
    answer(request, response);
  });
  const { base } = endpointAt(server.url);
  const registries = clientFor([{ base, credentialKey: 'registry.test' }], { ...settings, onWait });
  return {
    server,
    registries,
    log,
    waits,
    async [Symbol.asyncDispose]() {
      await registries[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}
