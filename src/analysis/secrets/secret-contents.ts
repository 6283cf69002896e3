/** Looks for secrets in files while layers go by, also in those that a later layer hides. */
import type { BytePath, ContentDigest } from '../../files/index.ts';
import type { InspectContent } from '../../layers/index.ts';
import { isSecretFile, type SecretKind, secretsInFile } from './secret-patterns.ts';

/** Larger files are data. */
const LARGEST = 256 << 10;
/** Of packages, whose tests and documentation are full of keys that open nothing. */
const PACKAGED =
  /^(?:usr\/(?!src\/app|local\/(?:app|etc|share\/app))|bin\/|sbin\/|lib(?:32|64)?\/|var\/lib\/(?:dpkg|apt|rpm)\/|etc\/(?:ssl|pki|alternatives)\/|opt\/java\/|go\/pkg\/mod\/)|(?:^|\/)(?:node_modules|site-packages|dist-packages|gems|testdata|\.m2|\.cargo)\//;

export class SecretContents {
  /** What is in a content, by its digest. */
  readonly found = new Map<ContentDigest, readonly SecretKind[]>();

  readonly inspect: InspectContent = ({ path, size }) => {
    if (size === 0 || size > LARGEST || !mayHoldSecrets(path)) return undefined;
    const parts: Buffer[] = [];
    return {
      add: (bytes) => void parts.push(Buffer.from(bytes)),
      end: (digest) => {
        const text = Buffer.concat(parts).toString('latin1');
        const kinds = secretsInFile(path, text);
        if (kinds.length > 0) this.found.set(digest, kinds);
      },
    };
  };
}

export function mayHoldSecrets(path: BytePath): boolean {
  return isSecretFile(path) || !PACKAGED.test(path);
}
