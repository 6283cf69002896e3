/** What became of an image: two reports, the earlier one and the one that is shown. */
import type { ImageReport, ReportedDifference, ReportedPackageChange } from './types.ts';

/** @param before the report of the other image, which the difference is against */
export function compareReports(before: ImageReport, now: ImageReport): ReportedDifference {
  const known = new Set(before.layers.map(({ diffId }) => diffId));
  const isNew = now.layers.filter(({ diffId }) => !known.has(diffId));
  const compressed = isNew.map((layer) => layer.compressed);
  const paths = (secrets: ImageReport['secrets']) => new Set(secrets.map(identityOf));
  const secretsBefore = paths(before.secrets);
  return {
    image: before.image,
    size: {
      unpacked: now.size.unpacked - before.size.unpacked,
      visible: now.size.visible - before.size.visible,
      compressed:
        now.size.compressed === null || before.size.compressed === null
          ? null
          : now.size.compressed - before.size.compressed,
      files: now.size.files - before.size.files,
    },
    reclaimable: now.reclaimable.bytes - before.reclaimable.bytes,
    duplicates: now.duplicates.bytes - before.duplicates.bytes,
    layers: {
      shared: now.layers.length - isNew.length,
      added: isNew.map(({ index }) => index),
      unpacked: isNew.reduce((sum, { unpacked }) => sum + unpacked, 0),
      compressed: compressed.reduce(
        (sum, bytes) => (sum === null || bytes === null ? null : sum + bytes),
        0,
      ),
    },
    leftovers: changedLeftovers(before, now),
    packages: changedPackages(before, now),
    newSecrets: now.secrets.filter((secret) => !secretsBefore.has(identityOf(secret))),
    problems: before.problems,
  };
}

function identityOf({ kind, path, env, label, history }: ImageReport['secrets'][number]): string {
  return JSON.stringify([kind, path, env, label, path === null ? history : null]);
}

function changedLeftovers(before: ImageReport, now: ImageReport): ReportedDifference['leftovers'] {
  const sizes = new Map(before.leftovers.map(({ kind, bytes }) => [kind, -bytes]));
  for (const { kind, bytes } of now.leftovers) sizes.set(kind, (sizes.get(kind) ?? 0) + bytes);
  return [...sizes]
    .filter(([, bytes]) => bytes !== 0)
    .map(([kind, bytes]) => ({ kind, bytes }))
    .sort((a, b) => Math.abs(b.bytes) - Math.abs(a.bytes) || (a.kind < b.kind ? -1 : 1));
}

/** A package is known by type and name; several versions of one are listed together. */
function changedPackages(before: ImageReport, now: ImageReport): ReportedPackageChange[] {
  const [old, current] = [byName(before), byName(now)];
  const changes: ReportedPackageChange[] = [];
  for (const key of new Set([...old.keys(), ...current.keys()])) {
    const [one, other] = [old.get(key), current.get(key)];
    const { type, name } = other ?? one ?? {};
    if (type === undefined || name === undefined) continue;
    const change = {
      ...{ type, name },
      before: one?.versions.join(', ') ?? null,
      after: other?.versions.join(', ') ?? null,
      bytes: (other?.bytes ?? 0) - (one?.bytes ?? 0),
    };
    if (change.before !== change.after || change.bytes !== 0) changes.push(change);
  }
  return changes.sort(
    (a, b) => Math.abs(b.bytes) - Math.abs(a.bytes) || (a.name < b.name ? -1 : 1),
  );
}

interface Installed {
  readonly type: ReportedPackageChange['type'];
  readonly name: string;
  readonly versions: readonly string[];
  readonly bytes: number;
}

function byName({ packages }: ImageReport): ReadonlyMap<string, Installed> {
  const found = new Map<string, Installed>();
  for (const { type, name, version, bytes } of packages) {
    const key = `${type} ${name}`;
    const known = found.get(key);
    const versions = [...new Set([...(known?.versions ?? []), version])].sort();
    found.set(key, { type, name, versions, bytes: (known?.bytes ?? 0) + bytes });
  }
  return found;
}
