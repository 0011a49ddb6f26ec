import type { Type, Value } from '../../../event/value.js';
import { elementType, equality, isList, isWhole, jsonType } from '../compare.js';
import { extreme } from '../comparison.js';
import type { FunctionBodies } from '../evaluator.js';
import type { Faults } from '../faults.js';

type OfArray = (list: readonly Value[], rest: readonly Value[], element: Type, faults: Faults) => Value;

function ofArray(body: OfArray): FunctionBodies[string] {
  return ([list, ...rest], faults, types) =>
    isList(list!) ? body(list, rest, elementType(types[0]!), faults) : faults.note('type_mismatch');
}

export const ARRAY_FUNCTIONS: FunctionBodies = {
  CARDINALITY: ofArray((list) => list.length),
  CONTAINS: ofArray((list, [wanted], element) => {
    let unknown = false;
    for (const each of list) {
      // The NULL might be the one.
      if (each === null) unknown = true;
      else if (jsonType(each) === jsonType(wanted!)) {
        const equal = equality(each, wanted!, element);
        if (equal === true) return true;
        if (equal === null) unknown = true;
      }
    }
    return unknown ? null : false;
  }),
  ELEMENT_AT: ofArray((list, [index]) =>
    isWhole(index) ? (list.at(index > 0 ? index - 1 : index || list.length) ?? null) : null,
  ),
  ARRAY_MAX: ofArray((list, _, element, faults) =>
    list.includes(null) ? null : extreme(list, element, 1, faults),
  ),
  ARRAY_MIN: ofArray((list, _, element, faults) =>
    list.includes(null) ? null : extreme(list, element, -1, faults),
  ),
};
