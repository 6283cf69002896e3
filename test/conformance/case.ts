/** What a conformance case is: a small build, and the rule of the Dockerfile that it pins. */

/** A file of a build context; a plain string is a regular file of mode 0644. */
export type ContextFile =
  | string
  | {
      readonly type: 'file';
      readonly content: string | Uint8Array;
      readonly mode: number;
      readonly xattrs?: Readonly<Record<string, string>>;
    }
  | { readonly type: 'directory'; readonly mode: number }
  | { readonly type: 'symlink'; readonly target: string }
  | { readonly type: 'hardlink'; readonly to: string }
  | { readonly type: 'fifo' | 'socket' }
  | { readonly type: 'device'; readonly major: number; readonly minor: number };

/** Paths are latin1 strings, one character per byte: names need not be UTF-8. */
export type ContextFiles = Readonly<Record<string, ContextFile>>;

export interface CaseOptions {
  readonly target?: string;
  readonly buildArgs?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  /** Named contexts: a directory of these files, or the text of a reference. */
  readonly contexts?: Readonly<Record<string, ContextFiles | string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly addHosts?: readonly string[];
  readonly allow?: readonly string[];
  readonly network?: string;
  readonly platform?: string;
  readonly shmSize?: string;
  readonly ulimits?: readonly string[];
  /** The Dockerfile lies in the context under this name, not outside of it. */
  readonly inContext?: string;
  /** Files served over HTTP; the build argument FILES is their address. */
  readonly served?: Readonly<Record<string, ServedFile>>;
  /** The build arguments GIT and COMMIT: where the repositories of `git-repositories.ts` are, and a commit. */
  readonly git?: true | 'by ssh';
  /** Ids of agents for `--ssh`; each is one without keys. */
  readonly ssh?: readonly string[];
  /** Ids of agents for `--ssh` that have the key for `git: 'by ssh'`. */
  readonly sshWithKey?: readonly string[];
  /** The context is no directory: the Dockerfile and the files come this way. */
  readonly context?: ContextSource;
  /** BuildKit takes its own frontend for the one that `# syntax=` names, instead of fetching that. */
  readonly builtInFrontend?: true;
  /** `--no-cache`, or the stages of `--no-cache-filter`. */
  readonly noCache?: true | readonly string[];
}

export interface ContextSource {
  /** `http Dockerfile`: a file that is no archive. BuildKit is given what lamina reads from `stdin` by HTTP. */
  readonly by: 'git' | 'http tar' | 'http tar.gz' | 'http Dockerfile' | 'stdin';
  /** Behind the address: `#main:sub`, `?subdir=sub`. */
  readonly suffix?: string;
}

export type ServedFile =
  | string
  | {
      readonly content: string | Uint8Array;
      readonly lastModified?: string;
      /** The header without which the answer is 401. */
      readonly authorization?: string;
    };

export interface ConformanceCase {
  readonly name: string;
  /** What the case pins, with the section of the collection of facts. */
  readonly rule: string;
  readonly dockerfile: string | Uint8Array;
  readonly files?: ContextFiles;
  readonly options?: CaseOptions;
  /** What a second build changes; the outcome is that of the second build, with `steps`. */
  readonly second?: {
    readonly dockerfile?: string;
    readonly files?: ContextFiles;
    readonly buildArgs?: Readonly<Record<string, string>>;
    /** Replaces members of the first build's options. */
    readonly options?: Omit<CaseOptions, 'buildArgs' | 'contexts' | 'inContext' | 'context'>;
  };
  /** The layers' lists of files are compared too, not only their sum. */
  readonly layers?: boolean;
  /** Paths whose time is compared too. */
  readonly times?: readonly string[];
  /** Why lamina differs here on purpose; `fails` and `builds` say what it does instead. */
  readonly difference?: IntendedDifference;
}

export interface IntendedDifference {
  /** Stands in docs/compatibility.md, word for word. */
  readonly reason: string;
  readonly lamina: Difference;
}

/** `fails`: with this error code. Else: these members of the outcome are lamina's own. */
export type Difference = { readonly fails: string } | { readonly outcome: Partial<Outcome> };

/** What a build came to. Texts are lines made for reading. */
export interface Outcome {
  /** The builder's message; nothing else is set then. */
  readonly error?: string | undefined;
  readonly platform?: string | undefined;
  readonly author?: string | undefined;
  readonly config?: Readonly<Record<string, unknown>> | undefined;
  /** Entries that the base image does not have: `layer: RUN … # buildkit`, `empty: ENV …`. */
  readonly history?: readonly string[] | undefined;
  /** What differs from the base image, by path; see `describe` in outcome.ts. */
  readonly files?: Readonly<Record<string, string>> | undefined;
  /** What the second build did: `cached RUN …`, `run COPY …`, sorted. */
  readonly steps?: readonly string[] | undefined;
  /** Paths in each new layer, without the directories that merely hold them. */
  readonly layers?: readonly (readonly string[])[] | undefined;
}

export interface Topic {
  /** Section and subject: the name of the file with the expectations. */
  readonly name: string;
  readonly cases: readonly ConformanceCase[];
}

type Content = string | Uint8Array;

export function file(content: Content, mode = 0o644, xattrs?: Record<string, string>): ContextFile {
  return { type: 'file', content, mode, ...(xattrs && { xattrs }) };
}

export const directory = (mode = 0o755): ContextFile => ({ type: 'directory', mode });
export const symlink = (target: string): ContextFile => ({ type: 'symlink', target });
export const hardlink = (to: string): ContextFile => ({ type: 'hardlink', to });

/** Lines of a Dockerfile. */
export const lines = (...all: readonly string[]): string => `${all.join('\n')}\n`;

/** Cases that differ in one line: name, rule, the line(s) after `FROM`. */
export function table(
  section: string,
  from: string,
  rows: readonly (readonly [name: string, rule: string, ...lines: string[]])[],
  common: Partial<Pick<ConformanceCase, 'files' | 'options' | 'layers'>> = {},
): ConformanceCase[] {
  return rows.map(([name, rule, ...rest]) => ({
    name,
    rule: `${section}: ${rule}`,
    dockerfile: lines(from, ...rest),
    ...common,
  }));
}

/** Adds intended differences to cases, by their names. */
export function withDifferences(
  cases: readonly ConformanceCase[],
  differences: Readonly<Record<string, IntendedDifference>>,
): ConformanceCase[] {
  for (const name of Object.keys(differences)) {
    if (!cases.some((each) => each.name === name)) throw new Error(`there is no case '${name}'`);
  }
  return cases.map((each) => {
    const difference = differences[each.name];
    return difference === undefined ? each : { ...each, difference };
  });
}
