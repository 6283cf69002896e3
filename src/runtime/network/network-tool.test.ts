import { chmodSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../../../test/support/workshop.ts';
import { findNetworkTool, toolArguments } from './network-tool.ts';

function programs(directory: string, ...names: readonly string[]): void {
  for (const name of names) {
    writeFileSync(`${directory}/${name}`, '');
    chmodSync(`${directory}/${name}`, 0o755);
  }
}

test('slirp4netns is preferred to pasta, unless the environment asks for pasta', () => {
  using directory = temporaryDirectory();
  const PATH = directory.path;
  programs(PATH, 'slirp4netns', 'pasta');
  expect(findNetworkTool({ PATH })).toEqual({ name: 'slirp4netns', path: `${PATH}/slirp4netns` });
  expect(findNetworkTool({ PATH, LAMINA_NETWORK_TOOL: 'pasta' })).toEqual({
    name: 'pasta',
    path: `${PATH}/pasta`,
  });
});

test('another program is refused', () => {
  expect(() => findNetworkTool({ PATH: '', LAMINA_NETWORK_TOOL: 'vpnkit' })).toThrow(
    expect.objectContaining({ code: 'RUNTIME_NETWORK_TOOL' }),
  );
});

test('neither connects to the loopback of this machine', () => {
  const paths = { namespace: '/ns', ready: '/ready', socket: 'api', ports: [] };
  const of = (name: 'slirp4netns' | 'pasta') => toolArguments({ name, path: `/${name}` }, paths);
  expect(of('slirp4netns')).toContain('--disable-host-loopback');
  expect(of('pasta')).toContain('--no-map-gw');
  expect(of('pasta').join(' ')).toContain('-t none -u none -T none -U none');
});

test('only what is published is forwarded', () => {
  const ports = [
    { host: 8080, container: 80, protocol: 'tcp', address: '127.0.0.1' },
    { host: 8081, container: 81, protocol: 'tcp' },
  ] as const;
  const paths = { namespace: '/ns', ready: '/ready', socket: 'api', ports };
  const pasta = toolArguments({ name: 'pasta', path: '/pasta' }, paths).join(' ');
  expect(pasta).toContain('-t 127.0.0.1/8080:80 -t 8081:81 -u none -T none -U none');
  const slirp = toolArguments({ name: 'slirp4netns', path: '/slirp4netns' }, paths);
  expect(slirp).toContain('--api-socket=api');
});
