/** The target and group blocks of a definition, evaluated when they are asked for. */
import { AppError } from '../errors.ts';
import {
  asEntries,
  asItems,
  asText,
  type Block,
  type Body,
  childScope,
  evaluate,
  type LazyObject,
  type Scope,
  type Value,
  ValueFault,
  valueError,
} from '../hcl/index.ts';
import { nearestName } from '../nearest-name.ts';
import { fieldValue, hclValue } from './field-value.ts';
import { type FieldName, type FieldValue, fieldNames, isFieldName } from './fields.ts';
import type { Definition, Group, Target } from './target.ts';
import { attributeOf, labelOf } from './variables.ts';

/** A block with the scope that a row of its matrix gives it. */
interface Instance {
  readonly name: string;
  readonly block: Block;
  readonly scope: Scope;
}

const NAME = /^[\w-]+$/;

export class Blocks {
  private readonly scope: Scope;
  private readonly targetBlocks: readonly Block[];
  private readonly groupBlocks: readonly Block[];
  private instances: readonly Instance[] | undefined;
  private readonly fields = new Map<Instance, Map<FieldName, FieldValue | undefined>>();
  private readonly inProgress = new Set<string>();

  /** @param scope what names mean; it asks `value` for `target` and `group` */
  constructor(bodies: readonly Body[], scope: Scope) {
    const ofType = (type: string) =>
      bodies.flatMap(({ blocks }) => blocks.filter((block) => block.type === type));
    this.scope = scope;
    this.targetBlocks = ofType('target');
    this.groupBlocks = ofType('group');
    for (const { type, location } of bodies.flatMap(({ blocks }) => blocks)) {
      if (KINDS.includes(type)) continue;
      throw new AppError('BAKE_DEFINITION', `unknown block '${type}'`, {
        location,
        expected: KINDS.join(', '),
      });
    }
  }

  /** All targets and groups. @throws AppError HCL_…, BAKE_DEFINITION */
  definition(): Definition {
    const targets = this.allInstances().map((instance): Target => {
      for (const { name, location } of instance.block.body.attributes)
        refuseUnknown(name, location);
      const fields = fieldNames.flatMap((field) => {
        const value = this.field(instance, field);
        return value === undefined ? [] : [[field, value] as const];
      });
      return { name: instance.name, fields: new Map(fields), location: instance.block.location };
    });
    return {
      targets,
      groups: [...this.groupBlocks.map((block) => this.group(block)), ...this.matrixGroups()],
    };
  }

  /** `target` and `group` in expressions. */
  value(type: string): Value | undefined {
    if (type === 'target' && this.targetBlocks.length > 0) return this.targetsObject();
    if (type === 'group' && this.groupBlocks.length > 0) {
      return new Map(
        this.groupBlocks.map((block) => [
          labelOf(block),
          new Map([['targets', [...this.group(block).targets]]]),
        ]),
      );
    }
    return undefined;
  }

  private targetsObject(): LazyObject {
    const named = (name: string) =>
      this.allInstances().filter((instance) => instance.name === name);
    return {
      isLazy: true,
      names: () => this.allInstances().map(({ name }) => name),
      get: (name) => {
        const instances = named(name);
        return instances.length === 0 ? undefined : this.targetObject(name, instances);
      },
    };
  }

  private targetObject(name: string, instances: readonly Instance[]): LazyObject {
    return {
      isLazy: true,
      names: () => ['name', ...fieldNames],
      get: (field) => {
        if (field === 'name') return name;
        if (!isFieldName(field)) return undefined;
        const values = instances.map((instance) => this.field(instance, field));
        const value = values.findLast((found) => found !== undefined);
        return value === undefined ? null : hclValue(value);
      },
    };
  }

  private field(instance: Instance, field: FieldName): FieldValue | undefined {
    const known = this.fields.get(instance) ?? new Map<FieldName, FieldValue | undefined>();
    this.fields.set(instance, known);
    if (known.has(field)) return known.get(field);
    const attribute = attributeOf(instance.block, field);
    if (attribute === undefined) return undefined;
    const key = `${instance.name}.${field}`;
    if (this.inProgress.has(key)) {
      throw new AppError('BAKE_DEFINITION', `target.${key} depends on itself`, {
        location: attribute.location,
      });
    }
    this.inProgress.add(key);
    const { location } = attribute.value;
    try {
      const value = fieldValue(field, evaluate(attribute.value, instance.scope));
      known.set(field, value);
      return value;
    } catch (error) {
      if (error instanceof ValueFault) throw valueError(error.message, location);
      throw error;
    } finally {
      this.inProgress.delete(key);
    }
  }

  private allInstances(): readonly Instance[] {
    this.instances ??= this.targetBlocks.flatMap((block) => this.instancesOf(block));
    return this.instances;
  }

  private instancesOf(block: Block): Instance[] {
    const label = checkedName(labelOf(block), block);
    const naming = attributeOf(block, 'name');
    const matrix = attributeOf(block, 'matrix');
    if (matrix === undefined) {
      if (naming === undefined) return [{ name: label, block, scope: this.scope }];
      throw new AppError('BAKE_DEFINITION', 'a name is only for a target with a matrix', {
        location: naming.location,
      });
    }
    const value = evaluate(matrix.value, this.scope);
    const instances = this.rows(value, matrix.value.location).map((variables) => {
      const scope = childScope(this.scope, variables);
      const name = naming === undefined ? label : asText(evaluate(naming.value, scope));
      return { name: checkedName(name, block), block, scope };
    });
    const names = instances.map(({ name }) => name);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice === undefined) return instances;
    throw new AppError('BAKE_DEFINITION', `the matrix gives two targets the name '${twice}'`, {
      location: naming?.location ?? block.location,
      hint: 'use all variables of the matrix in name',
    });
  }

  /** The rows of a matrix: all combinations of its variables. */
  private rows(matrix: Value, location: Block['location']): ReadonlyMap<string, Value>[] {
    try {
      const variables = [...asEntries(matrix)].sort(([a], [b]) => (a < b ? -1 : 1));
      return variables.reduce<ReadonlyMap<string, Value>[]>(
        (rows, [name, values]) =>
          rows.flatMap((row) => asItems(values).map((value) => new Map([...row, [name, value]]))),
        [new Map()],
      );
    } catch (error) {
      if (!(error instanceof ValueFault)) throw error;
      throw new AppError('BAKE_DEFINITION', 'a matrix is an object of lists', {
        location,
        expected: '{ name = ["value", …] }',
      });
    }
  }

  private group(block: Block): Group {
    for (const name of ['name', 'matrix']) {
      const found = attributeOf(block, name);
      if (found === undefined) continue;
      throw new AppError('BAKE_DEFINITION', `a group has no ${name}`, { location: found.location });
    }
    const targets = attributeOf(block, 'targets');
    const description = attributeOf(block, 'description');
    if (targets === undefined) {
      throw new AppError('BAKE_DEFINITION', 'a group needs targets', { location: block.location });
    }
    const texts = fieldValue('tags', evaluate(targets.value, this.scope));
    const described = description && evaluate(description.value, this.scope);
    return {
      name: checkedName(labelOf(block), block),
      targets: Array.isArray(texts)
        ? [...new Set(texts.filter((text) => typeof text === 'string'))]
        : [],
      description: typeof described === 'string' ? described : undefined,
      location: block.location,
    };
  }

  /** The label of a target with a matrix is a group of the targets it became. */
  private matrixGroups(): Group[] {
    const names = new Map<string, string[]>();
    for (const { name, block } of this.allInstances()) {
      const label = labelOf(block);
      names.set(label, [...(names.get(label) ?? []), name]);
    }
    return [...names].flatMap(([name, all]) => {
      const targets = [...new Set(all)];
      return targets.length === 1 && targets[0] === name
        ? []
        : [{ name, targets, description: undefined }];
    });
  }
}

const KINDS = ['target', 'group', 'variable', 'function'];
const TARGET_WORDS = [...fieldNames, 'name', 'matrix'];

function refuseUnknown(name: string, location: Block['location']): void {
  if (TARGET_WORDS.some((word) => word === name)) return;
  const near = nearestName(name, TARGET_WORDS);
  throw new AppError('BAKE_DEFINITION', `a target has no attribute '${name}'`, {
    location,
    hint: near === undefined ? undefined : `did you mean ${near}?`,
  });
}

function checkedName(name: string, { type, location }: Block): string {
  if (NAME.test(name)) return name;
  throw new AppError('BAKE_DEFINITION', `'${name}' is not a valid name of a ${type}`, {
    location,
    expected: 'letters, digits, _ and -',
  });
}
