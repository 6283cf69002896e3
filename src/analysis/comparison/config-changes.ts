/** How the configs of two images differ, in words of Dockerfiles. */
import { type ContainerConfig, formatPlatform, type ImageConfig } from '../../oci/index.ts';
import { compareValues } from '../compare-values.ts';
import { withoutSecrets } from '../secrets/index.ts';
import type { ConfigChange } from '../types.ts';

/** Without layers, history and times. */
export function configChanges(a: ImageConfig, b: ImageConfig): ConfigChange[] {
  const [before, after] = [factsOf(a), factsOf(b)];
  const changes = [...new Set([...before.keys(), ...after.keys()])].flatMap((subject) => {
    const [one, other] = [before.get(subject) ?? null, after.get(subject) ?? null];
    return one === other ? [] : [{ subject, before: one, after: other }];
  });
  return [...changes, ...orderOfVariables(a, b), ...otherChanges(a, b)].map(withMask);
}

/** Members of the config, and the instruction that sets each. */
const INSTRUCTIONS = [
  ['User', 'USER'],
  ['WorkingDir', 'WORKDIR'],
  ['Entrypoint', 'ENTRYPOINT'],
  ['Cmd', 'CMD'],
  ['Shell', 'SHELL'],
  ['StopSignal', 'STOPSIGNAL'],
  ['Healthcheck', 'HEALTHCHECK'],
  ['OnBuild', 'ONBUILD'],
] as const satisfies readonly (readonly [keyof ContainerConfig, string])[];

function factsOf({ config = {}, ...image }: ImageConfig): ReadonlyMap<string, string> {
  const facts = new Map<string, string>([['platform', formatPlatform(image)]]);
  for (const [name, value] of (config.Env ?? []).map(variable)) facts.set(`ENV ${name}`, value);
  for (const [name, value] of Object.entries(config.Labels ?? {})) {
    facts.set(`LABEL ${name}`, value);
  }
  for (const [member, instruction] of INSTRUCTIONS) {
    const value = config[member];
    if (value === undefined || value === null) continue;
    facts.set(instruction, typeof value === 'string' ? value : JSON.stringify(value));
  }
  const sets = [
    ['EXPOSE', config.ExposedPorts],
    ['VOLUME', config.Volumes],
  ] as const;
  for (const [instruction, members] of sets) {
    if (members !== undefined) facts.set(instruction, Object.keys(members).sort().join(' '));
  }
  return facts;
}

function variable(text: string): readonly [name: string, value: string] {
  const end = text.indexOf('=');
  return end < 0 ? [text, ''] : [text.slice(0, end), text.slice(end + 1)];
}

/** The same variables in another order, which is another config too. */
function orderOfVariables(a: ImageConfig, b: ImageConfig): ConfigChange[] {
  const [before, after] = [a, b].map(({ config }) => config?.Env ?? []);
  const isSame = (one: readonly string[] = [], other: readonly string[] = []) =>
    JSON.stringify(one) === JSON.stringify(other);
  if (isSame(before, after) || !isSame([...(before ?? [])].sort(), [...(after ?? [])].sort())) {
    return [];
  }
  const names = (variables: readonly string[] = []) =>
    variables.map((text) => variable(text)[0]).join(' ');
  return [{ subject: 'order of ENV', before: names(before), after: names(after) }];
}

/** Of what no instruction sets, or not in this form. */
function otherChanges(a: ImageConfig, b: ImageConfig): ConfigChange[] {
  return compareValues(others(a), others(b)).map(({ path, a: before, b: after }) => ({
    ...{ subject: path, before: before ?? null, after: after ?? null },
  }));
}

function others({ config = {}, ...image }: ImageConfig): object {
  const told = ['Env', 'Labels', 'ExposedPorts', 'Volumes', ...INSTRUCTIONS.map(([name]) => name)];
  const rest = Object.entries(config).filter(([name]) => !told.includes(name));
  const { os, architecture, variant, created, rootfs, history, ...outer } = image;
  return { ...outer, config: Object.fromEntries(rest) };
}

/** With the name in front, since some patterns need it. */
function withMask({ subject, before, after }: ConfigChange): ConfigChange {
  const name = subject.slice(subject.indexOf(' ') + 1);
  const masked = (value: string | null) => {
    if (value === null) return null;
    const text = withoutSecrets(`${name}=${value}`);
    return text.startsWith(`${name}=`) ? text.slice(name.length + 1) : text;
  };
  return { subject, before: masked(before), after: masked(after) };
}
