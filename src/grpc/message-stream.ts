/** Messages in a stream of HTTP/2: each has a byte for its compression and four bytes of length before it. */
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import type { Decoded, Encodable, Fields, Message } from './message.ts';
import { GRPC, GrpcError } from './status.ts';

const HEAD = 5;
/** Largest message accepted: peers split larger ones. */
const LARGEST = 64 << 20;

export class MessageStream {
  readonly #stream: Duplex;
  /** Whether small messages are being collected, to be written together. */
  #isCollecting = false;

  constructor(stream: Duplex) {
    this.#stream = stream;
  }

  /** Waits while the peer does not keep up. */
  async send<F extends Fields>(message: Message<F>, value: Encodable<F>): Promise<void> {
    await this.#write(framed(message, value));
  }

  /** Messages with their heads. */
  async sendFramed(messages: Buffer): Promise<void> {
    if (messages.length > 0) await this.#write(messages);
  }

  /** The peer's messages until it ends its side. */
  async *receive<F extends Fields>(message: Message<F>): AsyncGenerator<Decoded<F>> {
    let rest: Buffer[] = [];
    let length = 0;
    for await (const chunk of this.#chunks()) {
      rest.push(chunk);
      length += chunk.length;
      if (length < HEAD || length < neededBy(rest)) continue;
      const all = rest.length === 1 ? chunk : Buffer.concat(rest);
      let start = 0;
      while (all.length - start >= HEAD) {
        const size = sizeAt(all, start);
        if (all.length - start - HEAD < size) break;
        yield message.decode(all.subarray(start + HEAD, start + HEAD + size));
        start += HEAD + size;
      }
      rest = start === all.length ? [] : [all.subarray(start)];
      length = all.length - start;
    }
    if (length > 0) throw new GrpcError(GRPC.unavailable, 'the connection ended within a message');
  }

  /** Stopping to read does not end the call: its answer is still to be sent. */
  #chunks(): AsyncIterable<Buffer> {
    return this.#stream.iterator({ destroyOnReturn: false });
  }

  async #write(bytes: Buffer): Promise<void> {
    const stream = this.#stream;
    if (stream.destroyed || stream.writableEnded) {
      throw stream.errored ?? new GrpcError(GRPC.cancelled, 'the call has ended');
    }
    this.#collect();
    if (stream.write(bytes)) return;
    this.#release();
    const closed = new AbortController();
    const { signal } = closed;
    try {
      await Promise.race([once(stream, 'drain', { signal }), once(stream, 'close', { signal })]);
    } finally {
      closed.abort();
    }
  }

  #collect(): void {
    if (this.#isCollecting) return;
    this.#isCollecting = true;
    this.#stream.cork();
    setImmediate(() => this.#release());
  }

  #release(): void {
    if (!this.#isCollecting) return;
    this.#isCollecting = false;
    this.#stream.uncork();
  }
}

/** A message with its head. */
export function framed<F extends Fields>(message: Message<F>, value: Encodable<F>): Buffer {
  const body = message.encode(value);
  const head = Buffer.allocUnsafe(HEAD);
  head[0] = 0;
  head.writeUInt32BE(body.length, 1);
  return Buffer.concat([head, body]);
}

/** Bytes of the first message with its head. */
function neededBy(chunks: readonly Buffer[]): number {
  const [first = Buffer.alloc(0)] = chunks;
  const head = first.length >= HEAD ? first : Buffer.concat(chunks);
  return HEAD + sizeAt(head, 0);
}

function sizeAt(bytes: Buffer, start: number): number {
  if (bytes[start] !== 0) throw new GrpcError(GRPC.unimplemented, 'a message is compressed');
  const size = bytes.readUInt32BE(start + 1);
  if (size > LARGEST) throw new GrpcError(GRPC.resourceExhausted, `a message has ${size} bytes`);
  return size;
}
