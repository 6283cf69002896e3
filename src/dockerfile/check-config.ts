/** `check=skip=A,B;error=true;experimental=all`: which build checks run and whether they fail the build. */

export interface CheckConfig {
  readonly skip: readonly string[];
  readonly skipAll: boolean;
  readonly experimental: readonly string[];
  readonly experimentalAll: boolean;
  /** Warnings become errors. */
  readonly error: boolean;
}

const TRUE = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const FALSE = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);
/** Text after the third semicolon belongs to the third option. */
const MAX_PARTS = 3;

/** @returns the settings, or an error message */
export function parseCheckConfig(text: string): CheckConfig | string {
  const config = {
    skip: [] as readonly string[],
    skipAll: false,
    experimental: [] as readonly string[],
    experimentalAll: false,
    error: false,
  };
  if (text.trim() === '') return config;
  for (const part of splitParts(text.trim())) {
    const equals = part.indexOf('=');
    if (equals < 0) return `${JSON.stringify(part)} has no value`;
    const key = part.slice(0, equals).trim();
    const value = part.slice(equals + 1).trim();
    if (key === 'skip') {
      if (value === 'all') config.skipAll = true;
      else config.skip = names(value);
    } else if (key === 'experimental') {
      if (value === 'all') config.experimentalAll = true;
      else config.experimental = names(value);
    } else if (key === 'error') {
      const flag = parseBoolean(value);
      if (flag === undefined) return `error must be true or false, not ${JSON.stringify(value)}`;
      config.error = flag;
    } else {
      return `unknown check option ${JSON.stringify(key)}`;
    }
  }
  return config;
}

/** Parses the spellings of Go's `strconv.ParseBool`; undefined for others. */
export function parseBoolean(text: string): boolean | undefined {
  if (TRUE.has(text)) return true;
  return FALSE.has(text) ? false : undefined;
}

/** Whether these settings silence the check `rule`. */
export function skipsRule(config: CheckConfig | undefined, rule: string): boolean {
  return config !== undefined && (config.skipAll || config.skip.includes(rule));
}

function splitParts(text: string): string[] {
  const parts = text.split(';');
  if (parts.length <= MAX_PARTS) return parts;
  return [...parts.slice(0, MAX_PARTS - 1), parts.slice(MAX_PARTS - 1).join(';')];
}

function names(text: string): string[] {
  return text.split(',').map((name) => name.trim());
}
