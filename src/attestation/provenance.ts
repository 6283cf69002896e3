/** How an image was built, as a predicate of SLSA provenance version 1 in the form that BuildKit gives it. */
import { imageUrl } from './package-url.ts';

export const PROVENANCE_PREDICATE = 'https://slsa.dev/provenance/v1';

const BUILD_TYPE =
  'https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md';

/** Something that the build used, pinned by its digest. */
export type Material =
  | {
      readonly kind: 'image';
      readonly reference: string;
      readonly platform: string;
      readonly digest: string;
    }
  | { readonly kind: 'url'; readonly url: string; readonly digest: string };

export interface BuildFacts {
  /** `min` leaves out values of arguments, and names of secrets. */
  readonly mode: 'min' | 'max';
  readonly builderId: string;
  /** `linux/amd64`: of the machine that built. */
  readonly builderPlatform: string;
  readonly buildId: string;
  /** RFC 3339. */
  readonly startedOn: string;
  readonly finishedOn: string;
  readonly dockerfile: string;
  /** A remote context; undefined for a directory. */
  readonly contextUrl: string | undefined;
  readonly target: string | undefined;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  readonly ssh: readonly string[];
  readonly materials: readonly Material[];
  /** Whether SOURCE_DATE_EPOCH fixed all times. */
  readonly isReproducible: boolean;
}

/** @returns the predicate; values of secrets are in none of its parts */
export function provenance(facts: BuildFacts): Readonly<Record<string, unknown>> {
  const { mode, contextUrl, target, secrets, ssh } = facts;
  const isFull = mode === 'max';
  const args = {
    ...(target === undefined ? {} : { target }),
    ...(isFull ? prefixed('build-arg:', facts.buildArgs) : {}),
    ...(isFull ? prefixed('label:', facts.labels) : {}),
  };
  const optional = (ids: readonly string[]) => ids.map((id) => ({ id, optional: true }));
  return {
    buildDefinition: {
      buildType: BUILD_TYPE,
      externalParameters: {
        configSource: {
          ...(contextUrl === undefined ? {} : { uri: contextUrl }),
          path: facts.dockerfile,
        },
        request: {
          frontend: 'dockerfile.v0',
          ...(Object.keys(args).length === 0 ? {} : { args }),
          ...(isFull && secrets.length > 0 ? { secrets: optional(secrets) } : {}),
          ...(isFull && ssh.length > 0 ? { ssh: optional(ssh) } : {}),
          ...(isFull && contextUrl === undefined
            ? { locals: [{ name: 'context' }, { name: 'dockerfile' }] }
            : {}),
        },
      },
      internalParameters: { builderPlatform: facts.builderPlatform },
      resolvedDependencies: facts.materials.map(dependency),
    },
    runDetails: {
      builder: { id: facts.builderId },
      metadata: {
        invocationId: facts.buildId,
        startedOn: facts.startedOn,
        finishedOn: facts.finishedOn,
        buildkit_completeness: { request: isFull, resolvedDependencies: contextUrl !== undefined },
        buildkit_reproducible: facts.isReproducible,
      },
    },
  };
}

function dependency(material: Material) {
  const [algorithm = 'sha256', hex = ''] = material.digest.split(':');
  const uri =
    material.kind === 'image' ? imageUrl(material.reference, material.platform) : material.url;
  return { uri, digest: { [algorithm]: hex } };
}

function prefixed(prefix: string, values: Readonly<Record<string, string>>) {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [prefix + name, value]));
}
