/** What the programs that run the whole suite share: the cases that the command line names, and the report. */
import { parseArgs } from 'node:util';
import type { Topic } from './case.ts';
import type { CaseResult, RunCasesOptions } from './run-cases.ts';
import { topics } from './topics.ts';

export interface Chosen {
  readonly topics: readonly Topic[];
  readonly wants: RunCasesOptions['wants'];
  /** The words of the command line that are no options. */
  readonly words: readonly string[];
}

/** Reads `--topic=NAME` and `--case=TOPIC/CASE`, each as often as wanted. Default: all. */
export function chosenCases(argv: readonly string[]): Chosen {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: {
      topic: { type: 'string', multiple: true },
      case: { type: 'string', multiple: true },
    },
    allowPositionals: true,
  });
  const has = (all: readonly string[] | undefined, name: string) => all?.includes(name) ?? true;
  return {
    topics: topics.filter(({ name }) => has(values.topic, name)),
    wants: (name) => has(values.case, name),
    words: positionals,
  };
}

/** Runs half of the topics. */
export type RunHalf = (
  half: readonly Topic[],
  options: RunCasesOptions,
) => Promise<readonly CaseResult[]>;

/**
 * Runs the cases in two halves at the same time, and writes those that differ without being listed, or pass though
 * listed.
 *
 * @returns whether there was none
 */
export async function reportCases(
  title: string,
  { topics: chosen, wants }: Chosen,
  { listed, run }: { readonly listed: ReadonlyMap<string, string>; readonly run: RunHalf },
): Promise<boolean> {
  const begun = performance.now();
  let isAsListed = true;
  let done = 0;
  const onResult = ({ name, difference }: CaseResult) => {
    done += 1;
    if (done % 100 === 0) process.stderr.write(`${title}: ${done}\n`);
    if (listed.has(name) === (difference !== undefined)) return;
    isAsListed = false;
    const what = difference ?? 'passes, and is listed as a case that cannot';
    process.stdout.write(`${title}: ${name}: ${what}\n`);
  };
  const halves = [0, 1].map((rest) => chosen.filter((_, index) => index % 2 === rest));
  const results = (await Promise.all(halves.map((half) => run(half, { wants, onResult })))).flat();
  const passed = results.filter(({ difference }) => difference === undefined).length;
  const seconds = Math.round((performance.now() - begun) / 1000);
  process.stdout.write(
    `${title}: ${passed} of ${results.length} cases pass, ${results.length - passed} do not (${seconds} s)\n`,
  );
  return isAsListed;
}
