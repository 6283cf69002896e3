/** Functions of IP address ranges (CIDR, RFC 4632). */
import { isIPv4, isIPv6 } from 'node:net';
import type { HclFunction } from '../evaluate.ts';
import { asInteger, asText, type Value, ValueFault } from '../value.ts';

interface Prefix {
  readonly address: bigint;
  readonly length: number;
  /** Bits of an address: 32 or 128. */
  readonly bits: number;
}

function parsePrefix(text: string): Prefix {
  const [address = '', length = ''] = text.split('/');
  const bits = isIPv4(address) ? 32 : 128;
  if ((bits === 128 && !isIPv6(address)) || !/^\d{1,3}$/.test(length) || Number(length) > bits) {
    throw new ValueFault(`'${text}' is not an address range such as 10.0.0.0/8`);
  }
  const number = bits === 32 ? fromIPv4(address) : fromIPv6(address);
  const host = BigInt(bits - Number(length));
  return { address: (number >> host) << host, length: Number(length), bits };
}

const fromIPv4 = (text: string) =>
  text.split('.').reduce((number, part) => (number << 8n) | BigInt(part), 0n);

function fromIPv6(text: string): bigint {
  // The URL parser writes an address in its canonical form, without a dotted end.
  const canonical = new URL(`http://[${text}]`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const words = (part: string) => (part === '' ? [] : part.split(':'));
  const first = words(head);
  const last = words(tail ?? '');
  const zeros = Array.from(
    { length: tail === undefined ? 0 : 8 - first.length - last.length },
    () => '0',
  );
  return [...first, ...zeros, ...last].reduce(
    (number, word) => (number << 16n) | BigInt(`0x${word}`),
    0n,
  );
}

function addressText(address: bigint, bits: number): string {
  if (bits === 32) return [24n, 16n, 8n, 0n].map((shift) => (address >> shift) & 0xffn).join('.');
  const words = Array.from({ length: 8 }, (_, index) =>
    ((address >> BigInt(112 - index * 16)) & 0xffffn).toString(16),
  );
  return new URL(`http://[${words.join(':')}]`).hostname.slice(1, -1);
}

function host(prefix: Prefix, number: number): string {
  const room = 1n << BigInt(prefix.bits - prefix.length);
  const offset = number < 0 ? room + BigInt(number) : BigInt(number);
  if (offset < 0n || offset >= room) throw new ValueFault(`the range has no host ${number}`);
  return addressText(prefix.address + offset, prefix.bits);
}

function subnet(prefix: Prefix, newBits: number, number: number): string {
  const length = prefix.length + newBits;
  if (newBits < 0 || length > prefix.bits)
    throw new ValueFault(`the range cannot be extended by ${newBits} bits`);
  if (number < 0 || BigInt(number) >= 1n << BigInt(newBits))
    throw new ValueFault(`${newBits} bits cannot hold ${number}`);
  const address = prefix.address | (BigInt(number) << BigInt(prefix.bits - length));
  return `${addressText(address, prefix.bits)}/${length}`;
}

function subnets(prefix: Prefix, sizes: readonly number[]): Value {
  let next = prefix.address;
  const end = prefix.address + (1n << BigInt(prefix.bits - prefix.length));
  return sizes.map((size) => {
    const length = prefix.length + size;
    if (size < 1 || length > prefix.bits)
      throw new ValueFault(`the range cannot be extended by ${size} bits`);
    const room = 1n << BigInt(prefix.bits - length);
    const start = ((next + room - 1n) / room) * room;
    if (start + room > end) throw new ValueFault('the range is too small for these subnets');
    next = start + room;
    return `${addressText(start, prefix.bits)}/${length}`;
  });
}

export const addressFunctions: Readonly<Record<string, HclFunction>> = {
  cidrhost: {
    arity: [2, 2],
    apply: ([prefix = null, number = null]) => host(parsePrefix(asText(prefix)), asInteger(number)),
  },
  cidrnetmask: {
    arity: [1, 1],
    apply: ([prefix = null]) => {
      const { bits, length } = parsePrefix(asText(prefix));
      if (bits !== 32) throw new ValueFault('only IPv4 has netmasks');
      return addressText(((1n << BigInt(length)) - 1n) << BigInt(32 - length), 32);
    },
  },
  cidrsubnet: {
    arity: [3, 3],
    apply: ([prefix = null, bits = null, number = null]) =>
      subnet(parsePrefix(asText(prefix)), asInteger(bits), asInteger(number)),
  },
  cidrsubnets: {
    arity: [1, undefined],
    apply: ([prefix = null, ...sizes]) =>
      subnets(parsePrefix(asText(prefix)), sizes.map(asInteger)),
  },
};
