/** Functions of points in time. */
import type { HclFunction } from '../evaluate.ts';
import { asNumber, asText, type Value, ValueFault } from '../value.ts';

/** A point in time, with the offset from UTC in which it was written. */
interface Moment {
  readonly seconds: number;
  readonly offsetMinutes: number;
}

const TIMESTAMP = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:Z|([+-])(\d\d):(\d\d))$/;

function parseMoment(text: string): Moment {
  const found = TIMESTAMP.exec(text);
  const milliseconds = Date.parse(text);
  if (found === null || Number.isNaN(milliseconds)) {
    throw new ValueFault(`'${text}' is not a timestamp such as 2026-01-31T12:00:00Z (RFC 3339)`);
  }
  const [, , , , , , , sign, hours, minutes] = found;
  const offset = Number(hours ?? 0) * 60 + Number(minutes ?? 0);
  return {
    seconds: Math.floor(milliseconds / 1000),
    offsetMinutes: sign === '-' ? -offset : offset,
  };
}

/** The date of the moment where it was written, as a date in UTC. */
const local = ({ seconds, offsetMinutes }: Moment) =>
  new Date((seconds + offsetMinutes * 60) * 1000);

function zone({ offsetMinutes }: Moment, separator: string): string {
  const minutes = Math.abs(offsetMinutes);
  const two = (number: number) => String(number).padStart(2, '0');
  return `${offsetMinutes < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${separator}${two(minutes % 60)}`;
}

function rfc3339(moment: Moment): string {
  const text = local(moment).toISOString().slice(0, 19);
  return moment.offsetMinutes === 0 ? `${text}Z` : text + zone(moment, ':');
}

const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August'],
  ...['September', 'October', 'November', 'December'],
];
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** What each sequence of a date format stands for. */
function sequence(letters: string, moment: Moment): string {
  const date = local(moment);
  const two = (number: number) => String(number).padStart(2, '0');
  const month = MONTHS[date.getUTCMonth()] ?? '';
  const day = DAYS[date.getUTCDay()] ?? '';
  const hours = date.getUTCHours();
  const half = hours % 12 === 0 ? 12 : hours % 12;
  const isUtc = moment.offsetMinutes === 0;
  const meanings: Readonly<Record<string, string>> = {
    ...{
      YYYY: String(date.getUTCFullYear()).padStart(4, '0'),
      YY: two(date.getUTCFullYear() % 100),
    },
    ...{ MMMM: month, MMM: month.slice(0, 3) },
    ...{ MM: two(date.getUTCMonth() + 1), M: String(date.getUTCMonth() + 1) },
    ...{ DD: two(date.getUTCDate()), D: String(date.getUTCDate()) },
    ...{ EEEE: day, EEE: day.slice(0, 3) },
    ...{ hh: two(hours), h: String(hours), HH: two(half), H: String(half) },
    ...{ AA: hours < 12 ? 'AM' : 'PM', aa: hours < 12 ? 'am' : 'pm' },
    ...{ mm: two(date.getUTCMinutes()), m: String(date.getUTCMinutes()) },
    ...{ ss: two(date.getUTCSeconds()), s: String(date.getUTCSeconds()) },
    ...{ ZZZZZ: zone(moment, ':'), ZZZZ: zone(moment, '') },
    ...{ ZZZ: isUtc ? 'UTC' : zone(moment, ''), Z: isUtc ? 'Z' : zone(moment, ':') },
  };
  const meaning = meanings[letters];
  if (meaning === undefined) throw new ValueFault(`unknown sequence '${letters}' in a date format`);
  return meaning;
}

function formatDate(format: string, moment: Moment): string {
  return format.replace(
    /'((?:[^']|'')*)'|(([a-zA-Z])\3*)/g,
    (_, quoted?: string, letters?: string) =>
      letters === undefined ? (quoted ?? '').replaceAll("''", "'") : sequence(letters, moment),
  );
}

function momentOf(value: Value): Moment {
  if (typeof value === 'string') return parseMoment(value);
  const seconds = asNumber(value);
  if (!Number.isSafeInteger(seconds))
    throw new ValueFault('a Unix timestamp must be a whole number');
  return { seconds, offsetMinutes: 0 };
}

const UNITS: Readonly<Record<string, number>> = {
  ...{ h: 3600, m: 60, s: 1, ms: 1e-3, us: 1e-6, '\u00b5s': 1e-6, ns: 1e-9 },
};

/** A duration as Go writes it: `-1h30m`. */
function durationSeconds(text: string): number {
  const [, sign, rest = ''] =
    /^([+-]?)((?:\d+\.?\d*(?:h|ms|m|us|\u00b5s|ns|s))+)$/.exec(text) ?? [];
  if (rest === '') throw new ValueFault(`'${text}' is not a duration such as 1h30m`);
  const parts = rest.matchAll(/(\d+\.?\d*)(h|ms|m|us|\u00b5s|ns|s)/g);
  const sum = Array.from(parts, ([, number, unit]) => Number(number) * (UNITS[unit ?? ''] ?? 0));
  return (sign === '-' ? -1 : 1) * sum.reduce((total, seconds) => total + seconds, 0);
}

/** Week and year of ISO 8601. */
function isoWeek(date: Date): { readonly year: number; readonly week: number } {
  const thursday = new Date(date);
  thursday.setUTCDate(date.getUTCDate() + 4 - (date.getUTCDay() || 7));
  const year = thursday.getUTCFullYear();
  const days = (thursday.getTime() - Date.UTC(year, 0, 1)) / 86_400_000;
  return { year, week: Math.floor(days / 7) + 1 };
}

function parsedUnixTime(value: Value): Value {
  const moment = momentOf(asNumber(value));
  const date = local(moment);
  const { year, week } = isoWeek(date);
  const yearDay =
    Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1;
  return new Map<string, Value>([
    ['year', date.getUTCFullYear()],
    ['year_day', yearDay],
    ['day', date.getUTCDate()],
    ['month', date.getUTCMonth() + 1],
    ['month_name', MONTHS[date.getUTCMonth()] ?? ''],
    ['weekday', date.getUTCDay()],
    ['weekday_name', DAYS[date.getUTCDay()] ?? ''],
    ['hour', date.getUTCHours()],
    ['minute', date.getUTCMinutes()],
    ['second', date.getUTCSeconds()],
    ['rfc3339', rfc3339(moment)],
    ['iso_year', year],
    ['iso_week', week],
  ]);
}

export const dateFunctions: Readonly<Record<string, HclFunction>> = {
  formatdate: {
    arity: [2, 2],
    apply: ([format = null, time = null]) => formatDate(asText(format), parseMoment(asText(time))),
  },
  formattimestamp: {
    arity: [2, 2],
    apply: ([format = null, time = null]) => {
      const moment = momentOf(time);
      return asText(format) === 'X' ? String(moment.seconds) : formatDate(asText(format), moment);
    },
  },
  timeadd: {
    arity: [2, 2],
    apply: ([time = null, duration = null]) => {
      const { seconds, offsetMinutes } = parseMoment(asText(time));
      const sum = Math.floor(seconds + durationSeconds(asText(duration)));
      return rfc3339({ seconds: sum, offsetMinutes });
    },
  },
  timestamp: {
    arity: [0, 0],
    apply: () => rfc3339({ seconds: Math.floor(Date.now() / 1000), offsetMinutes: 0 }),
  },
  unixtimestampparse: { arity: [1, 1], apply: ([time = null]) => parsedUnixTime(time) },
};
