/** Messages between ssh and an agent: a 32-bit length, then a type and its payload. */

/** No agent accepts larger ones. */
const LARGEST = 256 * 1024;

export const AgentMessage = { failure: 5, requestIdentities: 11, signRequest: 13 } as const;

/** Requests that a step may send to the agent: to list its keys and to sign, not to change it. */
export function isAllowed(message: Buffer): boolean {
  const type = message[0];
  return type === AgentMessage.requestIdentities || type === AgentMessage.signRequest;
}

export const REFUSAL = framed(Buffer.of(AgentMessage.failure));

export function framed(message: Buffer): Buffer {
  const frame = Buffer.alloc(4 + message.length);
  frame.writeUInt32BE(message.length);
  message.copy(frame, 4);
  return frame;
}

/** The messages of a stream; ends with the stream, or at bytes that are not a message. */
export async function* readMessages(stream: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const chunk of stream) {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 4) {
      const length = rest.readUInt32BE();
      if (length === 0 || length > LARGEST) return;
      if (rest.length < 4 + length) break;
      yield rest.subarray(4, 4 + length);
      rest = rest.subarray(4 + length);
    }
  }
}
