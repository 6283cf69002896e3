/** The parameters of an operation, as texts to compare with those of a later build. */
import {
  digestOfParts,
  type MountSpec,
  mountRules,
  type Op,
  SEMANTICS_VERSION,
  stableJson,
} from '../../graph/index.ts';
import { formatPlatform } from '../../oci/index.ts';

/** Longer texts are given by their beginnings and digests. */
const LONGEST = 8192;

/** By name; defaults are left out. */
export function parametersOf(op: Op): Record<string, string> {
  const texts = { semantics: String(SEMANTICS_VERSION[op.kind]), ...ofKind(op) };
  return Object.fromEntries(
    Object.entries(texts).flatMap(([name, text]) =>
      text === undefined || text === '' ? [] : [[name, shortened(text)]],
    ),
  );
}

function ofKind(op: Op): Record<string, string | undefined> {
  switch (op.kind) {
    case 'image':
      return { image: op.imageId };
    case 'context':
      return { context: op.name };
    case 'http':
      return { url: op.url, checksum: op.checksum, filename: op.filename };
    case 'git':
      return {
        ...{ remote: op.remote, ref: op.ref, subdir: op.subdir, checksum: op.checksum },
        flags: flags({ keepGitDir: op.keepGitDir, submodules: op.submodules }),
      };
    case 'copy':
      return {
        ...{ destination: op.destination, owner: op.owner, mode: op.mode },
        exclude: op.exclude.join(' '),
        flags: flags({ parents: op.parents, link: op.link }),
        sources: op.sources
          .flatMap((source) => (source.kind === 'tree' ? [stableJson(source.paths)] : []))
          .join(' '),
        heredoc: op.sources
          .flatMap((source) =>
            source.kind === 'inline' ? [`${source.name}\n${source.content}`] : [],
          )
          .join('\n'),
      };
    case 'mkdir':
      return { path: op.path, owner: op.owner };
    case 'exec':
      return {
        // A shell, and what it runs, which may be a here-document.
        ...{ shell: stableJson(op.args.slice(0, -1)), script: op.args.at(-1) },
        ...{ cwd: op.cwd, user: op.user, hostname: op.hostname },
        platform: formatPlatform(op.platform),
        network: op.network,
        security: op.security,
        hosts: op.extraHosts.map(({ name }) => name).join(' '),
        heredoc: op.script?.content,
        shmSize: op.shmSize?.toString(),
        ulimits: op.ulimits.map(({ name, soft, hard }) => `${name}=${soft}:${hard}`).join(' '),
        ...mountsOf(op.mounts),
      };
  }
}

/** Each kind of mount separately: a changed secret is another cause than a changed cache. */
function mountsOf(mounts: readonly MountSpec[]): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const mount of mounts) {
    const name = mount.kind === 'secret' || mount.kind === 'ssh' ? 'secrets' : 'mounts';
    const text = stableJson(mountRules(mount).keyed());
    texts[name] = texts[name] === undefined ? text : `${texts[name]}\n${text}`;
  }
  return texts;
}

function flags(values: Readonly<Record<string, boolean>>): string {
  return Object.keys(values)
    .filter((name) => values[name] === true)
    .join(' ');
}

function shortened(text: string): string {
  if (text.length <= LONGEST) return text;
  return `${text.slice(0, LONGEST)}… ${digestOfParts(text)}`;
}
