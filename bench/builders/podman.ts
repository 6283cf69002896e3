import { mkdirSync } from 'node:fs';
import type { Command } from '../measure.ts';
import { type Builder, outputOf } from './builder.ts';

/**
 * Podman builds with Buildah's code, so it takes part only where images come from registries and go there.
 *
 * @param directory of its store, which is made
 */
export function podmanBuilder(directory: string): Builder | string {
  const version = outputOf('podman', ['--version']);
  if (version === undefined) return 'podman is not installed';
  mkdirSync(directory, { recursive: true });
  const settings = ['--runtime', 'runc', '--cgroup-manager', 'cgroupfs'];
  const stores = ['--root', `${directory}/root`, '--runroot', `${directory}/run`];
  const podman = (...args: string[]): Command => ({
    program: 'podman',
    args: [...settings, ...stores, ...args],
  });
  const build = (context: string): Command => {
    const options = ['-q', '--layers', '--network=host', '--tls-verify=false', '-t', 'bench'];
    return podman('build', ...options, context);
  };
  return {
    name: 'podman',
    version: /version (\S+)/.exec(version)?.[1] ?? version,
    prepare: () => [],
    commands(task) {
      if (task.kind === 'push') {
        const push = ['push', '-q', '--tls-verify=false', 'bench', `docker://${task.reference}`];
        return [build(task.directory), podman(...push)];
      }
      if (task.kind === 'start' || task.pulls !== true) return undefined;
      const { directory: context, output } = task;
      if (output !== undefined && output.compression !== 'uncompressed') return undefined;
      const archive = output && podman('push', '-q', 'bench', `docker-archive:${output.path}`);
      return [build(context), ...(archive === undefined ? [] : [archive])];
    },
  };
}
