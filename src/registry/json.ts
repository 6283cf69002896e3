/** Untrusted JSON. */
import { isNestedTooDeep } from '../oci/index.ts';

/** Parses JSON; undefined if it is invalid, or nested so deep that walking it would exhaust the stack. */
export function parseJson(text: string): unknown {
  if (isNestedTooDeep(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
