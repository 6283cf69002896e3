/** The programs that connect a network namespace to the outside, without privileges there. */
import type { Environment } from '../../environment.ts';
import { AppError } from '../../errors.ts';
import { findProgram } from '../../system/index.ts';
import { PRIVATE_ADDRESSES, type PublishedPort } from '../process/index.ts';
import { INTERFACE, MTU } from './namespace-calls.ts';

/** A program of this machine, as plain data. */
export interface NetworkTool {
  readonly name: 'slirp4netns' | 'pasta';
  /** Absolute. */
  readonly path: string;
}

/** In the order of preference: profiles of AppArmor and SELinux restrict where pasta may read and write. */
const NAMES = ['slirp4netns', 'pasta'] as const;

/**
 * @param env has PATH and LAMINA_NETWORK_TOOL, which names one of them
 * @throws AppError RUNTIME_NETWORK_TOOL
 */
export function findNetworkTool(env: Environment): NetworkTool {
  const asked = env.LAMINA_NETWORK_TOOL || undefined;
  const wanted = NAMES.filter((name) => asked === undefined || name === asked);
  for (const name of wanted) {
    const path = findProgram(name, env);
    if (path !== undefined) return { name, path };
  }
  throw toolMissing(wanted, asked);
}

function toolMissing(wanted: readonly string[], asked: string | undefined): AppError {
  const expected = 'slirp4netns or pasta, for a private network';
  if (asked === undefined) {
    const message = 'neither slirp4netns nor pasta is installed';
    const hint = 'install one of them: apt-get install slirp4netns';
    return new AppError('RUNTIME_NETWORK_TOOL', message, { expected, hint });
  }
  const message =
    wanted.length === 0
      ? `LAMINA_NETWORK_TOOL names an unknown program: '${asked}'`
      : `the program '${asked}' of LAMINA_NETWORK_TOOL is not installed`;
  const hint = 'install it, or unset LAMINA_NETWORK_TOOL';
  return new AppError('RUNTIME_NETWORK_TOOL', message, { expected, hint });
}

/** The descriptor on which slirp4netns says that it is ready. */
export const READY_FD = 3;

/**
 * Both stay in the foreground, give up what they may do once they are ready, and connect to nothing on the loopback of
 * this machine but its name server.
 *
 * @param paths.namespace the network namespace, mounted on a file
 * @param paths.ready gets text when the network works; absolute
 * @param paths.socket for `publishPorts`, of slirp4netns
 */
export function toolArguments(
  { name }: NetworkTool,
  paths: {
    readonly namespace: string;
    readonly ready: string;
    readonly socket: string;
    readonly ports: readonly PublishedPort[];
  },
): readonly string[] {
  const { cidr, netmask, process, gateway, nameServer } = PRIVATE_ADDRESSES;
  if (name === 'slirp4netns') {
    return [
      ...['--netns-type=path', `--cidr=${cidr}`, `--mtu=${MTU}`, '--disable-host-loopback'],
      ...['--enable-sandbox', '--enable-seccomp', `--ready-fd=${READY_FD}`],
      ...(paths.ports.length === 0 ? [] : [`--api-socket=${paths.socket}`]),
      ...[paths.namespace, INTERFACE],
    ];
  }
  const published = (protocol: PublishedPort['protocol'], flag: string) => {
    const ports = paths.ports.filter((port) => port.protocol === protocol);
    if (ports.length === 0) return [flag, 'none'];
    return ports.flatMap(({ address, host, container }) => {
      const where = address === undefined ? '' : `${address}/`;
      return [flag, `${where}${host}:${container}`];
    });
  };
  return [
    // The default user could not enter the namespace.
    ...['--foreground', '--quiet', '--stderr', '--runas', '0', '--ipv4-only'],
    ...['--address', process, '--netmask', netmask, '--gateway', gateway, '--no-map-gw'],
    ...['--dns-forward', nameServer, '--mtu', String(MTU), '--ns-ifname', INTERFACE],
    // By default it forwards ports of this machine's loopback, in both directions.
    ...[...published('tcp', '-t'), ...published('udp', '-u'), '-T', 'none', '-U', 'none'],
    ...['--no-dhcp', '--no-dhcpv6', '--no-ndp', '--no-ra'],
    ...['--pid', paths.ready, '--netns', paths.namespace],
  ];
}
