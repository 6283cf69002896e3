/** Jobs of docs/ci: what they run, and the limits they ask for, read from their text as their system would. */
import { chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import type { ContainerCommand, ImageContainerLimits } from './image-container.ts';

const DIRECTORY = resolve(import.meta.dirname, '../../docs/ci');

/** A command line for a container, with everything about the container. */
export interface Job {
  readonly args: readonly string[];
  readonly limits: ImageContainerLimits;
  readonly command: ContainerCommand;
}

export function snippet(name: string): string {
  return readFileSync(join(DIRECTORY, name), 'utf8');
}

/** `$NAME` and `${NAME}`, as CI systems expand them in variables. */
function expanded(text: string, env: Readonly<Record<string, string>>): string {
  return text.replace(
    /\$(?:\{(\w+)\}|(\w+))/g,
    (whole, braced, bare) => env[braced ?? bare] ?? whole,
  );
}

function expandAll(
  variables: Readonly<Record<string, string>>,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const env: Record<string, string> = { ...given };
  for (const [name, value] of Object.entries(variables)) env[name] ??= expanded(value, env);
  return env;
}

/**
 * Docker executor, not privileged: root, Docker's capabilities and filter, the project as a volume.
 * @param given the variables that GitLab sets
 */
export function gitlabJob(given: Readonly<Record<string, string>>, project: string): Job {
  const { build } = parse(snippet('gitlab-ci.yml'));
  return {
    args: ['sh', '-c', ['set -e', ...build.script].join('\n')],
    limits: { network: 'host', volumes: { '/builds/team/app': project } },
    command: {
      entrypoint: build.image.entrypoint.filter(Boolean),
      env: expandAll(build.variables, given),
      cwd: '/builds/team/app',
    },
  };
}

interface SecurityContext {
  readonly runAsNonRoot?: boolean;
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
  readonly fsGroup?: number;
  readonly allowPrivilegeEscalation?: boolean;
  readonly readOnlyRootFilesystem?: boolean;
  readonly privileged?: boolean;
  readonly capabilities?: { readonly drop?: readonly string[]; readonly add?: readonly string[] };
  readonly seccompProfile?: { readonly type: string };
}

interface Variable {
  readonly name: string;
  readonly value: string;
}

interface Volume {
  readonly name: string;
  readonly emptyDir?: object;
  readonly secret?: object;
}

interface Container {
  readonly args?: readonly string[];
  readonly env?: readonly Variable[];
  readonly securityContext?: SecurityContext;
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
}

export interface PodSpec {
  readonly securityContext?: SecurityContext;
  readonly containers: readonly Container[];
  readonly volumes?: readonly Volume[];
  readonly hostNetwork?: boolean;
}

/** What Pod Security's `restricted` wants of a pod and it does not have; of `baseline`, what it has and may not. */
export function podSecurityFaults({ securityContext: pod = {}, containers }: PodSpec) {
  const baseline: string[] = [];
  const restricted: string[] = [];
  for (const { securityContext: own = {} } of containers) {
    const { capabilities = {} } = own;
    if (own.privileged) baseline.push('privileged');
    if ((capabilities.add ?? []).length > 0) baseline.push('capabilities.add');
    if (own.allowPrivilegeEscalation !== false) restricted.push('allowPrivilegeEscalation');
    if (!(capabilities.drop ?? []).includes('ALL')) restricted.push('capabilities.drop');
    if ((own.runAsNonRoot ?? pod.runAsNonRoot) !== true) restricted.push('runAsNonRoot');
    if ((own.runAsUser ?? pod.runAsUser) === 0) restricted.push('runAsUser');
    const { type } = own.seccompProfile ?? pod.seccompProfile ?? { type: 'Unconfined' };
    if (type === 'Unconfined') restricted.push('seccompProfile');
  }
  return { baseline, restricted: [...baseline, ...restricted] };
}

function limitsOf(pod: SecurityContext, own: SecurityContext): ImageContainerLimits {
  const uid = own.runAsUser ?? pod.runAsUser ?? 0;
  const drops = own.capabilities?.drop?.includes('ALL') === true;
  return {
    uid,
    gid: own.runAsGroup ?? pod.runAsGroup ?? 0,
    groups: pod.fsGroup === undefined ? [] : [pod.fsGroup],
    ...(drops ? { capabilities: [] } : {}),
    noNewPrivileges: own.allowPrivilegeEscalation === false,
    readOnlyRoot: own.readOnlyRootFilesystem === true,
    network: 'host',
  };
}

/** An emptyDir: on a new disk, for everyone, of the pod's group. */
function emptyDirectory(path: string, group: number | undefined): string {
  mkdirSync(path);
  if (group !== undefined) chownSync(path, 0, group);
  chmodSync(path, group === undefined ? 0o777 : 0o2777);
  return path;
}

export interface JobFiles {
  /** An empty directory for volumes. */
  readonly directory: string;
  /** Replaces values of the snippet. */
  readonly env: Readonly<Record<string, string>>;
  /** A config.json with a login. */
  readonly login: string;
}

/** @param name of the file in docs/ci */
export function podOf(name: string): PodSpec {
  return parse(snippet(name)).spec.template.spec;
}

/** A pod's one container. Kubernetes replaces `$(NAME)` in arguments by variables. */
export function kubernetesJob(name: string, { directory, env: given, login }: JobFiles): Job {
  const pod = podOf(name);
  const [container] = pod.containers;
  if (container === undefined) throw new Error('no container');
  const { env: own = [], args = [], volumeMounts = [] } = container;
  const variables = own.map(({ name: key, value }) => [key, given[key] ?? value] as const);
  const env = Object.fromEntries(variables);
  const volumes: Record<string, string> = {};
  const files: Record<string, string> = {};
  for (const mount of volumeMounts) {
    const volume = pod.volumes?.find((one) => one.name === mount.name);
    if (volume?.secret !== undefined) files[mount.mountPath] = login;
    else {
      const path = join(directory, mount.name);
      volumes[mount.mountPath] = emptyDirectory(path, pod.securityContext?.fsGroup);
    }
  }
  const limits = limitsOf(pod.securityContext ?? {}, container.securityContext ?? {});
  return {
    args: args.map((text) => text.replace(/\$\((\w+)\)/g, (whole, key) => env[key] ?? whole)),
    limits: { ...limits, volumes, files },
    command: { env },
  };
}

/**
 * A step of a Task, as Tekton runs it: the script is a file, `$(…)` are replaced.
 * @param project becomes the workspace
 */
export function tektonJob(
  { directory, env: params, login }: JobFiles,
  project: string,
): Job & { readonly results: string } {
  const { spec } = parse(snippet('tekton-task.yaml'));
  const [step] = spec.steps;
  const results = emptyDirectory(join(directory, 'results'), undefined);
  const defaults = spec.params.map((param: { name: string; default?: string }) => [
    ...[`params.${param.name}`, params[param.name] ?? param.default],
  ]);
  const values: Readonly<Record<string, string>> = {
    ...Object.fromEntries(defaults),
    'workspaces.source.path': '/workspace/source',
    ...Object.fromEntries(
      spec.results.map(({ name }: { name: string }) => [
        ...[`results.${name}.path`, `/tekton/results/${name}`],
      ]),
    ),
  };
  const replaced = (text: string) =>
    text.replace(/\$\(([\w.-]+)\)/g, (whole, key) => values[key] ?? whole);
  const scripts = join(directory, 'scripts');
  mkdirSync(scripts);
  writeFileSync(join(scripts, 'script-0'), replaced(step.script), { mode: 0o755 });
  const volumes = Object.fromEntries(
    step.volumeMounts.map(({ name, mountPath }: { name: string; mountPath: string }) => [
      ...[mountPath, emptyDirectory(join(directory, name), undefined)],
    ]),
  );
  return {
    results,
    args: ['/tekton/scripts/script-0'],
    limits: {
      ...limitsOf({}, step.securityContext),
      volumes: { ...volumes, '/tekton/results': results, '/workspace/source': project },
      files: { '/tekton/scripts': scripts, '/login': login },
    },
    command: {
      entrypoint: [],
      env: Object.fromEntries(step.env.map(({ name, value }: Variable) => [name, value])),
      cwd: replaced(step.workingDir),
    },
  };
}

/**
 * A Docker agent: the user of Jenkins, who is not root, and so without capabilities.
 * @param given the variables of Jenkins and of credentials
 * @returns one job for each `sh`
 */
export function jenkinsJobs(given: Readonly<Record<string, string>>, workspace: string): Job[] {
  const text = snippet('Jenkinsfile');
  const [, block = ''] = /environment \{\n([\s\S]*?)\n {4}\}/.exec(text) ?? [];
  const variables = Object.fromEntries(
    [...block.matchAll(/^\s*(\w+) = (?:'([^']*)'|"([^"]*)")$/gm)].map(([, name, plain, rich]) => [
      ...[name, plain ?? rich],
    ]),
  );
  const env = expandAll(variables, given);
  const scripts = [...text.matchAll(/\bsh (?:'''([\s\S]*?)'''|'([^']*)')/g)];
  return scripts.map(([, long, short]) => ({
    // Jenkins starts scripts so.
    args: ['sh', '-xe', '-c', long ?? short ?? ''],
    limits: {
      ...{ uid: 1000, gid: 1000, network: 'host' },
      volumes: {
        [given.WORKSPACE ?? '']: workspace,
        [`${given.WORKSPACE}@tmp`]: `${workspace}@tmp`,
      },
    },
    command: { entrypoint: [], env, cwd: given.WORKSPACE ?? '/' },
  }));
}

interface ActionStep {
  readonly env: Readonly<Record<string, string>>;
  readonly run: string;
  readonly shell: string;
}

export interface Action {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly [ActionStep] };
}

export function githubAction(): Action {
  return parse(snippet('github/action.yml'));
}

/** The action's step on a hosted runner: an ordinary user. @param outputs a directory for GITHUB_OUTPUT */
export function githubJob(
  inputs: Readonly<Record<string, string>>,
  { directory, env, login }: JobFiles,
  project: string,
): Job {
  const { inputs: known, runs } = githubAction();
  const [step] = runs.steps;
  const values = Object.entries(step.env).map(([name, text]) => {
    const [, input = ''] = /^\$\{\{ inputs\.([\w-]+) \}\}$/.exec(text) ?? [];
    return [name, inputs[input] ?? known[input]?.default ?? ''] as const;
  });
  const script = join(directory, 'step.sh');
  writeFileSync(script, step.run);
  const [home, temporary] = ['home', 'tmp'].map((name) => {
    const path = join(directory, name);
    mkdirSync(path);
    chmodSync(path, 0o1777);
    return path;
  });
  return {
    args: ['bash', '--noprofile', '--norc', '-e', '-o', 'pipefail', '/runner/step.sh'],
    limits: {
      ...{ uid: 1001, gid: 1001, capabilities: [], network: 'host' },
      volumes: { '/workspace': project, '/home/runner': home ?? '', '/tmp': temporary ?? '' },
      files: { '/runner/step.sh': script, '/login': login },
    },
    command: {
      entrypoint: [],
      cwd: '/workspace',
      env: {
        ...Object.fromEntries(values),
        ...{ GITHUB_OUTPUT: '/home/runner/output', HOME: '/home/runner', DOCKER_CONFIG: '/login' },
        LAMINA_ROOT: '/home/runner/store',
        ...env,
      },
    },
  };
}
