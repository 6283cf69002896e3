/** Text of the user inside a message: one line, quoted, of bounded length. */

const LIMIT = 80;

export function quote(text: string): string {
  const clipped = text.length > LIMIT ? `${text.slice(0, LIMIT)}…` : text;
  return JSON.stringify(clipped);
}
