import { instructionRule, unquoted } from '../making/make.ts';

export const dl3050 = instructionRule(
  {
    code: 'DL3050',
    severity: 'info',
    requires: 'images have no other labels than those of the configuration, if it is strict',
    why: 'A closed list keeps misspelled and private labels out of images.',
  },
  'label',
  ({ pairs }, _, { settings }) => {
    if (!settings.strictLabels) return undefined;
    const other = pairs.find(({ key }) => !settings.labels.has(unquoted(key.text)));
    if (other === undefined) return undefined;
    return {
      what: `the label '${unquoted(other.key.text)}' is not in the configuration`,
      hint: 'remove it, or add it to label-schema',
      range: other.key.range,
    };
  },
);
