/** A build check: data, and a function that checks a file. */
import type { IgnoreFile } from '../context/index.ts';
import type { Instruction } from '../dockerfile/index.ts';
import type { SourceRange, Warning } from '../errors.ts';
import type { RuleName } from '../warning-code.ts';
import type { SurveyFacts } from './survey/facts.ts';
import type { Survey } from './survey/survey.ts';

/** The file and context for the rules. */
export interface LintFile extends Survey {
  /** The parser's warnings. */
  readonly noticed: readonly Warning[];
  readonly facts: LintFacts;
}

export interface LintFacts extends SurveyFacts {
  /** Reads the file on first use; undefined if the context has none. */
  readonly ignoreFile: () => IgnoreFile | undefined;
}

export interface RuleFinding {
  readonly message: string;
  readonly hint: string;
  readonly range: SourceRange;
  /** The instruction whose `# check=` comment may silence the finding. */
  readonly instruction?: Instruction | undefined;
}

export type Report = (finding: RuleFinding) => void;

export interface Rule {
  readonly name: RuleName;
  /** One sentence: what the rule requires. */
  readonly description: string;
  /** Runs only if `check=experimental=` enables it. */
  readonly isExperimental?: true;
  check(file: LintFile, report: Report): void;
}

/** A rule whose findings come from the parser. */
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

/** The page about a rule, relative to the project's root. */
export function rulePage(name: string): string {
  const words = name
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .replace(/([a-z])([A-Z])/g, '$1-$2')
    .toLowerCase();
  return `docs/rules/${words}.md`;
}
