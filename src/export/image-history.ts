/**
 * The history of an image config: that of the base image, followed by this build's. Every layer has exactly one entry
 * that is not `empty_layer`, in the same order.
 */
import { formatTime, type HistoryEntry, type ImageConfig } from '../oci/index.ts';
import type { LayerId } from '../store/index.ts';

/** Marks entries added for layers that the base image's history does not mention. */
const FOREIGN_LAYER_COMMENT = 'buildkit.exporter.image.v0';

/** One instruction. */
export interface NewHistory {
  readonly createdBy: string;
  readonly comment?: string | undefined;
  readonly author?: string | undefined;
  /** True for instructions that change the config only. */
  readonly emptyLayer?: boolean | undefined;
  /** The layer of an entry that has one. */
  readonly layer?: LayerId | undefined;
  /** Milliseconds since the epoch. */
  readonly created?: number | undefined;
}

export interface HistoryInput {
  readonly base: { readonly config: ImageConfig; readonly layerCount: number } | undefined;
  readonly entries: readonly NewHistory[];
  /** Milliseconds since the epoch at which a new layer was made. */
  readonly layerTime: (layer: LayerId) => number | undefined;
  /** Seconds since the epoch: the time of every new entry. */
  readonly epoch: number | undefined;
}

/**
 * Joins the two histories and gives every new entry a time: its own, else its layer's, else (an instruction
 * without a layer) that of the new layer entry before it, the first new one, or the base image's last.
 */
export function completeHistory(input: HistoryInput): HistoryEntry[] {
  const base =
    input.base === undefined ? [] : historyOfLayers(input.base.config, input.base.layerCount);
  const own = input.entries.map((entry) => ownTime(entry, input));
  let time = own.find((created) => created !== undefined) ?? base.at(-1)?.created;
  const added = input.entries.map((entry, position) => {
    time = own[position] ?? time;
    return historyEntry(entry, time);
  });
  return [...base, ...added];
}

function ownTime(entry: NewHistory, input: HistoryInput): string | undefined {
  if (input.epoch !== undefined) return formatTime(input.epoch * 1000);
  const time =
    entry.created ?? (entry.layer === undefined ? undefined : input.layerTime(entry.layer));
  return time === undefined ? undefined : formatTime(time);
}

function historyEntry(entry: NewHistory, created: string | undefined): HistoryEntry {
  return {
    ...(created === undefined ? {} : { created }),
    created_by: entry.createdBy,
    ...(entry.author === undefined ? {} : { author: entry.author }),
    ...(entry.comment === undefined ? {} : { comment: entry.comment }),
    ...(entry.layer === undefined ? { empty_layer: true } : {}),
  };
}

/**
 * The history of an image, corrected so that it names each of its layers exactly once. Bazel, Nix, jib and apko
 * make images whose history is shorter or longer than their layers, or names none of them: surplus entries lose
 * their layer, and entries for the remaining layers are added at the end.
 */
export function historyOfLayers(config: ImageConfig, layerCount: number): HistoryEntry[] {
  let layers = 0;
  const entries = (config.history ?? []).map((entry) => {
    if (entry.empty_layer === true) return entry;
    layers += 1;
    return layers > layerCount ? { ...entry, empty_layer: true } : entry;
  });
  for (; layers < layerCount; layers++) {
    entries.push({
      ...(config.created === undefined ? {} : { created: config.created }),
      comment: FOREIGN_LAYER_COMMENT,
    });
  }
  return entries;
}
