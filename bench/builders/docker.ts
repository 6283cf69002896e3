import { DaemonUsage } from '../daemon-usage.ts';
import type { Command } from '../measure.ts';
import { type Builder, outputOf } from './builder.ts';

/** The Docker daemon at `$DOCKER_HOST`, with the BuildKit inside it. */
export function dockerBuilder(): Builder | string {
  const address = process.env.DOCKER_HOST;
  if (!address) return 'DOCKER_HOST is not set';
  const program = process.env.DOCKER ?? 'docker';
  const version = outputOf(program, ['version', '--format', '{{.Server.Version}}']);
  if (version === undefined) return 'docker does not reach a daemon';
  const docker = (...args: string[]): Command => ({
    program,
    args,
    env: { DOCKER_BUILDKIT: '1', BUILDX_BUILDER: 'default' },
  });
  const build = (directory: string, name: string, target?: string): Command =>
    docker(
      ...['build', '-q', '--network=none', '-t', name],
      ...(target === undefined ? [] : ['--target', target]),
      directory,
    );
  return {
    name: 'Docker',
    version,
    daemon: DaemonUsage.find('dockerd', address) ?? 'unknown',
    prepare: ({ archive }) => [docker('load', '-q', '-i', archive)],
    commands(task) {
      if (task.kind === 'start') return undefined;
      if (task.kind === 'push') {
        return [build(task.directory, task.reference), docker('push', '-q', task.reference)];
      }
      const { directory, target, load, output } = task;
      if (output !== undefined && output.compression !== 'uncompressed') return undefined;
      return [
        ...(load === undefined ? [] : [docker('load', '-q', '-i', load.archive)]),
        build(directory, 'bench', target),
        ...(output === undefined ? [] : [docker('save', '-o', output.path, 'bench')]),
      ];
    },
  };
}
