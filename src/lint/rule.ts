/** What a build check is: data, and a function that looks at a file. */
import type { IgnoreFile } from '../context/index.ts';
import type { Instruction } from '../dockerfile/index.ts';
import type { SourceRange, Warning } from '../errors.ts';
import type { RuleName } from '../warning-code.ts';
import type { SurveyFacts } from './survey/facts.ts';
import type { Survey } from './survey/survey.ts';

/** The file as the rules see it. */
export interface LintFile extends Survey {
  /** What the parser noticed while it read. */
  readonly noticed: readonly Warning[];
  readonly facts: LintFacts;
}

export interface LintFacts extends SurveyFacts {
  /** Read at first use; undefined: the context has none. */
  readonly ignoreFile: () => IgnoreFile | undefined;
}

export interface Finding {
  readonly message: string;
  readonly hint: string;
  readonly range: SourceRange;
  /** Whose `# check=` comment may silence it. */
  readonly instruction?: Instruction | undefined;
}

export type Report = (finding: Finding) => void;

export interface Rule {
  readonly name: RuleName;
  /** One sentence: what the rule asks for. */
  readonly description: string;
  /** Runs only where `check=experimental=` asks for it. */
  readonly isExperimental?: true;
  check(file: LintFile, report: Report): void;
}

/** A rule whose findings the parser makes. */
export function noticedRule(name: RuleName, description: string): Rule {
  return {
    name,
    description,
    check({ noticed }, report) {
      for (const { code, message, hint = '', location } of noticed) {
        if (code === name && location !== undefined)
          report({ message, hint, range: location.range });
      }
    },
  };
}

/** The page that explains a rule, relative to the project's root. */
export function rulePage(name: string): string {
  const words = name
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .replace(/([a-z])([A-Z])/g, '$1-$2')
    .toLowerCase();
  return `docs/rules/${words}.md`;
}
