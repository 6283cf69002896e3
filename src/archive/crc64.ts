/** The CRC-64 of xz: ECMA-182, lowest bit first. Computed in two halves, since BigInt is slow. */

const POLYNOMIAL_LOW = 0xd7870f42;
const POLYNOMIAL_HIGH = 0xc96c5795;
/** Made for the first xz stream: few builds have one. */
let tables: [Int32Array, Int32Array] | undefined;

export class Crc64 {
  #low = 0xffffffff;
  #high = 0xffffffff;

  update(bytes: Uint8Array): void {
    tables ??= makeTables();
    const [tableLow, tableHigh] = tables;
    let low = this.#low;
    let high = this.#high;
    for (let index = 0; index < bytes.length; index++) {
      const entry = (low ^ (bytes[index] ?? 0)) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ (tableLow[entry] ?? 0);
      high = (high >>> 8) ^ (tableHigh[entry] ?? 0);
    }
    this.#low = low;
    this.#high = high;
  }

  /** The eight bytes in the byte order of xz. */
  digest(): Buffer {
    const bytes = Buffer.alloc(8);
    bytes.writeInt32LE(~this.#low, 0);
    bytes.writeInt32LE(~this.#high, 4);
    return bytes;
  }
}

function makeTables(): [Int32Array, Int32Array] {
  const lows = new Int32Array(256);
  const highs = new Int32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let low = byte;
    let high = 0;
    for (let bit = 0; bit < 8; bit++) {
      const carry = (low & 1) === 1;
      low = (low >>> 1) | (high << 31);
      high >>>= 1;
      if (!carry) continue;
      low ^= POLYNOMIAL_LOW;
      high ^= POLYNOMIAL_HIGH;
    }
    lows[byte] = low;
    highs[byte] = high;
  }
  return [lows, highs];
}
