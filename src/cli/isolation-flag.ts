/** The flag `--isolation`: the same for containers and RUN steps. */
import type { IsolationChoice } from '../api/index.ts';
import type { FlagTable } from './flags.ts';

const CHOICES = [
  'auto',
  'oci',
  'builtin',
  'userns',
  'chroot',
  'proot',
] as const satisfies readonly IsolationChoice[];

/** @param group heading in the help */
export function isolationFlag(group: string) {
  return {
    isolation: {
      kind: 'text',
      value: 'type',
      group,
      choices: CHOICES,
      help: 'how processes are isolated (default: $LAMINA_ISOLATION, else auto, the strongest that works here)',
    },
  } as const satisfies FlagTable;
}

/** The choice; the flag's own check has refused other texts. */
export function isolationChoice(text: string | undefined): IsolationChoice | undefined {
  return CHOICES.find((choice) => choice === text);
}
