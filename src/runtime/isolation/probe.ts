import type { Environment } from '../../environment.ts';
import { judgeIsolations } from './judge.ts';
import { readMachineFacts } from './machine-facts.ts';
import type { IsolationReport } from './report.ts';

/**
 * What each isolation is worth here. Reads files, and starts a few short programs that change nothing.
 *
 * @param env has PATH and LAMINA_RUNTIME
 * @returns a report for each isolation, strongest first
 */
export function probeIsolations(env: Environment): readonly IsolationReport[] {
  return judgeIsolations(readMachineFacts(env, true));
}
