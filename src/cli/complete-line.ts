/** `lamina __complete WORD...`, which the completion scripts call on Tab. */

import { type CompletionSources, complete } from './candidates.ts';
import type { CommandContext } from './command.ts';

/** Prints one candidate per line, with its meaning after a tab, and `::files` or the like at the end. */
export async function completeLine(
  words: readonly string[],
  context: CommandContext,
): Promise<void> {
  const { candidates, also } = await complete(words, sourcesOf(context));
  const lines = candidates.map(({ text, help }) => `${text}\t${brief(help)}\n`);
  await context.io.stdout.write(`${lines.join('')}::${also}\n`);
}

function sourcesOf({ api, signal, root }: CommandContext): CompletionSources {
  return {
    async images() {
      // An unreadable store must not print an error into the user's prompt.
      const images = await (await api()).images({ root, signal }).catch(() => []);
      return images.flatMap(({ references }) => references).sort();
    },
    async explanations() {
      const { explanations } = await import('./explain/index.ts');
      return (await explanations()).map(({ name, summary }) => ({ text: name, help: summary }));
    },
  };
}

const LONGEST = 70;

/** One short line, which shells show next to the candidate. */
function brief(help: string): string {
  const [first = ''] = help.split(/[:;(]\s/);
  const line = first.replace(/\s+/g, ' ');
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 1)}…`;
}
