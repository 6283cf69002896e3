/** Quotes user text in messages: one line, of bounded length. */

const LIMIT = 80;

export function quote(text: string): string {
  const clipped = text.length > LIMIT ? `${text.slice(0, LIMIT)}…` : text;
  return JSON.stringify(clipped);
}
