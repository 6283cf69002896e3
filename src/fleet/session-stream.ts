/** A connection inside a call: each side sends its bytes as messages. */
import { Duplex } from 'node:stream';
import type { Call, Message } from '../grpc/index.ts';
import type { BytesMessage } from './wire/control.ts';

type BytesFields = typeof BytesMessage extends Message<infer F> ? F : never;

/** Largest message: daemons accept 16 MiB, older ones 4. */
const CHUNK = 1 << 20;

/** @returns the connection; destroying it ends the call */
export function connectionIn(call: Call<BytesFields, BytesFields>): Duplex {
  const received = call.responses();
  const send = async (data: Uint8Array) => {
    for (let start = 0; start < data.length; start += CHUNK) {
      await call.send({ data: data.subarray(start, start + CHUNK) });
    }
  };
  const connection = new Duplex({
    read() {
      received.next().then(
        ({ done, value }) => connection.push(done === true ? null : value.data),
        (error) => connection.destroy(error),
      );
    },
    writev(chunks, done) {
      const all = chunks.map(({ chunk }) => chunk as Buffer);
      send(all.length === 1 && all[0] !== undefined ? all[0] : Buffer.concat(all)).then(
        () => done(),
        done,
      );
    },
    final(done) {
      call.end();
      done();
    },
    destroy(error, done) {
      call.cancel();
      done(error);
    },
  });
  return connection;
}
