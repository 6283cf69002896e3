/** Functions of lists, sets, maps and objects. */
import type { HclFunction } from '../evaluate.ts';
import {
  areEqual,
  asEntries,
  asInteger,
  asItems,
  asText,
  compareTexts,
  isList,
  keyOf,
  type Value,
  ValueFault,
  ValueSet,
} from '../value.ts';

const unary = (work: (value: Value) => Value): HclFunction => ({
  arity: [1, 1],
  apply: ([value = null]) => work(value),
});

const binary = (work: (value: Value, other: Value) => Value): HclFunction => ({
  arity: [2, 2],
  apply: ([value = null, other = null]) => work(value, other),
});

const isMany = (value: Value): boolean => isList(value) || value instanceof ValueSet;

const sortedEntries = (value: Value) =>
  [...asEntries(value)].sort(([a], [b]) => compareTexts(a, b));

function lengthOf(value: Value): number {
  return isMany(value) ? asItems(value).length : asEntries(value).size;
}

function flatten(value: Value): Value[] {
  return asItems(value).flatMap((item) => (isMany(item) ? flatten(item) : [item]));
}

function distinct(items: readonly Value[]): Value[] {
  const seen = new Map<string, Value>();
  for (const item of items) if (!seen.has(keyOf(item))) seen.set(keyOf(item), item);
  return [...seen.values()];
}

function chunks(items: readonly Value[], size: number): Value {
  if (size < 0) throw new ValueFault('the size must not be negative');
  if (size === 0) return items.length === 0 ? [] : [items];
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size));
}

function element(items: readonly Value[], index: number): Value {
  const found = items[((index % items.length) + items.length) % items.length];
  if (found === undefined) throw new ValueFault('the list is empty');
  return found;
}

function range(args: readonly Value[]): Value {
  const [first = 0, second, third] = args.map(asInteger);
  const [start, end] = second === undefined ? [0, first] : [first, second];
  const step = third ?? (end < start ? -1 : 1);
  if (step === 0 || step > 0 !== end >= start)
    throw new ValueFault('the step must lead from start to end');
  const length = Math.ceil((end - start) / step);
  if (length > 1024) throw new ValueFault('more than 1024 numbers');
  return Array.from({ length }, (_, index) => start + index * step);
}

function product(sets: readonly (readonly Value[])[]): Value[][] {
  return sets.reduce<Value[][]>(
    (rows, set) => rows.flatMap((row) => set.map((item) => [...row, item])),
    [[]],
  );
}

function keyed(sets: readonly Value[], keeps: (count: number) => boolean): ValueSet {
  const counts = new Map<string, { readonly item: Value; count: number }>();
  for (const set of sets) {
    for (const item of new ValueSet(asItems(set)).items) {
      const seen = counts.get(keyOf(item));
      if (seen === undefined) counts.set(keyOf(item), { item, count: 1 });
      else seen.count += 1;
    }
  }
  return new ValueSet(
    [...counts.values()].flatMap(({ item, count }) => (keeps(count) ? [item] : [])),
  );
}

function indexOf(list: Value, wanted: Value): Value {
  const index = asItems(list).findIndex((item) => areEqual(item, wanted));
  if (index < 0) throw new ValueFault('the list has no such element');
  return index;
}

function at(value: Value, key: Value): Value | undefined {
  if (isList(value)) return value[asInteger(key)];
  return asEntries(value).get(asText(key));
}

const firstThat = (keeps: (value: Value) => boolean): HclFunction => ({
  arity: [1, undefined],
  apply: (args) => {
    const found = args.find(keeps);
    if (found === undefined) throw new ValueFault('no argument has a value');
    return found;
  },
});

export const collectionFunctions: Readonly<Record<string, HclFunction>> = {
  chunklist: binary((list, size) => chunks(asItems(list), asInteger(size))),
  coalesce: firstThat((value) => value !== null),
  coalescelist: firstThat((value) => value !== null && asItems(value).length > 0),
  compact: unary((list) => asItems(list).filter((item) => item !== null && asText(item) !== '')),
  concat: { arity: [1, undefined], apply: (lists) => lists.flatMap(asItems) },
  contains: binary((list, wanted) => asItems(list).some((item) => areEqual(item, wanted))),
  distinct: unary((list) => distinct(asItems(list))),
  element: binary((list, index) => element(asItems(list), asInteger(index))),
  flatten: unary(flatten),
  hasindex: binary((value, key) => {
    try {
      return at(value, key) !== undefined;
    } catch (error) {
      if (error instanceof ValueFault) return false;
      throw error;
    }
  }),
  index: binary((value, key) => {
    const found = at(value, key);
    if (found === undefined) throw new ValueFault(`there is no element ${asText(key)}`);
    return found;
  }),
  indexof: binary(indexOf),
  keys: unary((value) => sortedEntries(value).map(([key]) => key)),
  values: unary((value) => sortedEntries(value).map(([, item]) => item)),
  length: unary(lengthOf),
  lookup: {
    arity: [2, 3],
    apply: ([map = null, key = null, fallback]) => {
      const found = asEntries(map).get(asText(key)) ?? fallback;
      if (found === undefined) throw new ValueFault(`there is no key '${asText(key)}'`);
      return found;
    },
  },
  merge: {
    arity: [0, undefined],
    apply: (maps) => new Map(maps.flatMap((map) => (map === null ? [] : [...asEntries(map)]))),
  },
  range: { arity: [1, 3], apply: range },
  reverselist: unary((list) => [...asItems(list)].reverse()),
  sethaselement: binary((set, wanted) => asItems(set).some((item) => areEqual(item, wanted))),
  setunion: { arity: [1, undefined], apply: (sets) => keyed(sets, () => true) },
  setintersection: {
    arity: [1, undefined],
    apply: (sets) => keyed(sets, (count) => count === sets.length),
  },
  setsubtract: binary((set, other) => {
    const cut = new Set(asItems(other).map(keyOf));
    return new ValueSet(asItems(set).filter((item) => !cut.has(keyOf(item))));
  }),
  setsymmetricdifference: {
    arity: [1, undefined],
    apply: (sets) => keyed(sets, (count) => count === 1),
  },
  setproduct: {
    arity: [1, undefined],
    apply: (sets) => {
      const rows = product(sets.map(asItems));
      return sets.every(isList) ? rows : new ValueSet(rows);
    },
  },
  slice: {
    arity: [3, 3],
    apply: ([list = null, start = null, end = null]) => {
      const items = asItems(list);
      const [from, to] = [asInteger(start), asInteger(end)];
      if (from < 0 || to > items.length || from > to) {
        throw new ValueFault(
          `the list has ${items.length} elements: no slice from ${from} to ${to}`,
        );
      }
      return items.slice(from, to);
    },
  },
  zipmap: binary((keys, values) => {
    const [names, items] = [asItems(keys), asItems(values)];
    if (names.length !== items.length) throw new ValueFault('the lists must have one length');
    return new Map(names.map((name, index) => [asText(name), items[index] ?? null]));
  }),
};
