/** Agents for ssh, for the steps that mount them: each connection of a step is a call. */

import { once } from 'node:events';
import { createConnection } from 'node:net';
import { answering, GRPC, GrpcError, type Handler, streaming } from '../../grpc/index.ts';
import { checkAgent, forwardAgent } from '../wire/session.ts';

const DEFAULT = 'default';

/** @param socketOf the path of an agent's socket; undefined: the build has no agent of this id */
export function sshHandlers(
  socketOf: (id: string) => Promise<string | undefined>,
): readonly Handler[] {
  const socket = async (id: string) => {
    const path = await socketOf(id === '' ? DEFAULT : id);
    if (path === undefined) throw new GrpcError(GRPC.notFound, `unset ssh forward key ${id}`);
    return path;
  };
  return [
    answering(checkAgent, async ({ id }) => {
      await socket(id);
      return {};
    }),
    streaming(forwardAgent, async ({ metadata, requests, send }) => {
      const agent = createConnection(await socket(String(metadata['buildkit.ssh.id'] ?? DEFAULT)));
      await once(agent, 'connect');
      const forwarding = (async () => {
        for await (const { data } of requests()) agent.write(data);
        agent.end();
      })();
      forwarding.catch(() => agent.destroy());
      try {
        for await (const data of agent as AsyncIterable<Buffer>) await send({ data });
        await forwarding;
      } finally {
        agent.destroy();
      }
    }),
  ];
}
