/** Runs cases on a machine, one after the other. */
import { chmodSync, chownSync, lstatSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadBases } from '../build-with-lamina.ts';
import type { Topic } from '../case.ts';
import { type CaseResult, type RunCasesOptions, runCasesIn } from '../run-cases.ts';
import { Workplace, type WrittenCase } from '../workplace.ts';
import { type MachineName, openMachine } from './machines.ts';
import { startWorker } from './start-worker.ts';

export async function runCases(
  name: MachineName,
  topics: readonly Topic[],
  options: RunCasesOptions,
): Promise<readonly CaseResult[]> {
  const directory = mkdtempSync(join(tmpdir(), `lamina-${name}-`));
  chmodSync(directory, 0o755);
  using machine = openMachine(name, directory);
  const { uid, wrapper } = machine;
  await using workplace = await Workplace.open(directory, uid);
  const root = join(directory, 'store');
  mkdirSync(root);
  chownSync(root, uid, uid);
  await using lamina = await startWorker(wrapper, root);
  const { run } = lamina;
  await loadBases(workplace, run);
  const prepare = ({ directory: written }: WrittenCase) => giveTo(written, uid);
  return await runCasesIn(topics, { workplace, run, prepare, ...options });
}

/** What the user could not read, or write in. Other files keep what a new owner would take away: set-user-id bits. */
function giveTo(path: string | Buffer, uid: number): void {
  if (uid === 0) return;
  const status = lstatSync(path);
  const isDirectory = status.isDirectory();
  if (isDirectory || (status.isFile() && (status.mode & 0o004) === 0)) {
    chownSync(path, uid, uid);
    chmodSync(path, status.mode & 0o7777);
  }
  if (!isDirectory) return;
  for (const name of readdirSync(path, { encoding: 'buffer' })) {
    giveTo(Buffer.concat([Buffer.from(path), Buffer.from('/'), name]), uid);
  }
}
