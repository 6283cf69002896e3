/** The requirements of one image: those of the scope that names it most closely. */
import { formatReference, type Reference } from '../oci/index.ts';
import type { Policy, Requirement } from './policy.ts';

/** What applies to an image, and why. */
export interface Applying {
  /** `default` if no scope covers the image. */
  readonly scope: string;
  readonly requirements: readonly Requirement[];
}

/** @param reference with its tag or digest */
export function requirementsOf({ scopes, fallback }: Policy, reference: Reference): Applying {
  for (const scope of scopesOf(reference)) {
    const requirements = scopes.get(scope);
    if (requirements !== undefined) return { scope: scope || 'docker', requirements };
  }
  return { scope: 'default', requirements: fallback };
}

/** The closest first. */
function scopesOf({ registry, repository, tag, digest }: Reference): string[] {
  const exact = [
    ...(digest === undefined ? [] : [formatReference({ registry, repository, digest })]),
    ...(tag === undefined ? [] : [formatReference({ registry, repository, tag })]),
  ];
  const parts = repository.split('/');
  const paths = parts.map((_, index) => parts.slice(0, parts.length - index).join('/'));
  const labels = registry.split('.');
  const domains = labels.slice(1).map((_, index) => `*.${labels.slice(index + 1).join('.')}`);
  return [...exact, ...paths.map((path) => `${registry}/${path}`), registry, ...domains, ''];
}
