/** As Go sorts strings: by their UTF-8 bytes. */
export function sortedBytes(texts: readonly string[]): string[] {
  return [...texts].sort(compareBytes);
}

export function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
