/** Errors for answers of a registry with an unexpected status. */
import { AppError } from '../errors.ts';
import { type HttpResponse, maskSecrets } from '../http/index.ts';
import { printable } from '../progress/index.ts';
import { parseJson } from './json.ts';
import { TransientError } from './retry-policy.ts';
import { isObject } from './shape.ts';

/** The request and its server, for messages. */
export interface RequestContext {
  /** Host with its port. */
  readonly host: string;
  /** The key of the login: the argument of `lamina login`. */
  readonly credentialKey: string;
  /** What the request is about, as the user knows it: `debian:12`. */
  readonly subject: string;
  /** Whether the request carried a login. */
  readonly withLogin: boolean;
  /** Masked in messages: servers may echo what they receive. */
  readonly secrets: readonly string[];
}

/** A failure as the registry reports it. */
export interface Problem {
  /** Error codes of the specification: `MANIFEST_UNKNOWN`. */
  readonly codes: readonly string[];
  /** Safe to show; empty when there is none. */
  readonly text: string;
}

const MAX_BODY = 64 * 1024;
const MAX_SHOWN = 300;
const MAX_PROBLEMS = 3;

/** Parses `{"errors":[{"code","message"}]}`; other bodies yield an empty problem. */
export async function problemOf(
  response: HttpResponse,
  secrets: readonly string[],
): Promise<Problem> {
  const text = await readText(response);
  const problems = text === undefined ? [] : problemsIn(text).slice(0, MAX_PROBLEMS);
  const shown = problems
    .map(({ code, message }) => message || code)
    .filter((line) => line !== '')
    .join('; ');
  const safe = printable(maskSecrets(shown, secrets));
  return {
    codes: problems.map(({ code }) => code).filter((code) => /^[A-Z_]{1,64}$/.test(code)),
    text: safe.length > MAX_SHOWN ? `${safe.slice(0, MAX_SHOWN)}…` : safe,
  };
}

async function readText(response: HttpResponse): Promise<string | undefined> {
  try {
    const bytes = await readBody(response, MAX_BODY);
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
  } catch {
    return undefined;
  }
}

/** The whole body; undefined when it is larger than `limit` bytes. */
export async function readBody(
  response: HttpResponse,
  limit: number,
): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body) {
    length += chunk.length;
    if (length > limit) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

function problemsIn(text: string): { code: string; message: string }[] {
  const body = parseJson(text);
  if (!isObject(body)) return [];
  // Token servers write `details` or OAuth2's `error_description`.
  const lone = body.details ?? body.error_description ?? body.message;
  const list = Array.isArray(body.errors) ? body.errors : [{ message: lone }];
  return list.filter(isObject).map(({ code, message }) => ({
    code: typeof code === 'string' ? code : '',
    message: typeof message === 'string' ? message : '',
  }));
}

/** The error for an answer with an unexpected status. Reads its body. */
export async function statusError(response: HttpResponse, context: RequestContext): Promise<Error> {
  const { status } = response;
  const problem = await problemOf(response, context.secrets);
  const error = errorFor(status, problem, context);
  if (status === 429 || status === 408 || (status >= 500 && status !== 501 && status !== 505)) {
    return new TransientError(error, { afterMs: retryAfter(response.headers['retry-after']) });
  }
  return error;
}

function errorFor(status: number, { codes, text }: Problem, context: RequestContext): AppError {
  const { host, subject, credentialKey } = context;
  const more = text === '' ? '' : `: ${text}`;
  const details = { status, codes };
  const login = `lamina login ${credentialKey}`;
  // Access is granted by repository: the digest of the first blob would only distract.
  const repository = subject.replace(/@sha256:[0-9a-f]{64}$/, '');
  switch (status) {
    case 401:
      return context.withLogin
        ? new AppError(
            'REGISTRY_UNAUTHORIZED',
            `${host} refused the login for ${repository}${more}`,
            {
              hint: `check the name, and log in again: ${login}`,
              details,
            },
          )
        : new AppError(
            'REGISTRY_UNAUTHORIZED',
            `${host} requires a login for ${repository}${more}`,
            {
              hint: `check the name, or log in: ${login}`,
              details,
            },
          );
    case 403:
      return new AppError('REGISTRY_FORBIDDEN', `${host} denies access to ${repository}${more}`, {
        hint: context.withLogin
          ? `ask for permission, or log in as another user: ${login}`
          : `log in: ${login}`,
        details,
      });
    case 404:
      return new AppError('REGISTRY_NOT_FOUND', `${host} does not have ${subject}${more}`, {
        hint: 'check the name and the tag',
        details,
      });
    case 429:
      return new AppError('REGISTRY_RATE_LIMITED', `${host} received too many requests${more}`, {
        hint: context.withLogin
          ? 'wait, or use a mirror'
          : `wait, or log in to raise the limit: ${login}`,
        details,
      });
    default:
      return status >= 500
        ? new AppError(
            'REGISTRY_FAILED',
            `${host} failed with status ${status} for ${subject}${more}`,
            {
              hint: 'try again later: the registry, or a proxy in front of it, has a problem',
              details,
            },
          )
        : new AppError(
            'REGISTRY_REFUSED',
            `${host} refused ${subject} with status ${status}${more}`,
            {
              hint: 'check the reason that the registry gives',
              details,
            },
          );
  }
}

/** Milliseconds; the header has seconds or a date. */
export function retryAfter(header: string | undefined, now = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d{1,9}\s*$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** The error for an answer that breaks the protocol. */
export function breach(
  { host, subject }: Pick<RequestContext, 'host' | 'subject'>,
  what: string,
): AppError {
  return new AppError('REGISTRY_PROTOCOL', `${host} ${what} for ${subject}`, {
    hint: 'check that the address is a container registry, and that no proxy changes its answers',
  });
}
