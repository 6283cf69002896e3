import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { nodeProblem } from './required-node.ts';

describe('the Node.js that lamina needs', () => {
  it.each(['22.15.0', '22.23.5', '23.0.0', '24.22.3', '26.10.0'])('%s is new enough', (version) => {
    expect(nodeProblem(version)).toBeUndefined();
  });

  it.each(['12.22.12', '18.20.8', '20.20.2', '22.14.0'])(
    '%s gets one line: what is needed, what is there, where to get it',
    (version) => {
      const problem = nodeProblem(version);
      expect(problem).toContain('needs Node.js 22.15 or later');
      expect(problem).toContain(`this is ${version}`);
      expect(problem).toContain('https://nodejs.org/download');
      expect(problem).not.toContain('\n');
    },
  );

  it('is what package.json says', () => {
    const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
    expect(JSON.parse(manifest).engines.node).toBe('>=22.15');
  });
});
