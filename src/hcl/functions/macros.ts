/** Functions that get expressions, not values: `try`, `can`, `convert`. */
import { AppError } from '../../errors.ts';
import { evaluate, type HclMacro } from '../evaluate.ts';
import { convert, typeOf } from '../types.ts';
import { ValueFault } from '../value.ts';

export const macros: Readonly<Record<string, HclMacro>> = {
  try: {
    expand: (args, scope) => {
      for (const argument of args) {
        try {
          return evaluate(argument, scope);
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
        }
      }
      throw new ValueFault('try: no argument could be evaluated');
    },
  },
  can: {
    expand: ([argument], scope) => {
      if (argument === undefined) throw new ValueFault('can takes 1 argument, not 0');
      try {
        evaluate(argument, scope);
        return true;
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        return false;
      }
    },
  },
  convert: {
    expand: ([value, type], scope) => {
      if (value === undefined || type === undefined)
        throw new ValueFault('convert takes 2 arguments: a value and a type');
      return convert(evaluate(value, scope), typeOf(type));
    },
  },
};
