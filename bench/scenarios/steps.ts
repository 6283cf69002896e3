/** Many steps, few bytes. */
import { BASE } from '../builders.ts';
import { writeFiles } from '../data.ts';
import type { Scenario } from '../scenario.ts';

export const fiftyRuns: Scenario = {
  name: 'runs-50',
  title: '50 trivial RUN steps',
  times: 3,
  prepare({ directory, seed }) {
    const runs = numbers(50).map((at) => `RUN echo ${at} > /step`);
    writeFiles(directory, {
      Dockerfile: `FROM ${BASE}\nRUN echo ${seed} > /seed\n${runs.join('\n')}\n`,
    });
    return { measured: { directory } };
  },
};

export const eightStages: Scenario = {
  name: 'stages-8',
  title: 'eight independent stages, each waiting for one second',
  times: 3,
  prepare({ directory, seed }) {
    const stages = numbers(8).map(
      (at) => `FROM ${BASE} AS s${at}\nRUN sleep 1 && echo ${at} ${seed} > /result\n`,
    );
    const copies = numbers(8).map((at) => `COPY --from=s${at} /result /result${at}\n`);
    writeFiles(directory, { Dockerfile: `${stages.join('')}FROM scratch\n${copies.join('')}` });
    return { measured: { directory } };
  },
};

export const thousandStages: Scenario = {
  name: 'stages-1000',
  title: 'a Dockerfile of 1,000 stages, each copying from the one before',
  times: 1,
  prepare({ directory, seed }) {
    const stages = numbers(999).map(
      (at) => `FROM scratch AS s${at + 1}\nCOPY --from=s${at} /seed /seed\n`,
    );
    writeFiles(directory, {
      Dockerfile: `FROM scratch AS s0\nCOPY seed /seed\n${stages.join('')}`,
      seed,
    });
    return { measured: { directory } };
  },
};

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at);
}
