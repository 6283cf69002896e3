/** One rule of the collection of facts about Dockerfiles, and what pins it. */
export interface Row {
  /** Section and subject. */
  readonly id: string;
  /** The rule, in our own words. */
  readonly rule: string;
  /** Names of conformance cases: `topic/name`. */
  readonly cases: readonly string[];
  /** Tests that pin it, too, or instead: `path of the file › title`. */
  readonly tests?: readonly string[];
  /** Why there are fewer than three cases. */
  readonly fewer?: string;
}

type More = Pick<Row, 'tests' | 'fewer'>;

/** @param topic the topic of the cases that do not name theirs */
export function rowsOf(
  section: string,
  topic: string,
  rows: readonly (readonly [
    subject: string,
    rule: string,
    cases: readonly string[],
    more?: More,
  ])[],
): Row[] {
  return rows.map(([subject, rule, cases, more = {}]) => ({
    id: `${section} ${subject}`,
    rule,
    cases: cases.map((name) => (/^\d\.\d+-[a-z-]+\//.test(name) ? name : `${topic}/${name}`)),
    ...more,
  }));
}
