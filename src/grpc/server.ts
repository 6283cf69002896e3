/** A gRPC server for the peer of one connection. */
import type { IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import { performServerHandshake } from 'node:http2';
import type { Duplex } from 'node:stream';
import type { Method } from './client.ts';
import type { Decoded, Encodable, Fields } from './message.ts';
import { MessageStream } from './message-stream.ts';
import { GRPC, GrpcError, trailersOf } from './status.ts';

/** A call of the peer. */
export interface ServerCall<Request extends Fields, Response extends Fields> {
  readonly metadata: IncomingHttpHeaders;
  requests(): AsyncGenerator<Decoded<Request>>;
  send(value: Encodable<Response>): Promise<void>;
  /** Sends messages that are encoded already, each with its head. */
  sendFramed(messages: Buffer): Promise<void>;
}

/** A method that is served. */
export interface Handler {
  readonly path: string;
  readonly handle: (stream: ServerHttp2Stream, metadata: IncomingHttpHeaders) => Promise<void>;
}

/** Serves a method whose messages go both ways; the call ends with the promise. */
export function streaming<Request extends Fields, Response extends Fields>(
  { path, request, response }: Method<Request, Response>,
  serve: (call: ServerCall<Request, Response>) => Promise<void>,
): Handler {
  return {
    path,
    handle: (stream, metadata) => {
      const messages = new MessageStream(stream);
      return serve({
        metadata,
        requests: () => messages.receive(request),
        send: (value) => messages.send(response, value),
        sendFramed: (framed) => messages.sendFramed(framed),
      });
    },
  };
}

/** Serves a method with one request and one response. */
export function answering<Request extends Fields, Response extends Fields>(
  method: Method<Request, Response>,
  answer: (
    request: Decoded<Request>,
    metadata: IncomingHttpHeaders,
  ) => Promise<Encodable<Response>>,
): Handler {
  return streaming(method, async ({ requests, send, metadata }) => {
    for await (const request of requests()) {
      await send(await answer(request, metadata));
      return;
    }
    throw new GrpcError(GRPC.invalidArgument, 'the call has no request');
  });
}

const WINDOW = 16 << 20;

export class GrpcServer implements Disposable {
  readonly #session: ServerHttp2Session;
  readonly #handlers: ReadonlyMap<string, Handler>;
  readonly #onFailure: (error: unknown) => void;

  /** @param onFailure receives what handlers throw; the peer gets the message, too */
  constructor(
    connection: Duplex,
    handlers: readonly Handler[],
    onFailure: (error: unknown) => void,
  ) {
    this.#onFailure = onFailure;
    this.#handlers = new Map(handlers.map((handler) => [handler.path, handler]));
    this.#session = performServerHandshake(connection, {
      settings: { initialWindowSize: WINDOW },
    });
    this.#session.on('error', () => undefined);
    this.#session.on('stream', (stream, headers) => {
      stream.on('error', () => undefined);
      this.#serve(stream, headers).catch((error) => this.#onFailure(error));
    });
  }

  async #serve(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Promise<void> {
    let trailers: Record<string, string> = { 'grpc-status': '0' };
    stream.respond(
      { ':status': 200, 'content-type': 'application/grpc+proto' },
      { waitForTrailers: true },
    );
    stream.on('wantTrailers', () => stream.sendTrailers(trailers));
    try {
      const path = String(headers[':path']);
      const handler = this.#handlers.get(path);
      if (handler === undefined) throw new GrpcError(GRPC.unimplemented, `no method ${path}`);
      await handler.handle(stream, headers);
    } catch (error) {
      trailers = trailersOf(error);
      if (!(error instanceof GrpcError) && !stream.destroyed) this.#onFailure(error);
    }
    if (!stream.destroyed) stream.end();
  }

  /** Not at once: a session that begins with bytes it has already takes them in the next turn, destroyed or not. */
  [Symbol.dispose](): void {
    process.nextTick(() => this.#session.destroy());
  }
}
