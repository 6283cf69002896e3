/** A proxy between a client and a registry that injects faults of networks and overloaded servers. */
import {
  Agent,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as requestHttp,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export type Fault =
  | 'no-answer'
  | 'stall'
  | 'reset-before'
  | 'reset-upload'
  | 'reset-answer'
  | 'truncate'
  | 'corrupt-upload'
  | 'corrupt-answer'
  | 'status-429'
  | 'status-500'
  | 'status-401';

export const FAULTS: readonly Fault[] = [
  'no-answer',
  'stall',
  'reset-before',
  'reset-upload',
  'reset-answer',
  'truncate',
  'corrupt-upload',
  'corrupt-answer',
  'status-429',
  'status-500',
  'status-401',
];

export interface FaultProxyOptions {
  /** Port of the registry on this machine, plain HTTP. */
  readonly port: number;
  /** Serve HTTPS with this certificate. PEM. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /** Chooses the fault for a request. */
  readonly choose: (request: IncomingMessage) => Fault | undefined;
  /** `WWW-Authenticate` of 401. */
  readonly challenge?: string | undefined;
}

export interface FaultProxy extends AsyncDisposable {
  /** `localhost:port`. */
  readonly name: string;
  /** How often each fault happened. */
  readonly counts: ReadonlyMap<Fault, number>;
}

export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const counts = new Map<Fault, number>();
  const agent = new Agent({ keepAlive: true });
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    // The client may disconnect at any time.
    for (const stream of [request, response]) stream.on('error', () => undefined);
    pass(request, response, { ...options, agent, counts }).catch(() => response.destroy());
  };
  const { tls } = options;
  const server =
    tls === undefined
      ? createServer(listener)
      : createSecureServer({ cert: tls.cert, key: tls.key }, listener);
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  return {
    name: `localhost:${(server.address() as AddressInfo).port}`,
    counts,
    async [Symbol.asyncDispose]() {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Upstream {
  readonly port: number;
  readonly agent: Agent;
}

async function pass(
  request: IncomingMessage,
  response: ServerResponse,
  options: FaultProxyOptions & Upstream & { readonly counts: Map<Fault, number> },
): Promise<void> {
  const { counts } = options;
  const fault = options.choose(request);
  if (fault !== undefined) counts.set(fault, (counts.get(fault) ?? 0) + 1);
  if (fault === 'no-answer') return;
  if (fault === 'reset-before') return reset(request);
  const body = await buffer(request);
  if (fault?.startsWith('status-') === true) {
    return refuse(request, response, Number(fault.slice('status-'.length)), options);
  }
  const sent = fault === 'corrupt-upload' ? flipped(body) : body;
  const cut = fault === 'reset-upload' ? Math.floor(body.length / 2) : undefined;
  const answer = await forward(request, sent, { ...options, cut });
  if (answer === undefined) return reset(request);
  const { status, headers } = answer;
  const bytes = fault === 'corrupt-answer' ? flipped(answer.bytes) : answer.bytes;
  response.writeHead(status, headers);
  const half = bytes.subarray(0, Math.floor(bytes.length / 2));
  switch (fault) {
    case 'stall':
      if (bytes.length === 0) response.end();
      else response.write(half);
      return;
    case 'reset-answer':
      response.write(half, () => reset(request));
      return;
    case 'truncate':
      response.write(half, () => request.socket.end());
      return;
    default:
      response.end(bytes);
  }
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
}

/** @param way `cut`: break the connection after this many bytes of the body */
function forward(
  request: IncomingMessage,
  body: Buffer,
  way: Upstream & { readonly cut: number | undefined },
): Promise<Answer | undefined> {
  return new Promise((resolve, reject) => {
    const upstream = requestHttp({
      host: 'localhost',
      port: way.port,
      method: request.method,
      path: request.url,
      headers: request.headers,
      agent: way.agent,
    });
    upstream.on('error', reject);
    upstream.on('response', async (response) => {
      const bytes = await buffer(response).catch(reject);
      if (bytes === undefined) return;
      resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes });
    });
    if (way.cut === undefined) upstream.end(body);
    else {
      upstream.write(body.subarray(0, way.cut), () => {
        upstream.destroy();
        resolve(undefined);
      });
    }
  });
}

/** Echoes the request in the error, as careless servers do. */
function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  { challenge }: FaultProxyOptions,
): void {
  const message = `\u001b[31mno: ${request.headers.authorization}\u001b[0m`;
  response.writeHead(status, {
    'content-type': 'application/json',
    ...(status === 429 ? { 'retry-after': '0' } : {}),
    ...(status === 401 && challenge !== undefined ? { 'www-authenticate': challenge } : {}),
  });
  response.end(JSON.stringify({ errors: [{ code: 'UNKNOWN', message }] }));
}

function flipped(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  const middle = Math.floor(copy.length / 2);
  if (copy.length > 0) copy[middle] = (copy[middle] ?? 0) ^ 1;
  return copy;
}

function reset({ socket }: IncomingMessage): void {
  // Node cannot reset a TLS connection: the client sees one that ends too early.
  if ('encrypted' in socket) socket.destroy();
  else socket.resetAndDestroy();
}
