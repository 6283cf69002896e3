import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import {
  answering,
  bytes,
  GRPC,
  GrpcClient,
  GrpcError,
  GrpcServer,
  type Handler,
  int,
  Message,
  streaming,
  text,
} from './index.ts';

const greet = {
  path: '/test.Service/Greet',
  request: new Message({ name: text(1) }),
  response: new Message({ greeting: text(1) }),
};
const echo = {
  path: '/test.Service/Echo',
  request: new Message({ data: bytes(1), number: int(2) }),
  response: new Message({ data: bytes(1), number: int(2) }),
};

const open: { destroy(): void }[] = [];
const servers: Server[] = [];

afterEach(() => {
  for (const one of open.splice(0)) one.destroy();
  for (const server of servers.splice(0)) server.close();
});

/** A client and a server on a connection of this machine. */
async function connected(handlers: readonly Handler[]) {
  const failures: unknown[] = [];
  const { promise: peer, resolve: accept } = Promise.withResolvers<Socket>();
  const server = createServer((socket) => {
    open.push(socket);
    new GrpcServer(socket, handlers, (error) => failures.push(error));
    accept(socket);
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  open.push(socket);
  await once(socket, 'connect');
  return { client: new GrpcClient(socket), failures, peer };
}

describe('a call', () => {
  it('has one answer', async () => {
    const { client } = await connected([
      answering(greet, async ({ name }, metadata) => ({
        greeting: `${metadata['x-word']} ${name}`,
      })),
    ]);
    const answer = client.unary(greet, { name: 'you' }, { metadata: { 'x-word': 'hello' } });
    await expect(answer).resolves.toEqual({ greeting: 'hello you' });
  });

  it('carries messages of any size both ways, in order', async () => {
    const { client } = await connected([
      streaming(echo, async ({ requests, send }) => {
        for await (const request of requests()) await send(request);
      }),
    ]);
    const call = client.call(echo);
    const sent = Array.from({ length: 300 }, (_, number) => ({
      number: number + 1,
      data: Buffer.alloc(number % 50 === 0 ? 3 << 20 : number, number),
    }));
    const sending = (async () => {
      for (const message of sent) await call.send(message);
      call.end();
    })();
    let count = 0;
    for await (const { number, data } of call.responses()) {
      const expected = sent[count++];
      expect(number).toBe(expected?.number);
      expect(Buffer.compare(Buffer.from(data), expected?.data ?? Buffer.alloc(0))).toBe(0);
    }
    await sending;
    expect(count).toBe(sent.length);
  });

  it('fails with the status and message of the server', async () => {
    const { client, failures } = await connected([
      answering(greet, async () => {
        throw new GrpcError(GRPC.notFound, 'no “you” 100 %');
      }),
    ]);
    await expect(client.unary(greet, {})).rejects.toMatchObject({
      status: GRPC.notFound,
      message: 'no “you” 100 %',
    });
    await expect(client.unary(echo, {})).rejects.toMatchObject({ status: GRPC.unimplemented });
    expect(failures).toEqual([]);
  });

  it('fails if the connection ends before its status', async () => {
    const { client, peer } = await connected([
      answering(greet, async () => {
        (await peer).destroy();
        return new Promise(() => undefined);
      }),
    ]);
    await expect(client.unary(greet, {})).rejects.toMatchObject({ status: GRPC.unavailable });
    await expect(client.unary(greet, {})).rejects.toMatchObject({ status: GRPC.unavailable });
  });

  it('ends with its signal', async () => {
    const { client } = await connected([answering(greet, () => new Promise(() => undefined))]);
    const stop = new AbortController();
    const answer = client.unary(greet, {}, { signal: stop.signal });
    stop.abort();
    await expect(answer).rejects.toThrow();
  });

  it('is not begun on a connection that is closed at once, whatever has arrived', async () => {
    const { port, arrived } = await sending('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    const socket = connect(port, '127.0.0.1');
    open.push(socket);
    await once(socket, 'readable');
    const server = new GrpcServer(socket, [], () => undefined);
    server[Symbol.dispose]();
    await once(socket, 'close');
    await arrived;
  });
});

/** A peer that speaks first. */
async function sending(bytes: string) {
  const { promise: arrived, resolve } = Promise.withResolvers<void>();
  const server = createServer((socket) => {
    open.push(socket);
    socket.write(bytes, () => resolve());
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, arrived };
}
