import { describe, expect, it } from 'vitest';
import { type PlanSettings, plan } from '../../test/support/plans.ts';

async function warned(text: string, settings?: PlanSettings) {
  const { warnings } = await plan(text, settings);
  return warnings.filter(({ code }) => code === 'PLAN_FOREIGN_SYNTAX');
}

describe('a frontend that a file asks for', () => {
  it('is warned of where it is another than that of Docker', async () => {
    const [warning] = await warned(
      '# escape=`\n# syntax=example.com/own:1 with words\nFROM base\n',
    );
    expect(warning?.message).toContain('example.com/own:1 is not used');
    expect(warning?.location?.range.start.line).toBe(2);
  });

  it('is not warned of where it is that of Docker, in any version', async () => {
    for (const name of [
      'docker/dockerfile:1',
      'docker.io/docker/dockerfile:1.7-labs',
      'docker/dockerfile-upstream:master',
    ]) {
      expect(await warned(`# syntax=${name}\nFROM base\n`)).toEqual([]);
    }
    expect(await warned('FROM base\n')).toEqual([]);
    expect(await warned('FROM base\n# syntax=example.com/own\n')).toEqual([]);
  });

  it('may be given by the build argument, which replaces the directive', async () => {
    const by = (value: string) => ({ args: { BUILDKIT_SYNTAX: value } });
    const own = '# syntax=example.com/own\nFROM base\n';
    expect(await warned(own, by('docker/dockerfile:1'))).toEqual([]);
    const [warning] = await warned('FROM base\n', by('example.com/other'));
    expect(warning?.message).toContain('example.com/other');
    expect(warning?.location).toBeUndefined();
  });
});
