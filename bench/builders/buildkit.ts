import { DaemonUsage } from '../daemon-usage.ts';
import type { Command } from '../measure.ts';
import { BASE, type Builder, type ImageFiles, LOADED, outputOf } from './builder.ts';

/** BuildKit's daemon, through `buildctl`. @returns why it is not measured, if it does not answer */
export function buildkitBuilder(base: ImageFiles): Builder | string {
  const buildctl = process.env.BUILDCTL ?? 'buildctl';
  const address = process.env.BUILDKIT_HOST;
  if (!address) return 'BUILDKIT_HOST is not set';
  const info = outputOf(buildctl, ['debug', 'info']);
  if (info === undefined) return 'buildctl does not reach a daemon';
  const layout = (name: string, image: ImageFiles): string[] => [
    ...['--oci-layout', `${name}=${image.layout}`],
    ...['--opt', `context:${name}=oci-layout://${name}@${image.manifestDigest}`],
  ];
  const build = (directory: string, ...args: string[]): Command => ({
    program: buildctl,
    args: [
      ...['build', '--progress=plain', '--frontend=dockerfile.v0'],
      ...['--local', `context=${directory}`, '--local', `dockerfile=${directory}`],
      ...layout(BASE, base),
      ...args,
    ],
  });
  return {
    name: 'BuildKit',
    version: /BuildKit:\s+\S+ (\S+)/.exec(info)?.[1] ?? '?',
    daemon: DaemonUsage.find('buildkitd', address) ?? 'unknown',
    prepare: () => [],
    commands(task) {
      if (task.kind === 'start') return undefined;
      if (task.kind === 'push') {
        const output = `type=image,name=${task.reference},push=true,registry.insecure=true`;
        return [build(task.directory, '--output', output)];
      }
      const { directory, target, load, output } = task;
      const attributes = output && `dest=${output.path},compression=${output.compression}`;
      const steps = build(
        directory,
        ...(target === undefined ? [] : ['--opt', `target=${target}`]),
        ...(load === undefined ? [] : layout(LOADED, load)),
        ...(attributes === undefined ? [] : ['--output', `type=oci,${attributes}`]),
      );
      // An archive has to be unpacked for it; here it is already.
      return [steps];
    },
  };
}
