/**
 * The system calls that make a network namespace and mount it on a file. Its interface has an address and routes before
 * a program is attached to its other end, so that nothing depends on how that program would set them up.
 */
import {
  AT_FDCWD,
  type Call,
  CLONE,
  cString,
  loopback,
  MOUNT_FLAGS,
  REPORT_FD,
} from '../builtin/index.ts';
import { PRIVATE_ADDRESSES } from '../process/index.ts';
import { ACK_BYTES, loopbackRoute } from './netlink.ts';

export const INTERFACE = 'tap0';
export const MTU = 65_520;

/** Gets the kernel's answer to `loopbackRoute`: see `readAck`. */
export const ACK_FD = 1;
export const TUN_LABEL = 'tun';

const TUN = '/dev/net/tun';
/** Known before the interface is there; no other has such a number in a new namespace. */
const INTERFACE_INDEX = 4242;
const FIRST_FD = REPORT_FD + 1;
const O_RDWR_CLOEXEC = 0o2000002;
const TUNSETIFF = 0x4004_54ca;
const TUNSETPERSIST = 0x4004_54cb;
const TUNSETIFINDEX = 0x4004_54da;
const IFF_TAP_WITHOUT_INFORMATION = 0x1002;
const AF_INET = 2;
const AF_NETLINK = 16;
const SOCK_DGRAM_CLOEXEC = 0o2000002;
const SOCK_RAW_CLOEXEC = 0o2000003;
const SIOCADDRT = 0x890b;
const SIOCSIFFLAGS = 0x8914;
const SIOCSIFADDR = 0x8916;
const SIOCSIFNETMASK = 0x891c;
const SIOCSIFMTU = 0x8922;
const IFF_UP_RUNNING = 0x41;
const RTF_UP_GATEWAY = 3;
const REQUEST_BYTES = 40;
const NAME_BYTES = 16;

/** @param path an empty file */
export function namespaceCalls(path: string): readonly Call[] {
  const answer = Buffer.alloc(ACK_BYTES);
  const route = loopbackRoute(INTERFACE_INDEX);
  return [
    { name: 'close_range', args: [FIRST_FD, 0xffff_ffff, 0] },
    { name: 'unshare', args: [CLONE.network ?? 0] },
    ...persistentInterface(),
    ...loopback(FIRST_FD),
    { name: 'socket', args: [AF_INET, SOCK_DGRAM_CLOEXEC, 0] },
    request(SIOCSIFMTU, (bytes) => bytes.writeUInt32LE(MTU, NAME_BYTES)),
    request(SIOCSIFADDR, (bytes) => address(PRIVATE_ADDRESSES.process).copy(bytes, NAME_BYTES)),
    request(SIOCSIFNETMASK, (bytes) => address(PRIVATE_ADDRESSES.netmask).copy(bytes, NAME_BYTES)),
    request(SIOCSIFFLAGS, (bytes) => bytes.writeUInt16LE(IFF_UP_RUNNING, NAME_BYTES)),
    { name: 'ioctl', args: [FIRST_FD, SIOCADDRT, defaultRoute()], label: 'default route' },
    { name: 'close', args: [FIRST_FD] },
    { name: 'socket', args: [AF_NETLINK, SOCK_RAW_CLOEXEC, 0] },
    { name: 'write', args: [FIRST_FD, route, route.length], label: 'netlink' },
    { name: 'read', args: [FIRST_FD, answer, answer.length], label: 'netlink' },
    { name: 'write', args: [ACK_FD, answer, answer.length] },
    {
      name: 'mount',
      args: [cString('/proc/self/ns/net'), cString(path), 0, MOUNT_FLAGS.bind ?? 0, 0],
    },
    { name: 'exit_group', args: [0] },
  ];
}

/** It stays until its namespace ends. */
function persistentInterface(): Call[] {
  const index = Buffer.alloc(8);
  index.writeUInt32LE(INTERFACE_INDEX);
  const wanted = named();
  wanted.writeUInt16LE(IFF_TAP_WITHOUT_INFORMATION, NAME_BYTES);
  return [
    { name: 'openat', args: [AT_FDCWD, cString(TUN), O_RDWR_CLOEXEC, 0], label: TUN_LABEL },
    { name: 'ioctl', args: [FIRST_FD, TUNSETIFINDEX, index], label: TUN_LABEL },
    { name: 'ioctl', args: [FIRST_FD, TUNSETIFF, wanted], label: TUN_LABEL },
    { name: 'ioctl', args: [FIRST_FD, TUNSETPERSIST, 1], label: TUN_LABEL },
    { name: 'close', args: [FIRST_FD] },
  ];
}

function request(number: number, fill: (bytes: Buffer) => void): Call {
  const bytes = named();
  fill(bytes);
  return { name: 'ioctl', args: [FIRST_FD, number, bytes], label: INTERFACE };
}

/** A `struct ifreq` of the interface. */
function named(): Buffer {
  const bytes = Buffer.alloc(REQUEST_BYTES);
  bytes.write(INTERFACE);
  return bytes;
}

/** A `struct sockaddr_in`. */
function address(text: string): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt16LE(AF_INET, 0);
  Buffer.from(text.split('.').map(Number)).copy(bytes, 4);
  return bytes;
}

/** A `struct rtentry` of 64-bit machines: padding, destination, gateway, mask, flags. */
function defaultRoute(): Buffer {
  const bytes = Buffer.alloc(120);
  address('0.0.0.0').copy(bytes, 8);
  address(PRIVATE_ADDRESSES.gateway).copy(bytes, 24);
  address('0.0.0.0').copy(bytes, 40);
  bytes.writeUInt16LE(RTF_UP_GATEWAY, 56);
  return bytes;
}
