/** A text as a stream of bytes. */
export async function* textStream(text: string): AsyncGenerator<Uint8Array, void> {
  yield Buffer.from(text);
}
