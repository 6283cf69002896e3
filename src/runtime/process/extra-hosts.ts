/** The addresses of names that users add to /etc/hosts. */
import { networkInterfaces } from 'node:os';
import { AppError } from '../../errors.ts';
import type { ExtraHost, ProcessNetwork } from './spec.ts';

/** Docker's word for the machine that a container runs on. */
const HOST_GATEWAY = 'host-gateway';

/**
 * Entries with addresses in the place of `host-gateway`. With its network, this machine is the loopback; a private
 * network reaches it by another address.
 *
 * @throws AppError RUNTIME_NETWORK_FAILED when it has no other address
 */
export function resolveHosts(
  hosts: readonly ExtraHost[],
  network: ProcessNetwork,
): readonly ExtraHost[] {
  return hosts.map(({ name, address }) => ({
    name,
    address: address === HOST_GATEWAY ? machineAddress(network) : address,
  }));
}

function machineAddress(network: ProcessNetwork): string {
  if (network !== 'private') return '127.0.0.1';
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const found = all.find(({ internal, family }) => !internal && family === 'IPv4');
  if (found !== undefined) return found.address;
  throw new AppError(
    'RUNTIME_NETWORK_FAILED',
    'a private network reaches no address of this machine: host-gateway has no meaning',
    { hint: 'remove host-gateway from --add-host, or choose --network=host' },
  );
}
