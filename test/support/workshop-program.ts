/** For tests: a program that runs one process as lamina does, to kill, signal and pipe to. */
import { readFileSync } from 'node:fs';
import { type Isolation, openRuntime, runForeground } from '../../src/runtime/index.ts';
import type { ProcessSpec } from '../../src/runtime/process/spec.ts';

/** The program's input, as JSON in the file named by LAMINA_TEST_TASK. */
export interface Task {
  readonly spec: ProcessSpec;
  readonly stateDirectory: string;
  readonly isolation?: Isolation | undefined;
  /** Undefined: as a build step, with the output copied to standard output. */
  readonly foreground: { readonly interactive: boolean } | undefined;
}

const task: Task = JSON.parse(readFileSync(process.env.LAMINA_TEST_TASK ?? '', 'utf8'));
const options = {
  temporaryDirectory: () => Promise.resolve(task.stateDirectory),
  env: process.env,
  isolation: task.isolation,
};
process.exitCode = await (task.foreground ? inForeground(task.foreground) : asStep());

async function inForeground({ interactive }: { interactive: boolean }): Promise<number> {
  await using runtime = openRuntime({ ...options, stdio: 'foreground' });
  return (await runForeground(task.spec, { runtime, interactive })).exitCode;
}

async function asStep(): Promise<number> {
  await using runtime = openRuntime(options);
  const onOutput = (_: string, bytes: Buffer) => process.stdout.write(bytes);
  return (await runtime.run(task.spec, { onOutput })).exitCode;
}
