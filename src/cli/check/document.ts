/** The result for people: a table of all rules, and what was found. */
import type { CheckedRule, ImageCheck } from '../../api/index.ts';
import type { ReportDocument, Section } from '../report/index.ts';
import { count } from '../report/index.ts';
import { type CheckOutput, placeOf, shownRules } from './places.ts';
import { ruleText } from './rule-texts.ts';

export function checkDocument(check: ImageCheck, output: CheckOutput): ReportDocument {
  return {
    title: title(check, output),
    sections: [rulesSection(check), ...findings(check, output)],
  };
}

function title({ rules, passed, problems }: ImageCheck, { name }: CheckOutput): string {
  const checked = rules.filter(({ status }) => status !== 'not-checked');
  const failed = checked.filter(({ status }) => status === 'failed');
  if (checked.length === 0) return `${name}: no limits are set`;
  if (!passed) return `${name}: ${count(failed.length, 'check')} of ${checked.length} failed`;
  return problems.length > 0
    ? `${name}: not all layers could be read`
    : `${name}: ${count(checked.length, 'check')} passed`;
}

const RESULTS = { passed: 'pass', failed: 'FAIL', 'not-checked': '-' } as const;

function rulesSection(check: ImageCheck): Section {
  return {
    title: 'Checks',
    text: [],
    table: {
      columns: [{ title: 'RESULT' }, { title: 'CHECK' }, { title: 'LIMIT' }, { title: 'IMAGE' }],
      rows: shownRules(check).map((rule) => [
        ...[RESULTS[rule.status], rule.rule],
        ...[limitText(rule), actualText(rule)],
      ]),
    },
  };
}

function limitText({ rule, limit }: CheckedRule): string {
  if (limit === null) return '';
  if (limit === true) return 'not root';
  return limit === 0 && rule.startsWith('no-') ? 'none' : ruleText(rule, limit);
}

function actualText({ rule, actual }: CheckedRule): string {
  return actual === 0 && rule.startsWith('no-') ? 'none' : ruleText(rule, actual);
}

function findings(check: ImageCheck, output: CheckOutput): Section[] {
  const { findings: found, problems } = check;
  const sections = found.map((finding): Section => {
    const place = placeOf(finding, output);
    return {
      title: `${finding.rule}: ${finding.message}`,
      text: [...(place === '' ? [] : [place]), `hint: ${finding.hint}`],
    };
  });
  if (problems.length === 0) return sections;
  return [
    ...sections,
    {
      title: 'Not read',
      text: problems.map(({ layer, message }) => `layer ${layer}: ${message}`),
    },
  ];
}
