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
  Word,
} from '../dockerfile/index.ts';
import { AppError, locate } from '../errors.ts';
import type { Healthcheck } from '../oci/index.ts';
import { expand, expandToWords } from './expansion.ts';
import { withShellText } from './health-command.ts';
import { healthcheckText, listText, pairsText } from './history-text.ts';
import { trailingComment, unknownSignal } from './plan-faults.ts';
import { parsePorts } from './ports.ts';
import { isStopSignal, nearestSignal } from './signals.ts';
import type { StagePlan } from './stage-plan.ts';
import { configure, extendConfig, remember, type StageState } from './stage-state.ts';

export function applyLabel(
  state: StageState,
  instruction: LabelInstruction,
  { options }: StagePlan,
): StageState {
  const pairs = instruction.pairs.map(
    ({ key, value }) => [expand(key, state, options), expand(value, state, options)] as const,
  );
  const added = pairs.map(([key, value]) => ({ map: 'Labels', key, value }) as const);
  return remember(extendConfig(state, added), {
    text: pairsText('LABEL', pairs),
    layer: false,
  });
}

/** The name is looked up when a process starts. */
export function applyUser(
  state: StageState,
  { value }: UserInstruction,
  { options }: StagePlan,
): StageState {
  const user = expand(value, state, options);
  const userAt = options.tree.source.location(value.range);
  return remember(
    { ...configure(state, { User: user }), userAt, userText: value.text },
    { text: `USER ${user}`, layer: false },
  );
}

export function applyExpose(
  state: StageState,
  { ports }: ExposeInstruction,
  { options }: StagePlan,
): StageState {
  const exposed = ports.flatMap((word) => portsOf(word, ports, { state, options })).sort();
  const added = exposed.map((key) => ({ map: 'ExposedPorts', key }) as const);
  return remember(extendConfig(state, added), {
    text: listText('EXPOSE', exposed),
    layer: false,
  });
}

/** @throws AppError PLAN_INVALID_PORT, DOCKERFILE_TRAILING_COMMENT at the word */
function portsOf(
  word: Word,
  all: readonly Word[],
  { state, options }: { readonly state: StageState; readonly options: StagePlan['options'] },
): readonly string[] {
  const { source } = options.tree;
  try {
    return expandToWords(word, state, options).flatMap(parsePorts);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'PLAN_INVALID_PORT') throw error;
    const end = all.at(-1)?.range.end ?? word.range.end;
    if (word === all[0] || !word.text.startsWith('#')) {
      throw locate(error, source.location(word.range));
    }
    const location = source.location({ start: word.range.start, end });
    throw trailingComment(error.message, location, error.expected ?? 'ports');
  }
}

export function applyVolume(
  state: StageState,
  { paths }: VolumeInstruction,
  { options }: StagePlan,
): StageState {
  const volumes = paths.map((word) => {
    const volume = expand(word, state, options);
    if (volume !== '') return volume;
    throw new AppError('PLAN_EMPTY_VOLUME', 'VOLUME has an empty path', {
      location: options.tree.source.location(word.range),
      expected: 'an absolute path in the image',
    });
  });
  const added = volumes.map((key) => ({ map: 'Volumes', key }) as const);
  return remember(extendConfig(state, added), {
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
    const location = options.tree.source.location(value.range);
    if (/^\S+\s+#/.test(signal)) {
      throw trailingComment(`unknown signal '${signal}'`, location, 'a signal name or number');
    }
    throw unknownSignal(signal, nearestSignal(signal), location);
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

/** Zero means inherited, and is left out. */
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

/** Kept for images built on this one; adds no history. */
export function applyOnbuild(state: StageState, { trigger }: OnbuildInstruction): StageState {
  return configure(state, { OnBuild: [...(state.config.OnBuild ?? []), trigger] });
}
