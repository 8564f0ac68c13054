import type { Json } from '../json.ts';
import { isList, isObject, own } from '../json.ts';
import { functionOf, referencesOf } from '../template/references.ts';
import type { Recreation } from './property-changes.ts';

/** What becomes of a resource when the change set is executed. */
export type Decision = 'add' | 'modify' | 'replace' | 'conditional' | 'none';

/** Why a property changes. https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChangeDetail.html */
export interface Cause {
  readonly source:
    | 'ResourceReference'
    | 'ParameterReference'
    | 'ResourceAttribute'
    | 'DirectModification'
    | 'NoModification'
    | 'Automatic';
  readonly entity?: string;
  /** Static when it is certain that the value changes. */
  readonly evaluation: 'Static' | 'Dynamic';
}

/** What is known of the rest of the change set. */
export interface CauseFacts {
  /** Names of parameters whose values change. */
  readonly changedParameters: ReadonlySet<string>;
  decisionOf(logicalId: string): Decision;
}

/**
 * Causes of a change in a property, from what its text refers to.
 *
 * A parameter's change is told twice: the parameter's is certain, and the property itself may have been modified
 * directly, which is not looked into. Recorded, and described in
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets-samples.html
 *
 * @param after - The property as the new template has it; undefined when it has none
 * @param textChanged - Whether the template says something else than before
 */
export const causesOf = (
  after: Json | undefined,
  textChanged: boolean,
  facts: CauseFacts,
): readonly Cause[] => {
  const references = referencesOf(after ?? '');
  const parameters: Cause[] = references
    .filter(({ kind, name }) => kind === 'ref' && facts.changedParameters.has(name))
    .map(({ name }) => ({ source: 'ParameterReference', entity: name, evaluation: 'Static' }));
  const resources = references.flatMap((reference): readonly Cause[] => {
    if (reference.kind === 'condition') return [];
    const decision = facts.decisionOf(reference.name);
    const evaluation = decision === 'replace' || decision === 'add' ? 'Static' : 'Dynamic';
    if (reference.kind === 'attribute')
      return decision === 'none'
        ? []
        : [
            {
              source: 'ResourceAttribute',
              entity: `${reference.name}.${reference.attribute}`,
              evaluation,
            },
          ];
    // The physical id of a resource that is changed in place stays.
    return decision === 'none' || decision === 'modify'
      ? []
      : [{ source: 'ResourceReference', entity: reference.name, evaluation }];
  });
  const causes = [...parameters, ...resources];
  if (causes.length === 0) return [DIRECT];
  const direct = textChanged || parameters.length > 0;
  return direct ? [{ ...DIRECT, evaluation: 'Dynamic' }, ...causes] : causes;
};

const DIRECT: Cause = { source: 'DirectModification', evaluation: 'Static' };

/** The text behind a place in a resource's properties: its own, or the function's that makes what is there. */
export const textAt = (properties: Json | undefined, path: string): Json | undefined => {
  let found = properties;
  // `/Properties/Name/…`
  for (const part of path.split('/').slice(2)) {
    if (found === undefined || functionOf(found) !== undefined) return found;
    if (isList(found)) found = found[Number(part)];
    else found = isObject(found) ? own(found, part) : undefined;
  }
  return found;
};

/** Whether the resource is replaced because of one change. https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html */
export const replacementBy = (
  recreation: Recreation,
  evaluation: Cause['evaluation'],
): 'True' | 'False' | 'Conditional' => {
  if (recreation === 'Never') return 'False';
  return recreation === 'Always' && evaluation === 'Static' ? 'True' : 'Conditional';
};
