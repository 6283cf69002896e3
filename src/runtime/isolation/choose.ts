/** Chooses the isolation of a build or a container. */
import type { Environment } from '../../environment.ts';
import { AppError } from '../../errors.ts';
import { nearestName } from '../../nearest-name.ts';
import { ISOLATIONS, type Isolation, type IsolationChoice } from '../process/index.ts';
import { judgeIsolation, judgeIsolations } from './judge.ts';
import type { MachineFacts } from './machine-facts.ts';
import type { IsolationReport } from './report.ts';

/**
 * Reads the name of an isolation.
 *
 * @param source of the text, for the error: `--isolation`, `LAMINA_ISOLATION`
 * @throws AppError RUNTIME_ISOLATION_UNKNOWN
 */
export function parseIsolation(text: string, source: string): IsolationChoice {
  const choices = ['auto', ...ISOLATIONS] as const;
  const found = choices.find((choice) => choice === text);
  if (found !== undefined) return found;
  const near = nearestName(text, choices);
  throw new AppError('RUNTIME_ISOLATION_UNKNOWN', `unknown isolation '${text}' in ${source}`, {
    expected: choices.join(', '),
    hint: near === undefined ? undefined : `did you mean ${near}?`,
  });
}

/** @throws AppError RUNTIME_ISOLATION_UNKNOWN, for a wrong LAMINA_ISOLATION */
export function defaultIsolation(env: Environment): IsolationChoice {
  const text = env.LAMINA_ISOLATION;
  return text === undefined || text === '' ? 'auto' : parseIsolation(text, 'LAMINA_ISOLATION');
}

/**
 * The strongest isolation that works, or the one that was asked for. LAMINA_RUNTIME asks for `oci`: a runtime that was
 * named and cannot be used is an error, never a reason to isolate less.
 *
 * @returns with `auto`, undefined if none works
 */
export function chooseIsolation(
  choice: IsolationChoice,
  facts: MachineFacts,
): IsolationReport | undefined {
  const asked = choice === 'auto' && facts.askedOciProgram !== undefined ? 'oci' : choice;
  if (asked !== 'auto') return judgeIsolation(asked, facts);
  for (const isolation of ISOLATIONS) {
    const report = judgeIsolation(isolation, facts);
    if (report.works) return report;
  }
  return undefined;
}

/** The error when an isolation that was asked for does not work. */
export function isolationUnusable({ isolation, reason, fix }: IsolationReport): AppError {
  return new AppError('RUNTIME_ISOLATION', `the isolation ${isolation} does not work: ${reason}`, {
    hint: fix,
  });
}

/** The error when no isolation works: each with what it lacks. */
export function noIsolation(facts: MachineFacts): AppError {
  const reports = judgeIsolations(facts);
  const lines = reports.map(({ isolation, reason }) => `${isolation}: ${reason}`);
  const fixes = new Map<string, Isolation[]>();
  for (const { isolation, fix } of reports) {
    if (fix !== undefined) fixes.set(fix, [...(fixes.get(fix) ?? []), isolation]);
  }
  const hints = [...fixes].map(([fix, isolations]) => `${fix} (${isolations.join(', ')})`);
  return new AppError(
    'RUNTIME_NO_ISOLATION',
    `no process can be started in an image here (${lines.join('; ')})`,
    {
      hint: `${hints.join(', or ')}; builds without RUN work here`,
      details: { isolations: reports },
    },
  );
}
