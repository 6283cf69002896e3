/**
 * Ends a test run that stands still. A test's own timeout cannot end one that blocks its whole process, for example
 * in `spawnSync`; without this, such a run says nothing until its machine is taken away.
 */
import type { Reporter, TestCase, TestModule } from 'vitest/node';
import { descendants } from './process-list.ts';

/** Longer than the longest hook may take. */
const LIMIT_MS = 11 * 60_000;

export class StallReporter implements Reporter {
  readonly #running = new Map<string, string>();
  #watch: NodeJS.Timeout | undefined;

  onTestRunStart(): void {
    this.#progress();
  }

  onTestModuleStart({ moduleId }: TestModule): void {
    this.#running.set(moduleId, '');
    this.#progress();
  }

  onTestCaseReady({ module, fullName }: TestCase): void {
    this.#running.set(module.moduleId, fullName);
  }

  onTestCaseResult(): void {
    this.#progress();
  }

  onTestModuleEnd({ moduleId }: TestModule): void {
    this.#running.delete(moduleId);
    this.#progress();
  }

  onTestRunEnd(): void {
    clearTimeout(this.#watch);
  }

  #progress(): void {
    clearTimeout(this.#watch);
    this.#watch = setTimeout(() => this.#end(), LIMIT_MS).unref();
  }

  #end(): void {
    const minutes = LIMIT_MS / 60_000;
    const processes = descendants(process.pid);
    const lines = [
      `The tests stand still: nothing ended for ${minutes} minutes. Running:`,
      ...[...this.#running].map(([module, name]) => `  ${module} ${name}`),
      'Processes:',
      ...processes.map(({ pid, parent, command }) => `  ${pid} of ${parent}: ${command}`),
    ];
    process.stderr.write(`\n${lines.join('\n')}\n`);
    for (const { pid } of processes) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // it ended
      }
    }
    process.exit(1);
  }
}
