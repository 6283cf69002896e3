export { labelSchema, threshold } from './flag-values.ts';
export { FORMATS, isFormat, render } from './formats.ts';
export { refuseUnwritableOutputs, settingsText, writeFindings } from './outputs.ts';
export type { ReportOptions } from './report.ts';
