/** JUnit XML, which CI systems show as test results: a test case for each rule, and an error for each layer that could not be read. */
import type { CheckedRule, ImageCheck } from '../../api/index.ts';
import { attributes, escaped } from '../xml.ts';
import { type CheckOutput, fullMessage, shownRules } from './places.ts';
import { RULE_TEXTS } from './rule-texts.ts';

export function renderJunit(check: ImageCheck, output: CheckOutput): string {
  const { problems } = check;
  const rules = shownRules(check);
  const count = (status: CheckedRule['status']) =>
    rules.filter((rule) => rule.status === status).length;
  const totals = attributes({
    tests: rules.length + problems.length,
    failures: count('failed'),
    errors: problems.length,
    skipped: count('not-checked'),
  });
  const name = attributes({ name: `lamina check ${output.name}` });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${name}${totals}>`,
    `  <testsuite${name}${totals}>`,
    ...rules.flatMap((rule) => testCase(rule, check, output)),
    ...problems.flatMap(unreadLayer),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function testCase(rule: CheckedRule, { findings }: ImageCheck, output: CheckOutput): string[] {
  const found = findings.filter((finding) => finding.rule === rule.rule);
  const line = found.find((finding) => finding.line !== null)?.line;
  const start = `    <testcase${attributes({
    name: rule.rule,
    classname: 'lamina.check',
    ...(line !== undefined && { file: output.dockerfile, line: String(line) }),
  })}>`;
  const messages = found.map((finding) => fullMessage(finding, output));
  const text = escaped(messages.join('\n'));
  const inside = {
    passed: [],
    failed: [
      `      <failure${attributes({ type: rule.rule, message: found[0]?.message ?? RULE_TEXTS[rule.rule] })}>${text}</failure>`,
    ],
    'not-checked': [
      '      <skipped message="no limit"/>',
      ...(messages.length === 0 ? [] : [`      <system-out>${text}</system-out>`]),
    ],
  }[rule.status];
  return [start, ...inside, '    </testcase>'];
}

function unreadLayer({ layer, code, message }: ImageCheck['problems'][number]): string[] {
  return [
    `    <testcase${attributes({ name: `layer ${layer}`, classname: 'lamina.check' })}>`,
    `      <error${attributes({ type: code, message: `could not be read: ${message}` })}/>`,
    '    </testcase>',
  ];
}
