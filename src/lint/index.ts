export type {
  Finding,
  Fix,
  RuleFamily,
  Savings,
  Severity,
  TextEdit,
} from './finding.ts';
export { type LintInput, lintDockerfile, ruleOf } from './lint.ts';
export { RULES } from './registry.ts';
export { type LintFacts, type Rule, rulePage } from './rule.ts';
export type { Step, SurveyFacts } from './survey/facts.ts';
export { type Survey, type SurveyedStage, surveyDockerfile } from './survey/survey.ts';
