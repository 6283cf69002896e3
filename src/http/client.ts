/**
 * HTTP exchanges over kept-alive connections. Bodies stream both ways, and a stalled exchange fails. Redirects and
 * error statuses are left to the caller.
 */
import {
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as requestHttp,
} from 'node:http';
import { request as requestHttps } from 'node:https';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Environment } from '../environment.ts';
import { failureOf, HttpFailure } from './http-failure.ts';
import { Routes, type TlsChoice } from './routes.ts';

export interface HttpBody {
  /** Exact length in bytes. */
  readonly length: number;
  /** A chunk is used until the next one is requested. */
  readonly chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /** Called with the number of bytes handed to the system so far. */
  readonly onSent?: ((bytes: number) => void) | undefined;
}

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly url: URL;
  /** Lower-case names. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: HttpBody | undefined;
  readonly tls?: TlsChoice | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds that the server may take to answer after the whole request; default: `idleMs`. */
  readonly answerMs?: number | undefined;
  /** Whether a chunk of the answer may be valid only until the next one is requested. */
  readonly lend?: boolean | undefined;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Must be read once, or discarded. Throws HttpFailure if it ends early. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Releases the connection without reading the body; resolves once it can be reused. */
  discard(): Promise<void>;
}

export interface HttpClient extends Disposable {
  /** @throws HttpFailure; AppError HTTP_PROXY_UNSUPPORTED; the signal's reason */
  send(request: HttpRequest): Promise<HttpResponse>;
}

export interface HttpClientOptions {
  /** The caller's environment: proxies and certificates. */
  readonly env: Environment;
  /** Milliseconds without any byte in either direction. */
  readonly idleMs: number;
  /** Milliseconds to connect. */
  readonly connectMs: number;
}

/**
 * Bytes. Up to this size a discarded body is read to reuse its connection; a larger one costs more than a new
 * connection.
 */
const CHEAP_TO_READ = 64 * 1024;

export function openHttpClient(options: HttpClientOptions): HttpClient {
  const routes = new Routes(options.env, options.connectMs);
  return {
    send: (request) => send(routes, request, options),
    [Symbol.dispose]: () => routes.close(),
  };
}

async function send(
  routes: Routes,
  request: HttpRequest,
  limits: HttpClientOptions,
): Promise<HttpResponse> {
  const { method, url, body, signal } = request;
  signal?.throwIfAborted();
  const { options, headers: ofRoute, isSecure } = routes.to(url, request.tls);
  const length = body === undefined && /^(?:POST|PATCH|PUT)$/.test(method) ? 0 : body?.length;
  const sent = (isSecure ? requestHttps : requestHttp)({
    ...options,
    method,
    headers: {
      'user-agent': 'lamina',
      'accept-encoding': 'identity',
      host: url.host,
      ...(length === undefined ? {} : { 'content-length': String(length) }),
      ...request.headers,
      ...ofRoute,
    },
    ...(signal === undefined ? {} : { signal }),
  });
  const exchange = new Exchange(sent, limits);
  try {
    const response = await exchange.run(body, request.answerMs ?? limits.idleMs);
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      body: exchange.read(response, request),
      discard: () => exchange.discard(response),
    };
  } catch (error) {
    sent.destroy();
    signal?.throwIfAborted();
    throw exchange.failure(error);
  }
}

/** One request in progress. */
class Exchange {
  readonly #sent: ClientRequest;
  readonly #limits: HttpClientOptions;
  readonly #responded: Promise<IncomingMessage>;
  /** Errors are an event, which may fire before it is awaited. */
  readonly #failed: Promise<never>;
  #connected = false;
  #response: IncomingMessage | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Milliseconds that the server may be silent now; undefined: it waits for us. */
  #silenceMs: number | undefined;
  #stalled: HttpFailure | undefined;
  /** Error thrown by the source of the body; not a network failure. */
  #sourceError: { readonly error: unknown } | undefined;

  constructor(sent: ClientRequest, limits: HttpClientOptions) {
    this.#sent = sent;
    this.#limits = limits;
    this.#failed = new Promise((_, reject) => sent.on('error', reject));
    this.#failed.catch(() => undefined);
    this.#responded = new Promise((resolve) => {
      sent.once('response', (response) => {
        this.#response = response;
        resolve(response);
      });
    });
    this.#startTimer(limits.connectMs);
    sent.once('socket', (socket) => {
      if (sent.reusedSocket) this.#onConnected();
      else {
        socket.once('encrypted' in socket ? 'secureConnect' : 'connect', () => this.#onConnected());
      }
    });
  }

  async run(body: HttpBody | undefined, answerMs: number): Promise<IncomingMessage> {
    try {
      if (body !== undefined) {
        await Promise.race([this.#write(body), this.#responded, this.#failed]);
      }
      // If half the request was answered already, the server will not read the rest.
      if (this.#response === undefined) {
        this.#sent.end();
        this.#expect(answerMs);
      }
      return await Promise.race([this.#responded, this.#failed]);
    } finally {
      this.#expect(undefined);
      clearTimeout(this.#timer);
    }
  }

  async *read(response: IncomingMessage, { signal, lend }: HttpRequest) {
    const chunks: AsyncIterator<Buffer> = response[Symbol.asyncIterator]();
    try {
      for (;;) {
        this.#expect(this.#limits.idleMs);
        const next = await chunks.next();
        this.#expect(undefined);
        if (next.done === true) return;
        yield next.value;
        if (lend === true) release(next.value);
      }
    } catch (error) {
      signal?.throwIfAborted();
      throw this.failure(error);
    } finally {
      this.#expect(undefined);
      if (!response.readableEnded) response.destroy();
      this.#giveUpRest();
    }
  }

  async discard(response: IncomingMessage): Promise<void> {
    // The result is not awaited.
    response.on('error', () => undefined);
    const closed = new Promise((resolve) => response.once('close', resolve));
    const { 'content-length': length, 'transfer-encoding': encoding } = response.headers;
    const isCheap = encoding === undefined && Number(length ?? 0) <= CHEAP_TO_READ;
    if (isCheap || this.#sent.method === 'HEAD') {
      this.#expect(this.#limits.idleMs);
      response.resume();
    } else response.destroy();
    this.#giveUpRest();
    if (!response.closed) await closed;
    this.#expect(undefined);
    // Only then can the connection be reused.
    await nextTurn();
  }

  /**
   * Converts an error of Node to a failure, by the phase of the exchange. Errors of the body's source pass unchanged.
   */
  failure(error: unknown): unknown {
    if (this.#sourceError !== undefined) return this.#sourceError.error;
    return failureOf(this.#stalled ?? error, {
      connected: this.#connected,
      onKeptConnection: this.#sent.reusedSocket,
    });
  }

  #onConnected(): void {
    this.#connected = true;
    this.#expect(this.#silenceMs);
  }

  #expect(milliseconds: number | undefined): void {
    this.#silenceMs = milliseconds;
    if (!this.#connected) return;
    clearTimeout(this.#timer);
    if (milliseconds !== undefined) this.#startTimer(milliseconds);
  }

  #startTimer(milliseconds: number): void {
    this.#timer = setTimeout(() => {
      const seconds = Math.max(1, Math.round(milliseconds / 1000));
      this.#stalled = this.#connected
        ? new HttpFailure('stalled', `no data for ${seconds} s`)
        : new HttpFailure('connect', `no connection within ${seconds} s`, { code: 'ETIMEDOUT' });
      (this.#response ?? this.#sent).destroy(this.#stalled);
    }, milliseconds);
  }

  async #write({ chunks, onSent }: HttpBody): Promise<void> {
    let count = 0;
    for await (const chunk of this.#caught(chunks)) {
      if (this.#response !== undefined || this.#sent.destroyed) return;
      count += chunk.length;
      this.#expect(this.#limits.idleMs);
      await written(this.#sent, chunk);
      this.#expect(undefined);
      onSent?.(count);
    }
  }

  async *#caught(chunks: HttpBody['chunks']): AsyncGenerator<Uint8Array> {
    try {
      yield* chunks;
    } catch (error) {
      this.#sourceError = { error };
      throw error;
    }
  }

  /** A connection with half a request cannot be reused. */
  #giveUpRest(): void {
    if (!this.#sent.writableEnded) this.#sent.destroy();
  }
}

/** Frees a chunk that owns its buffer: V8 would collect garbage to get each 64 MB of them back. */
function release({ buffer, length }: Buffer): void {
  if (length <= Buffer.poolSize || length !== buffer.byteLength) return;
  if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}

/** Resolves when the system has the chunk, or the request has ended. */
function written(sent: ClientRequest, chunk: Uint8Array): Promise<void> {
  const events = ['close', 'response'];
  return new Promise((resolve) => {
    const done = () => {
      for (const event of events) sent.off(event, done);
      resolve();
    };
    for (const event of events) sent.on(event, done);
    sent.write(chunk, done);
  });
}
