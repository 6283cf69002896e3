/**
 * Token scopes: `repository:library/debian:pull,push`.
 * https://distribution.github.io/distribution/spec/auth/scope/
 */

/** A scope for a repository. */
export function scopeOf(repository: string, actions: string): string {
  return `repository:${repository}:${actions}`;
}

/** The union of two scope lists: one scope for each resource, in a stable order. */
export function joinScopes(some: readonly string[], more: readonly string[]): readonly string[] {
  const actionsOf = new Map<string, Set<string>>();
  for (const scope of [...some, ...more]) {
    const colon = scope.lastIndexOf(':');
    if (colon < 0) continue;
    const resource = scope.slice(0, colon);
    const actions = actionsOf.get(resource) ?? new Set();
    for (const action of scope.slice(colon + 1).split(',')) actions.add(action);
    actionsOf.set(resource, actions);
  }
  return [...actionsOf]
    .map(([resource, actions]) => `${resource}:${[...actions].sort().join(',')}`)
    .sort();
}
