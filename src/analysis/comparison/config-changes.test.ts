import { describe, expect, it } from 'vitest';
import type { ContainerConfig, ImageConfig } from '../../oci/index.ts';
import { configChanges } from './config-changes.ts';

function image(config: ContainerConfig, rest: Partial<ImageConfig> = {}): ImageConfig {
  const rootfs = { type: 'layers', diff_ids: [] } as const;
  return { os: 'linux', architecture: 'amd64', rootfs, config, ...rest };
}

const changes = (a: ContainerConfig, b: ContainerConfig) => configChanges(image(a), image(b));

describe('changes of a config', () => {
  it('are told by instructions', () => {
    expect(
      changes(
        { Env: ['PATH=/bin', 'GONE='], User: '', Cmd: ['a'], ExposedPorts: { '80/tcp': {} } },
        {
          Env: ['NEW=1', 'PATH=/bin:/sbin'],
          User: '1000',
          Cmd: ['a', 'b'],
          ExposedPorts: { '8080/tcp': {}, '443/tcp': {} },
          Labels: { version: '2' },
          OnBuild: ['RUN x'],
        },
      ),
    ).toEqual([
      { subject: 'ENV PATH', before: '/bin', after: '/bin:/sbin' },
      { subject: 'ENV GONE', before: '', after: null },
      { subject: 'USER', before: '', after: '1000' },
      { subject: 'CMD', before: '["a"]', after: '["a","b"]' },
      { subject: 'EXPOSE', before: '80/tcp', after: '443/tcp 8080/tcp' },
      { subject: 'ENV NEW', before: null, after: '1' },
      { subject: 'LABEL version', before: null, after: '2' },
      { subject: 'ONBUILD', before: null, after: '["RUN x"]' },
    ]);
  });

  it('include the platform, the order of variables and what no instruction sets', () => {
    const a = image({ Env: ['A=1', 'B=2'] }, { author: 'one' });
    const b = image({ Env: ['B=2', 'A=1'], ArgsEscaped: true }, { variant: 'v3' });
    expect(configChanges(a, b)).toEqual([
      { subject: 'platform', before: 'linux/amd64', after: 'linux/amd64/v3' },
      { subject: 'order of ENV', before: 'A B', after: 'B A' },
      { subject: 'author', before: '"one"', after: null },
      { subject: 'config.ArgsEscaped', before: null, after: 'true' },
    ]);
  });

  it('leave out history, layers and times', () => {
    const past = { created: '2026-01-01T00:00:00Z', history: [{ created_by: 'RUN x' }] };
    expect(configChanges(image({}), image({}, past))).toEqual([]);
  });

  it('mask secrets', () => {
    const token = `ghp_${'a1B2'.repeat(9)}`;
    const [change] = changes({}, { Env: [`TOKEN=${token}`] });
    expect(change).toEqual({ subject: 'ENV TOKEN', before: null, after: '***' });
  });
});
