/** Instructions that only change the image's config. */
import type {
  ExposeInstruction,
  HealthcheckInstruction,
  LabelInstruction,
  MaintainerInstruction,
  OnbuildInstruction,
  StopsignalInstruction,
  UserInstruction,
  VolumeInstruction,
} from '../dockerfile/index.ts';
import { AppError } from '../errors.ts';
import type { Healthcheck } from '../oci/index.ts';
import { expand, expandToWords } from './expansion.ts';
import { withShellText } from './health-command.ts';
import { healthcheckText, listText, pairsText } from './history-text.ts';
import { parsePorts } from './ports.ts';
import { isStopSignal } from './signals.ts';
import type { StagePlan } from './stage-plan.ts';
import { configure, remember, type StageState } from './stage-state.ts';

export function applyLabel(
  state: StageState,
  instruction: LabelInstruction,
  { options }: StagePlan,
): StageState {
  const pairs = instruction.pairs.map(
    ({ key, value }) => [expand(key, state, options), expand(value, state, options)] as const,
  );
  const labels = { ...state.config.Labels, ...Object.fromEntries(pairs) };
  return remember(configure(state, { Labels: labels }), {
    text: pairsText('LABEL', pairs),
    layer: false,
  });
}

/** The name is looked up when something runs. */
export function applyUser(
  state: StageState,
  { value }: UserInstruction,
  { options }: StagePlan,
): StageState {
  const user = expand(value, state, options);
  return remember(configure(state, { User: user }), { text: `USER ${user}`, layer: false });
}

export function applyExpose(
  state: StageState,
  { ports }: ExposeInstruction,
  { options }: StagePlan,
): StageState {
  const words = ports.flatMap((word) => expandToWords(word, state, options));
  const exposed = words.flatMap(parsePorts).sort();
  const added = Object.fromEntries(exposed.map((port) => [port, {}] as const));
  return remember(configure(state, { ExposedPorts: { ...state.config.ExposedPorts, ...added } }), {
    text: listText('EXPOSE', exposed),
    layer: false,
  });
}

export function applyVolume(
  state: StageState,
  { paths }: VolumeInstruction,
  { options }: StagePlan,
): StageState {
  const volumes = paths.map((word) => {
    const volume = expand(word, state, options);
    if (volume !== '') return volume;
    throw new AppError('PLAN_EMPTY_VOLUME', 'VOLUME names an empty path', {
      location: options.tree.source.location(word.range),
      expected: 'an absolute path in the image',
    });
  });
  const added = Object.fromEntries(volumes.map((path) => [path, {}] as const));
  return remember(configure(state, { Volumes: { ...state.config.Volumes, ...added } }), {
    text: listText('VOLUME', volumes),
    layer: false,
  });
}

export function applyStopsignal(
  state: StageState,
  { value }: StopsignalInstruction,
  { options }: StagePlan,
): StageState {
  const signal = expand(value, state, options);
  if (!isStopSignal(signal)) {
    throw new AppError('PLAN_UNKNOWN_SIGNAL', `there is no signal '${signal}'`, {
      location: options.tree.source.location(value.range),
      expected: 'a signal by name or number',
      hint: 'STOPSIGNAL SIGTERM',
    });
  }
  return remember(configure(state, { StopSignal: signal }), {
    text: `STOPSIGNAL ${signal}`,
    layer: false,
  });
}

export function applyHealthcheck(state: StageState, { test }: HealthcheckInstruction): StageState {
  const check: Healthcheck =
    test.kind === 'none'
      ? { Test: ['NONE'] }
      : {
          Test: withShellText(test.command),
          ...positive('Interval', test.interval),
          ...positive('Timeout', test.timeout),
          ...positive('StartPeriod', test.startPeriod),
          ...positive('StartInterval', test.startInterval),
          ...positive('Retries', test.retries),
        };
  return remember(configure(state, { Healthcheck: check }), {
    text: healthcheckText(check),
    layer: false,
  });
}

/** Zero means: as inherited, and is not written. */
function positive<K extends keyof Healthcheck>(name: K, value: number): Healthcheck {
  return value === 0 ? {} : { [name]: value };
}

export function applyMaintainer(state: StageState, { value }: MaintainerInstruction): StageState {
  return remember(
    { ...state, author: value.text },
    {
      text: `MAINTAINER ${value.text}`,
      layer: false,
    },
  );
}

/** Kept for those who build upon the image; leaves no history. */
export function applyOnbuild(state: StageState, { trigger }: OnbuildInstruction): StageState {
  return configure(state, { OnBuild: [...(state.config.OnBuild ?? []), trigger] });
}
