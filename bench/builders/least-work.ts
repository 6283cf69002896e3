/** The least work of a row, done by a small program: not a builder but the floor under all of them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import type { Command } from '../measure.ts';
import { layerFiles } from '../oci-files.ts';
import { type Builder, outputOf } from './builder.ts';

/** @param directory of its files, which is made */
export function leastWork(directory: string): Builder | string {
  const runc = outputOf('runc', ['--version'])?.split('\n', 1)[0];
  if (runc === undefined) return 'runc is not installed, which the least work needs';
  const program = join(directory, 'main.mjs');
  const bundle = join(directory, 'bundle');
  const results = join(directory, 'results');
  return {
    name: 'least work',
    version: `(${runc})`,
    prepare({ layout }) {
      const rootfs = join(bundle, 'rootfs');
      for (const made of [results, rootfs]) mkdirSync(made, { recursive: true });
      buildSync({
        entryPoints: [join(process.env.PROGRAM_DIRECTORY ?? '.', 'least-work/main.ts')],
        ...{ outfile: program, bundle: true, platform: 'node', format: 'esm' },
      });
      writeFileSync(join(bundle, 'config.json'), JSON.stringify(SPECIFICATION));
      return layerFiles(layout).map(
        (layer): Command => ({ program: 'tar', args: ['-xf', layer, '-C', rootfs] }),
      );
    },
    commands(task) {
      if (task.kind === 'start' || task.least === undefined) return undefined;
      const args = [program, JSON.stringify(task.least), results, bundle];
      return [{ program: process.execPath, args, cwd: task.directory }];
    },
  };
}

const SPECIFICATION = {
  ociVersion: '1.0.2',
  root: { path: 'rootfs' },
  process: { user: { uid: 0, gid: 0 }, args: ['/bin/sh'], env: ['PATH=/bin'], cwd: '/' },
  mounts: [
    { destination: '/proc', type: 'proc', source: 'proc' },
    { destination: '/sys', type: 'sysfs', source: 'sysfs' },
  ],
  linux: { namespaces: ['pid', 'ipc', 'uts', 'mount'].map((type) => ({ type })) },
};
