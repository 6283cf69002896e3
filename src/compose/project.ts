/** What a project's Compose files say about building. */
import type { Plain } from './document.ts';

export interface ComposeProject {
  /** In the order of the files. */
  readonly services: readonly ComposeService[];
  readonly secrets: ReadonlyMap<string, ComposeSecret>;
}

export interface ComposeService {
  readonly name: string;
  readonly image: string | undefined;
  readonly build: ComposeBuild | undefined;
  /** Names of services that it needs. */
  readonly dependsOn: readonly string[];
  readonly profiles: readonly string[];
}

export interface ComposeSecret {
  readonly file: string | undefined;
  readonly environment: string | undefined;
}

/** The build section of a service; what is not given is undefined or empty. */
export interface ComposeBuild {
  readonly context: string | undefined;
  readonly dockerfile: string | undefined;
  readonly dockerfileInline: string | undefined;
  readonly additionalContexts: ReadonlyMap<string, string>;
  /** Values from the environment are in place; those that are nowhere set are left out. */
  readonly args: ReadonlyMap<string, string>;
  readonly labels: ReadonlyMap<string, string>;
  readonly tags: readonly string[];
  readonly target: string | undefined;
  readonly platforms: readonly string[];
  readonly cacheFrom: readonly string[];
  readonly cacheTo: readonly string[];
  readonly noCache: boolean | undefined;
  readonly pull: boolean | undefined;
  readonly network: string | undefined;
  readonly shmSize: string | undefined;
  readonly extraHosts: ReadonlyMap<string, string>;
  /** `nofile=1024:2048`. */
  readonly ulimits: readonly string[];
  /** Names of the project's secrets. */
  readonly secrets: readonly string[];
  /** `default`, `id=path`. */
  readonly ssh: readonly string[];
  readonly entitlements: readonly string[];
  readonly isPrivileged: boolean;
  readonly sbom: string | undefined;
  readonly provenance: string | undefined;
  /** `x-bake`, as it is. */
  readonly bake: Plain | undefined;
}
