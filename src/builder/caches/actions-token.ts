/** What a token of GitHub Actions allows: it is a JSON Web Token, which the service checks. */

export interface ActionsScope {
  /** A branch or a pull request. */
  readonly name: string;
  readonly writes: boolean;
}

const WRITE = 2;

/** @returns undefined if it is no such token */
export function actionsScopes(token: string): readonly ActionsScope[] | undefined {
  const claims = objectIn(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
  const { ac } = claims ?? {};
  const list = typeof ac === 'string' ? parsed(ac) : undefined;
  if (!Array.isArray(list)) return undefined;
  return list.flatMap((one: unknown) => {
    if (typeof one !== 'object' || one === null) return [];
    const { Scope: name, Permission: permission } = { Scope: '', Permission: 0, ...one };
    if (typeof name !== 'string' || typeof permission !== 'number') return [];
    return [{ name, writes: (permission & WRITE) !== 0 }];
  });
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  const value = parsed(text);
  return typeof value === 'object' && value !== null ? { ...value } : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
