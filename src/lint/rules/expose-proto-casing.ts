import type { Rule } from '../rule.ts';
import { exposedPorts } from './exposed-ports.ts';

export const exposeProtoCasing: Rule = {
  name: 'ExposeProtoCasing',
  description: 'the protocol of EXPOSE is written in lower case',
  check(file, report) {
    for (const { instruction, word, port } of exposedPorts(file)) {
      const protocol = port.split('/')[1] ?? '';
      if (protocol === protocol.toLowerCase()) continue;
      report({
        message: `the protocol '${protocol}' is not in lower case`,
        hint: `write ${port.toLowerCase()}`,
        range: word.range,
        instruction,
      });
    }
  },
};
