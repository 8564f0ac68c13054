import type { Json } from '../json.ts';

/** A value that is known only once the change set has been executed. */
export const UNKNOWN: unique symbol = Symbol('known after apply');

/** `AWS::NoValue`: the property, or the member of the list, is not there. */
export const NO_VALUE: unique symbol = Symbol('no value');

/** What a function comes to: JSON in which parts may not be known yet. */
export type Value =
  | null
  | boolean
  | number
  | string
  | typeof UNKNOWN
  | typeof NO_VALUE
  | readonly Value[]
  | { readonly [name: string]: Value };

export type ValueObject = { readonly [name: string]: Value };

export const isValueObject = (value: Value): value is ValueObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isValueList = (value: Value): value is readonly Value[] => Array.isArray(value);

/** Whether any part of a value is not known yet. */
export const hasUnknown = (value: Value): boolean => {
  if (value === UNKNOWN) return true;
  if (isValueList(value)) return value.some(hasUnknown);
  return isValueObject(value) && Object.values(value).some(hasUnknown);
};

/** What AWS writes for a value that is not known yet. Recorded in its change sets. */
export const KNOWN_AFTER_APPLY = '{{changeSet:KNOWN_AFTER_APPLY}}';

/** A value as JSON, what is not known yet as AWS writes it. */
export const toJson = (value: Value): Json => {
  if (value === UNKNOWN) return KNOWN_AFTER_APPLY;
  if (value === NO_VALUE) return '';
  if (isValueList(value)) return value.map(toJson);
  if (isValueObject(value))
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [name, toJson(member)]),
    );
  return value;
};
