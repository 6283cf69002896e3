/** A test must not take the answer of another program for that of the container, which has the ports of this machine. */
import { connect } from 'node:net';
import { AppError } from '../errors.ts';

/** @throws AppError OPTIMIZE_PORT_TAKEN if a program listens on the port of a loopback address */
export async function expectFreePort(port: number): Promise<void> {
  const answers = await Promise.all(['127.0.0.1', '::1'].map((host) => accepts(host, port)));
  if (!answers.includes(true)) return;
  throw new AppError(
    'OPTIMIZE_PORT_TAKEN',
    `another program of this machine listens on port ${port}: its answers are not those of the image`,
    {
      hint: 'stop that program, or let the image listen on another port, such as by a build argument',
    },
  );
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const settle = (accepted: boolean) => {
      socket.destroy();
      resolve(accepted);
    };
    socket.once('connect', () => settle(true)).once('error', () => settle(false));
  });
}
