/**
 * The addresses of a private network: the same in each, since none sees another. A range that few networks use: a
 * process cannot reach machines of that range.
 */
export const PRIVATE_ADDRESSES = {
  cidr: '10.215.199.0/24',
  netmask: '255.255.255.0',
  process: '10.215.199.100',
  gateway: '10.215.199.2',
  /** Forwards to the name server of this machine, which may listen on its loopback. */
  nameServer: '10.215.199.3',
} as const;
