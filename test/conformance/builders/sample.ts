/** Cases that go over the wire in different ways; the whole suite on a daemon takes minutes. */

const CASES: Readonly<Record<string, readonly string[]>> = {
  '1.4-heredocs': ['run with a shebang'],
  '1.5-from': ['image with all'],
  '1.6-args': ['proxy declared', 'platform arguments'],
  '1.8-run': [
    ...['exec form', 'failure', 'user and group by name', 'delete and make again'],
    ...['owners', 'hard links'],
  ],
  '1.8-mounts': [
    ...['bind with rw', 'bind from a stage with source', 'tmpfs hides'],
    ...['cache mode and owner', 'secret with owner', 'ssh'],
  ],
  '1.9-add': ['gzip without a suffix', 'names that lead out', 'chown of an archive', 'remote'],
  '1.9-add-git': ['branch', 'subdirectory'],
  '1.9-copy-destinations': ['absolute link', 'directory onto a file'],
  '1.9-copy-metadata': ['modes of a tree', 'chown by names', 'hard links to a symlink'],
  '1.9-copy-options': ['link', 'exclude'],
  '1.10-contexts': ['ignore negation', 'ignored in a wildcard', 'named directory as a base'],
  '2.2-cache': [
    ...['text of RUN', 'changed file that is not copied', 'changed mode'],
    ...['bind of a changed path', 'secret mount', 'stage that gives the same'],
  ],
};

/** As `topic/case`. */
export const SAMPLE: ReadonlySet<string> = new Set(
  Object.entries(CASES).flatMap(([topic, names]) => names.map((name) => `${topic}/${name}`)),
);
