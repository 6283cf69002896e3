import type { HttpBody, HttpRequest } from '../http/index.ts';

/** A request to a repository of the server. */
export interface Call {
  readonly method: HttpRequest['method'];
  /** The path after `/<repository>` (`/tags/list?n=5`), or an address from the server. */
  readonly at: string | URL;
  readonly repository: string;
  /** Actions that the token must allow: `pull`, `pull,push`; undefined: none. */
  readonly actions: string | undefined;
  /** Further scopes, for a mount from another repository. */
  readonly scopes?: readonly string[] | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Called again when the request has to be sent again. */
  readonly body?: (() => HttpBody) | undefined;
  readonly answerMs?: number | undefined;
  /** Whether a chunk of the answer may be valid only until the next one is requested. */
  readonly lend?: boolean | undefined;
  /** What the request is about, for messages: `debian:12`. */
  readonly subject: string;
  readonly signal: AbortSignal | undefined;
}
