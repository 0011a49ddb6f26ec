import { Decimal } from '../../event/decimal.js';
import type { Type, Value } from '../../event/value.js';
import { elementType, fieldType, isFields, isList } from './compare.js';

/** Plain data: what a state may hold, so that it can be packed and compared without knowing any class. */
export type State =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly State[]
  | { readonly [name: string]: State };

/** How values of a type are kept in a state: a DECIMAL as [unscaled digits, scale], everything else as it is. */
export interface PlainForm {
  toState(value: Value): State;
  toValue(state: State): Value;
}

const AS_IT_IS: PlainForm = { toState: (value) => value as State, toValue: (state) => state as Value };

const DECIMAL: PlainForm = {
  toState: (value) => (value instanceof Decimal ? [value.unscaled.toString(), value.scale] : null),
  toValue(state) {
    if (state === null) return null;
    const [unscaled, scale] = state as readonly [string, number];
    return new Decimal(BigInt(unscaled), scale);
  },
};

/** The plain form of values of a type. */
export function plainForm(type: Type): PlainForm {
  if (type.kind === 'DECIMAL') return DECIMAL;
  if (!hasDecimal(type)) return AS_IT_IS;
  return {
    toState: (value) => walk(value, type, (form, each) => form.toState(each as Value)) as State,
    toValue: (state) => walk(state, type, (form, each) => form.toValue(each as State)) as Value,
  };
}

function hasDecimal(type: Type): boolean {
  if (type.kind === 'ARRAY') return hasDecimal(type.element);
  if (type.kind === 'ROW') return type.fields.some((each) => hasDecimal(each.type));
  return type.kind === 'DECIMAL';
}

function walk(
  value: Value | State,
  type: Type,
  convert: (form: PlainForm, value: Value | State) => Value | State,
): Value | State {
  if (type.kind === 'DECIMAL') return convert(DECIMAL, value);
  if (isList(value as Value))
    return (value as readonly Value[]).map((each) => walk(each, elementType(type), convert)) as Value;
  if (!isFields(value as Value)) return value;
  return Object.fromEntries(
    Object.entries(value as { readonly [name: string]: Value }).map(([name, each]) => [
      name,
      walk(each, fieldType(type, name), convert),
    ]),
  ) as Value;
}
