/** What an instruction was asked for beside its own words: by other instructions, and by flags of the build. */
import { cause, type StepCause } from '../explanation.ts';
import type { RecordedStep } from '../types.ts';

/** The instruction or flag that sets a parameter. */
const SET_BY: Readonly<Record<string, string>> = {
  user: 'USER',
  owner: 'USER',
  cwd: 'WORKDIR',
  destination: 'WORKDIR',
  path: 'WORKDIR',
  shell: 'SHELL',
  network: '--network',
  security: '--security',
  hosts: '--add-host',
  hostname: 'BUILDKIT_SANDBOX_HOSTNAME',
  shmSize: '--shm-size',
  ulimits: '--ulimit',
};

/** Covered by other causes: files by their digests, images by their content. */
const ELSEWHERE = new Set(['image', 'reference', 'sources', 'exclude', 'platform', 'context']);
/** What a WORKDIR decides, which may be a step of its own. */
const OF_WORKDIR = new Set(['cwd', 'destination', 'path']);

export interface ParameterFacts {
  /** Whether a WORKDIR below is a step that is another one than before. */
  readonly isWorkdirAStep: boolean;
}

export function parameterCause(
  step: RecordedStep,
  old: RecordedStep,
  { isWorkdirAStep }: ParameterFacts,
): StepCause | undefined {
  const names = Object.keys({ ...step.parameters, ...old.parameters });
  for (const name of names) {
    const [after = null, before = null] = [step.parameters[name], old.parameters[name]];
    if (after === before || ELSEWHERE.has(name)) continue;
    if (name === 'semantics') {
      return cause('missing', { before: `rules ${before}`, after: `rules ${after}` });
    }
    if (OF_WORKDIR.has(name) && isWorkdirAStep) continue;
    if (name === 'mounts') return cause('mount', { subject: '--mount', before, after });
    if (name === 'secrets') return cause('secret', { subject: '--mount', before, after });
    if (name === 'heredoc' || name === 'script') return lineCause(before, after);
    return cause('definition', { subject: SET_BY[name] ?? name, before, after });
  }
  return undefined;
}

/** The first line of a here-document that is another one. */
function lineCause(before: string | null, after: string | null): StepCause {
  const [old, now] = [(before ?? '').split('\n'), (after ?? '').split('\n')];
  const at = now.findIndex((line, index) => line !== old[index]);
  const index = at < 0 ? now.length : at;
  return cause('definition', {
    subject: (now[index] ?? old[index] ?? '').trim(),
    before: old[index] ?? null,
    after: now[index] ?? null,
  });
}
