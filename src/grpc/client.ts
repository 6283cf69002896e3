/** Calls to a gRPC server over one connection. https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md */
import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders } from 'node:http2';
import { connect, constants } from 'node:http2';
import type { Duplex } from 'node:stream';
import type { Decoded, Encodable, Fields, Message } from './message.ts';
import { MessageStream } from './message-stream.ts';
import { failureIn, GRPC, GrpcError } from './status.ts';

/** A method of a service, with the types of its messages. */
export interface Method<Request extends Fields, Response extends Fields> {
  /** `/package.Service/Method` */
  readonly path: string;
  readonly request: Message<Request>;
  readonly response: Message<Response>;
}

export type Metadata = Readonly<Record<string, string | readonly string[]>>;

export interface CallOptions {
  readonly metadata?: Metadata | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Bytes the peer may send before it is told that they were read. */
const WINDOW = 16 << 20;

/** A call whose messages go both ways. */
export interface Call<Request extends Fields, Response extends Fields> {
  send(value: Encodable<Request>): Promise<void>;
  /** No more requests follow. */
  end(): void;
  /** @throws GrpcError at the end of the call, if it failed */
  responses(): AsyncGenerator<Decoded<Response>>;
  cancel(): void;
}

export class GrpcClient implements Disposable {
  readonly #session: ClientHttp2Session;
  #lost: Error | undefined;

  /** @param connection a connection of its own, already open */
  constructor(connection: Duplex, authority = 'localhost') {
    this.#session = connect(`http://${authority}`, {
      createConnection: () => connection,
      settings: { initialWindowSize: WINDOW, enablePush: false },
    });
    this.#session.on('connect', () => this.#session.setLocalWindowSize(WINDOW));
    this.#session.on('error', (error) => {
      this.#lost ??= error;
    });
  }

  /** One request, one response. @throws GrpcError */
  async unary<Request extends Fields, Response extends Fields>(
    method: Method<Request, Response>,
    request: Encodable<Request>,
    options: CallOptions = {},
  ): Promise<Decoded<Response>> {
    const call = this.call(method, options);
    const sent = call.send(request).then(() => call.end());
    sent.catch(() => undefined);
    let response: Decoded<Response> | undefined;
    for await (const message of call.responses()) response ??= message;
    await sent;
    if (response === undefined) throw new GrpcError(GRPC.unknown, 'the call has no response');
    return response;
  }

  call<Request extends Fields, Response extends Fields>(
    { path, request, response }: Method<Request, Response>,
    { metadata = {}, signal }: CallOptions = {},
  ): Call<Request, Response> {
    if (this.#session.closed || this.#session.destroyed) throw this.#gone();
    const stream = this.#session.request(
      {
        ':method': 'POST',
        ':path': path,
        'content-type': 'application/grpc+proto',
        te: 'trailers',
        ...Object.fromEntries(
          Object.entries(metadata).map(([key, value]) => [key, [value].flat()]),
        ),
      },
      { endStream: false, signal },
    );
    const ending = endingOf(stream);
    const messages = new MessageStream(stream);
    return {
      send: (value) => messages.send(request, value),
      end: () => stream.end(),
      responses: () => this.#responses(messages.receive(response), ending),
      cancel: () => stream.close(constants.NGHTTP2_CANCEL),
    };
  }

  async *#responses<T>(messages: AsyncGenerator<T>, ending: Promise<Ending>): AsyncGenerator<T> {
    let failure: unknown;
    try {
      yield* messages;
    } catch (error) {
      failure = error;
    }
    const { headers, error } = await ending;
    const said = headers.map(failureIn).find((each) => each !== undefined);
    if (said !== undefined) throw said;
    const isLost =
      this.#session.destroyed && !(failure instanceof Error && failure.name === 'AbortError');
    if (isLost) throw this.#gone();
    if (failure !== undefined) throw failure;
    const hasStatus = headers.some((each) => each['grpc-status'] !== undefined);
    if (!hasStatus) throw httpFailure(headers[0]) ?? error ?? this.#gone();
  }

  #gone(): Error {
    const reason = this.#lost === undefined ? '' : `: ${this.#lost.message}`;
    return new GrpcError(GRPC.unavailable, `the connection was closed${reason}`);
  }

  /** Ends the connection; calls that wait fail as unavailable, with the reason. */
  end(reason: Error): void {
    this.#lost ??= reason;
    this.#session.destroy();
  }

  /** Not at once: a session that begins with bytes it has already takes them in the next turn, destroyed or not. */
  [Symbol.dispose](): void {
    process.nextTick(() => this.#session.destroy());
  }
}

/** The headers and trailers of a call that has ended. */
interface Ending {
  readonly headers: readonly IncomingHttpHeaders[];
  readonly error: Error | undefined;
}

function endingOf(stream: ClientHttp2Stream): Promise<Ending> {
  const headers: IncomingHttpHeaders[] = [];
  let error: Error | undefined;
  stream.on('response', (each) => headers.push(each));
  stream.on('trailers', (each) => headers.push(each));
  stream.on('error', (each) => {
    error = each;
  });
  return new Promise((resolve) => stream.on('close', () => resolve({ headers, error })));
}

/** A server that is none of gRPC. */
function httpFailure(headers: IncomingHttpHeaders | undefined): GrpcError | undefined {
  const status = headers?.[':status'];
  if (status === undefined || Number(status) === 200) return undefined;
  return new GrpcError(GRPC.unavailable, `the server answers with HTTP status ${status}`);
}
