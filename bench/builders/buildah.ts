import { mkdirSync } from 'node:fs';
import type { Command } from '../measure.ts';
import { BASE, type Builder, LOADED, outputOf } from './builder.ts';

/** Pulls $0 with the command of the other arguments, and names it $NAME. */
const PULL = 'id=$("$@" pull -q "$0") && "$@" tag "$id" "$NAME"';

/** @param directory of its store, which is made */
export function buildahBuilder(directory: string): Builder | string {
  const version = outputOf('buildah', ['--version']);
  if (version === undefined) return 'buildah is not installed';
  mkdirSync(directory, { recursive: true });
  const stores = ['--root', `${directory}/root`, '--runroot', `${directory}/run`];
  const buildah = (...args: string[]): Command => ({
    program: 'buildah',
    args: [...stores, ...args],
  });
  const pull = (archive: string, name: string): Command => ({
    program: 'sh',
    args: ['-c', PULL, `oci-archive:${archive}`, 'buildah', ...stores],
    env: { NAME: name },
  });
  const build = (context: string, target?: string): Command =>
    buildah(
      ...[
        'bud',
        '-q',
        '--layers',
        '--runtime',
        'runc',
        '--network=host',
        '--tls-verify=false',
        '-t',
        'bench',
      ],
      ...(target === undefined ? [] : ['--target', target]),
      context,
    );
  return {
    name: 'buildah',
    version: /version (\S+)/.exec(version)?.[1] ?? version,
    prepare: ({ archive }) => [pull(archive, BASE)],
    commands(task) {
      if (task.kind === 'start') return undefined;
      if (task.kind === 'push') {
        const push = ['push', '-q', '--tls-verify=false', 'bench', `docker://${task.reference}`];
        return [build(task.directory), buildah(...push)];
      }
      const { directory: context, target, load, output } = task;
      if (output?.compression === 'zstd') return undefined;
      const isPlain = output?.compression === 'uncompressed';
      const path = output && `${isPlain ? 'docker' : 'oci'}-archive:${output.path}`;
      return [
        ...(load === undefined ? [] : [pull(load.archive, LOADED)]),
        build(context, target),
        ...(path === undefined ? [] : [buildah('push', '-q', 'bench', path)]),
      ];
    },
  };
}
