/** Kept-alive connections: one agent for each server, proxy and TLS configuration. */
import { type AgentOptions, Agent as HttpAgent, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { OnReadOpts, Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import type { Environment } from '../environment.ts';
import { proxyFor } from './proxy.ts';
import { type Certificates, secureContext } from './trust.ts';
import { openTunnel, proxyAuthorization, serverName, target } from './tunnel.ts';

export interface TlsChoice extends Certificates {
  /** Accept any certificate. */
  readonly skipVerify: boolean;
}

/** How to reach a URL: request options, and headers for the proxy. */
export interface Route {
  readonly options: RequestOptions;
  readonly headers: Readonly<Record<string, string>>;
  readonly isSecure: boolean;
}

/** Milliseconds that an idle connection is kept. */
const KEPT_MS = 15_000;
const MAX_KEPT = 16;
/** Bytes of a connection that are received at once. */
const RECEIVED = 256 * 1024;
const AGENT = {
  keepAlive: true,
  maxFreeSockets: MAX_KEPT,
  scheduling: 'lifo',
  timeout: KEPT_MS,
} as const;

export class Routes {
  readonly #env: Environment;
  readonly #connectMs: number;
  readonly #agents = new Map<string, HttpAgent>();
  readonly #closing = new AbortController();

  constructor(env: Environment, connectMs: number) {
    this.#env = env;
    this.#connectMs = connectMs;
  }

  /** @throws AppError HTTP_PROXY_UNSUPPORTED */
  to(url: URL, tls: TlsChoice | undefined): Route {
    const proxy = proxyFor(url, this.#env);
    const path = `${url.pathname}${url.search}`;
    if (url.protocol === 'https:') {
      const agent = this.#agent(JSON.stringify([url.origin, proxy?.href, tls]), () =>
        this.#secureAgent(url, { proxy, tls }),
      );
      return { options: { ...target(url), path, agent }, headers: {}, isSecure: true };
    }
    if (proxy === undefined) {
      const agent = this.#agent(url.origin, () => new PlainAgent(AGENT));
      return { options: { ...target(url), path, agent }, headers: {}, isSecure: false };
    }
    const isSecure = proxy.protocol === 'https:';
    const agent = this.#agent(JSON.stringify(['proxy', proxy.href]), () =>
      isSecure ? this.#secureAgent(proxy, {}) : new PlainAgent(AGENT),
    );
    const headers = proxyAuthorization(proxy);
    return { options: { ...target(proxy), path: url.href, agent }, headers, isSecure };
  }

  /** Closes all connections. */
  close(): void {
    this.#closing.abort();
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  #agent(key: string, make: () => HttpAgent): HttpAgent {
    const known = this.#agents.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.#agents.set(key, made);
    return made;
  }

  #secureAgent(
    url: URL,
    way: { readonly proxy?: URL | undefined; readonly tls?: TlsChoice | undefined },
  ): HttpsAgent {
    const { proxy, tls } = way;
    const secure: SecureSettings = {
      secureContext: secureContext(this.#env, tls),
      servername: serverName(url),
      rejectUnauthorized: tls?.skipVerify !== true,
    };
    if (proxy === undefined) return new SecureAgent({ ...AGENT, ...secure });
    const open = () =>
      openTunnel(url, proxy, {
        env: this.#env,
        idleMs: this.#connectMs,
        signal: this.#closing.signal,
      });
    return new TunnelAgent(open, secure);
  }
}

type SecureSettings = Required<
  Pick<ConnectionOptions, 'secureContext' | 'servername' | 'rejectUnauthorized'>
>;

type Connected = (error: Error | null, stream: Duplex) => void;

class PlainAgent extends HttpAgent {
  override createConnection(options: AgentOptions, callback?: Connected) {
    return super.createConnection(received(options), callback);
  }
}

class SecureAgent extends HttpsAgent {
  override createConnection(options: RequestOptions, callback?: Connected) {
    return super.createConnection(received(options), callback);
  }
}

/**
 * A connection with a buffer of its own: by default Node makes one for each chunk. The parser of HTTP copies the bytes of
 * bodies.
 */
function received<T>(options: T): T & { onread: OnReadOpts } {
  const onread: OnReadOpts = {
    buffer: Buffer.allocUnsafeSlow(RECEIVED),
    callback(this: Socket, size: number, buffer: Uint8Array) {
      this.emit('data', buffer.subarray(0, size));
      return true;
    },
  };
  return { ...options, onread };
}

/** Connections through a proxy. */
class TunnelAgent extends HttpsAgent {
  readonly #open: () => Promise<Duplex>;
  readonly #secure: SecureSettings;

  constructor(open: () => Promise<Duplex>, secure: SecureSettings) {
    super({ ...AGENT, ...secure });
    this.#open = open;
    this.#secure = secure;
  }

  override createConnection(
    _options: RequestOptions,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    this.#open().then(
      (socket) => callback?.(null, connectTls({ socket, ...this.#secure })),
      // Node ignores the stream if there is an error.
      (error: Error) => callback?.(error, new Duplex()),
    );
  }
}
