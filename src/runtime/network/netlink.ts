/** One message to the kernel's routing table, and its answer. */

const HEADER_BYTES = 16;
const NLMSG_ERROR = 2;
const RTM_NEWROUTE = 24;
const REQUEST_ACK_CREATE_EXCLUSIVE = 0x605;
const AF_INET = 2;
const TABLE_LOCAL = 255;
const PROTOCOL_STATIC = 4;
const SCOPE_HOST = 254;
const TYPE_LOCAL = 2;
const ATTRIBUTE = { destination: 1, interface: 4, priority: 6 } as const;
/** After the loopback's own. */
const PRIORITY = 4096;

/** Of an answer, as far as it is read. */
export const ACK_BYTES = HEADER_BYTES + 4;

/**
 * A route for 127.0.0.0/8 on another interface: such packets stay in the namespace. Without it, a socket that is bound to
 * the interface sends them out, and the program at the other end connects to the loopback of this machine.
 */
export function loopbackRoute(interfaceIndex: number): Buffer {
  const body = Buffer.concat([
    Buffer.from([AF_INET, 8, 0, 0, TABLE_LOCAL, PROTOCOL_STATIC, SCOPE_HOST, TYPE_LOCAL]),
    number(0),
    attribute(ATTRIBUTE.destination, Buffer.from([127, 0, 0, 0])),
    attribute(ATTRIBUTE.interface, number(interfaceIndex)),
    attribute(ATTRIBUTE.priority, number(PRIORITY)),
  ]);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(HEADER_BYTES + body.length, 0);
  header.writeUInt16LE(RTM_NEWROUTE, 4);
  header.writeUInt16LE(REQUEST_ACK_CREATE_EXCLUSIVE, 6);
  header.writeUInt32LE(1, 8);
  return Buffer.concat([header, body]);
}

/** @returns the error number of the kernel, 0: it did what it was asked for; undefined: no answer */
export function readAck(bytes: Buffer): number | undefined {
  if (bytes.length < ACK_BYTES || bytes.readUInt16LE(4) !== NLMSG_ERROR) return undefined;
  return Math.abs(bytes.readInt32LE(HEADER_BYTES));
}

function attribute(type: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(head.length + value.length, 0);
  head.writeUInt16LE(type, 2);
  return Buffer.concat([head, value]);
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
