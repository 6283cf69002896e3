import type { Rule } from '../rule.ts';
import { exposedPorts } from './exposed-ports.ts';

export const exposeInvalidFormat: Rule = {
  name: 'ExposeInvalidFormat',
  description: 'EXPOSE lists container ports only',
  check(file, report) {
    for (const { instruction, word, port } of exposedPorts(file)) {
      if (!port.includes(':')) continue;
      report({
        message: `EXPOSE takes no host address and no host port: '${port}'`,
        hint: `write ${port.slice(port.lastIndexOf(':') + 1)}; publish ports when you run the container`,
        range: word.range,
        instruction,
      });
    }
  },
};
