export { type LintInput, lintDockerfile, ruleOf } from './lint.ts';
export { RULES } from './registry.ts';
export { type LintFacts, type Rule, rulePage } from './rule.ts';
export {
  type Step,
  type Survey,
  type SurveyedStage,
  type SurveyFacts,
  surveyDockerfile,
} from './survey/survey.ts';
