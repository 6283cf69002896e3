/** Secrets, for the steps that mount them. They are sent to the daemon only when a step asks. */
import { answering, GRPC, GrpcError, type Handler } from '../../grpc/index.ts';
import { getSecret } from '../wire/session.ts';

/** @param read the bytes of a secret; undefined: the build has none of this id */
export function secretsHandler(read: (id: string) => Promise<Uint8Array | undefined>): Handler {
  return answering(getSecret, async ({ id }) => {
    const data = await read(id);
    if (data === undefined) throw new GrpcError(GRPC.notFound, `secret ${id}: not found`);
    return { data };
  });
}
