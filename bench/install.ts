/** lamina as users install it: packed, and installed globally for each version of Node.js. */
import { mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { outputOf } from './builders/builder.ts';
import { commandOf, type Installation } from './builders/lamina.ts';
import { run } from './measure.ts';

const ROOT = resolve(process.env.PROGRAM_DIRECTORY ?? '.', '..');

/**
 * @param nodes paths of the Node.js programs
 * @param directory for the package and the installations
 */
export async function installFor(
  nodes: readonly string[],
  directory: string,
): Promise<Installation[]> {
  mkdirSync(directory, { recursive: true });
  const pack = ['pack', '--silent', '--ignore-scripts', '--pack-destination', directory];
  await run({ program: 'npm', args: pack, cwd: ROOT });
  const [archive = ''] = readdirSync(directory).filter((name) => name.endsWith('.tgz'));
  const installations: Installation[] = [];
  for (const node of nodes) {
    const version = outputOf(node, ['--version']);
    if (version === undefined) throw new Error(`${node} is no Node.js`);
    const prefix = join(directory, version);
    const options = ['--global', '--prefix', prefix, '--no-audit', '--no-fund'];
    await run({ program: 'npm', args: ['install', ...options, join(directory, archive)] });
    const command = commandOf(join(prefix, 'bin/lamina'), node);
    installations.push({ name: `lamina/${version.slice(1).split('.')[0]}`, command });
  }
  return installations;
}
