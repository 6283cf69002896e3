import type { Rule } from '../rule.ts';
import { exposedPorts } from './exposed-ports.ts';

export const exposeInvalidFormat: Rule = {
  name: 'ExposeInvalidFormat',
  description: 'EXPOSE names ports of the container only',
  check(file, report) {
    for (const { instruction, word, port } of exposedPorts(file)) {
      if (!port.includes(':')) continue;
      report({
        message: `EXPOSE takes no address and no port of the host, as '${port}' has`,
        hint: `write ${port.slice(port.lastIndexOf(':') + 1)}; ports are published when the container is run`,
        range: word.range,
        instruction,
      });
    }
  },
};
