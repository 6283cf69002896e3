/** A token server whose tokens docker-registry verifies, as for public registries. */
import { randomUUID, sign, X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { makeCertificate } from './certificates.ts';
import { serve, type TestServer } from './http-server.ts';
import { PASSWORD, SERVICE, USER } from './registry.ts';

/** The identity token that a login stores instead of a password. */
export const IDENTITY_TOKEN = 'identity-token-of-alice';

export interface TokenServer extends AsyncDisposable {
  /** For `startRegistry`. */
  readonly settings: { readonly realm: string; readonly issuer: string; readonly bundle: string };
  readonly requests: TestServer['requests'];
  /** Requested scopes, by request. */
  readonly scopes: readonly (readonly string[])[];
  /** Makes the next `count` tokens invalid. */
  expireNext(count: number): void;
}

const ISSUER = 'tests-issuer';

/** Without a login, repositories below `public/` can be pulled. */
export async function startTokenServer(): Promise<TokenServer> {
  const certificate = await makeCertificate();
  const chain = [new X509Certificate(certificate.cert).raw.toString('base64')];
  const scopes: string[][] = [];
  let expired = 0;
  const server = await serve(async (request, response) => {
    const demand = await demandOf(request);
    if (demand === undefined) {
      response.writeHead(401, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ details: `wrong: ${request.headers.authorization}` }));
      return;
    }
    scopes.push(demand.scopes);
    const endsAt = Math.floor(Date.now() / 1000) + (expired-- > 0 ? -3600 : 3600);
    const claims = {
      iss: ISSUER,
      sub: demand.isKnown ? USER : '',
      aud: SERVICE,
      exp: endsAt,
      nbf: endsAt - 7200,
      iat: endsAt - 7200,
      jti: randomUUID(),
      access: demand.scopes.flatMap((scope) => access(scope, demand.isKnown)),
    };
    const signed = [{ typ: 'JWT', alg: 'ES256', x5c: chain }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const key = { key: certificate.key, dsaEncoding: 'ieee-p1363' } as const;
    const signature = sign('sha256', Buffer.from(signed), key).toString('base64url');
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ token: `${signed}.${signature}`, expires_in: 300 }));
  });
  return {
    settings: { realm: `${server.url}/token`, issuer: ISSUER, bundle: certificate.certPath },
    requests: server.requests,
    scopes,
    expireNext: (count) => {
      expired = count;
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await certificate[Symbol.asyncDispose]();
    },
  };
}

interface Demand {
  readonly scopes: string[];
  readonly isKnown: boolean;
}

/** The requested scopes; undefined if the login is wrong. */
async function demandOf(request: IncomingMessage): Promise<Demand | undefined> {
  if (request.method === 'POST') {
    const form = new URLSearchParams(await text(request));
    if (form.get('refresh_token') !== IDENTITY_TOKEN) return undefined;
    return { scopes: form.get('scope')?.split(' ') ?? [], isKnown: true };
  }
  const url = new URL(request.url ?? '', 'http://localhost');
  const { authorization } = request.headers;
  const right = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`;
  if (authorization !== undefined && authorization !== right) return undefined;
  return { scopes: url.searchParams.getAll('scope'), isKnown: authorization === right };
}

function access(scope: string, isKnown: boolean) {
  const [type = '', name = '', actions = ''] = scope.split(':');
  const granted = isKnown
    ? actions.split(',')
    : actions.split(',').filter((action) => action === 'pull' && name.startsWith('public/'));
  return [{ type, name, actions: granted }];
}
