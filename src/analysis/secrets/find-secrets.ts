import { type BytePath, baseName } from '../../files/index.ts';
import type { ImageConfig } from '../../oci/index.ts';
import { type ImageModel, NONE } from '../model/index.ts';
import { type ConfigSecret, secretsInConfig } from './config-secrets.ts';
import { isIn, type SecretBytes } from './own-secrets.ts';
import { mayHoldSecrets, type SecretContents } from './secret-contents.ts';

/** Where a secret is, never what it is: in a file, or in the config. */
export interface FoundSecret extends ConfigSecret {
  readonly path?: BytePath | undefined;
  /** Whether the final file system shows the file. */
  readonly visible?: boolean | undefined;
}

/** @param contents saw all layers of the model go by */
export function findSecrets(
  model: ImageModel,
  contents: SecretContents,
  config: ImageConfig,
): FoundSecret[] {
  return [
    ...inFiles(model, contents),
    ...ownInNames(model, contents.own),
    ...secretsInConfig(config, contents.own),
  ];
}

function* inFiles(model: ImageModel, contents: SecretContents): Generator<FoundSecret> {
  if (contents.found.size === 0) return;
  const { versions } = model;
  const found = new Map(
    [...contents.found].map(([digest, kinds]) => [versions.contentOf(digest), kinds]),
  );
  for (let version = 0; version < versions.length; version++) {
    const content = versions.content(version);
    const kinds = content === NONE ? undefined : found.get(content);
    if (kinds === undefined) continue;
    const path = model.path(version);
    const isLikely = mayHoldSecrets(path);
    const visible = versions.hiddenBy(version) === NONE;
    for (const kind of kinds) {
      if (kind !== 'build-secret' && !isLikely) continue;
      yield { kind, layer: versions.layer(version), path, visible };
    }
  }
}

/** In names, targets of links and extended attributes, which nothing else looks at. */
function* ownInNames(model: ImageModel, own: readonly SecretBytes[]): Generator<FoundSecret> {
  if (own.length === 0) return;
  const { versions } = model;
  for (let version = 0; version < versions.length; version++) {
    if (versions.isWhiteout(version)) continue;
    const path = model.path(version);
    const { linkTarget = '', xattrs = {} } = versions.metadata(version);
    const texts = [baseName(path), linkTarget, ...Object.entries(xattrs).flat()];
    if (!isIn(Buffer.from(texts.join('\n'), 'latin1'), own)) continue;
    const visible = versions.hiddenBy(version) === NONE;
    yield { kind: 'build-secret', layer: versions.layer(version), path, visible };
  }
}
