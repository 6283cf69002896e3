/**
 * lamina's own image in seconds: the last stage of image/Dockerfile, with what its other stages would download taken from
 * this machine.
 */
import { chmodSync, cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { makeBusyboxImage } from './busybox-image.ts';
import { COMMAND, type Workbench } from './cli.ts';
import { hostPrograms } from './host-programs.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const PACKAGE = 'usr/local/lib/node_modules/lamina-build';

/** The stages that a build takes from elsewhere: values of --build-context. */
export interface ReplacedStages {
  readonly tools: string;
  readonly node: string;
  readonly lamina: string;
}

/**
 * Builds `lamina:own` in the bench's store, and the image `tools` with it.
 * @returns the stages, to build it again
 */
export async function makeOwnImage(bench: Workbench): Promise<ReplacedStages> {
  await makeBusyboxImage(bench);
  await makeTools(bench);
  const stages = {
    tools: 'docker-image://tools',
    node: join(bench.directory, 'own-node'),
    lamina: join(bench.directory, 'own-lamina'),
  };
  mkdirSync(join(stages.node, 'out/usr/local/bin'), { recursive: true });
  cpSync(process.execPath, join(stages.node, 'out/usr/local/bin/node'), { dereference: true });
  installLamina(join(stages.lamina, 'out'));
  await bench.succeed(['build', '-q', '-t', 'lamina:own', ...ownImageArguments(stages)]);
  return stages;
}

/** Arguments of `lamina build`, in the directory of the repository. */
export function ownImageArguments(stages: ReplacedStages, root = ROOT): readonly string[] {
  const contexts = Object.entries(stages).flatMap(([name, source]) => [
    ...['--build-context', `${name}=${source}`],
  ]);
  return ['-f', join(root, 'image/Dockerfile'), '--target', 'slim', ...contexts, root];
}

/** busybox, other programs of this machine, and the libraries that they and Node.js load. */
async function makeTools(bench: Workbench): Promise<void> {
  const git = '/usr/lib/git-core/git-remote-http';
  const programs = ['/usr/bin/proot', '/bin/bash', '/usr/bin/git', git];
  const files = hostPrograms([...programs, process.execPath], 'files');
  const https = 'ln -s git-remote-http /usr/lib/git-core/git-remote-https';
  const dockerfile = `FROM busybox\nCOPY --chmod=755 files /\nRUN ${https}\n`;
  const directory = bench.project({ ...files, Dockerfile: dockerfile }, 'own-tools');
  await bench.succeed(['build', '-q', '-t', 'tools', directory]);
}

/** As `npm install --global` does, and a directory for stores. */
function installLamina(directory: string): void {
  const modules = join(directory, PACKAGE, 'node_modules');
  const store = join(directory, 'var/lib/lamina');
  const bin = join(directory, 'usr/local/bin');
  for (const path of [modules, store, bin]) mkdirSync(path, { recursive: true });
  chmodSync(store, 0o1777);
  cpSync(dirname(COMMAND), join(directory, PACKAGE, 'dist/bin'), { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(directory, PACKAGE, 'package.json'));
  for (const name of ['koffi', '@koromix']) {
    cpSync(join(ROOT, 'node_modules', name), join(modules, name), { recursive: true });
  }
  symlinkSync('../lib/node_modules/lamina-build/dist/bin/lamina.js', join(bin, 'lamina'));
}
