import type { Value } from '../evaluate/values.ts';
import { toJson } from '../evaluate/values.ts';
import type { Json, JsonObject } from '../json.ts';
import { isList, isObject, scalarsAsText } from '../json.ts';
import type { ResourceDrift, StackResource } from '../state.ts';
import type { DeletionPolicy } from '../template/model.ts';
import { MASK } from '../template/parameters.ts';
import type { Comparison, Detail, PlannedResource } from './compare-resource.ts';

// The fields, their order and what is left out are as recorded on AWS.

export const renderAdd = (
  { id, definition, shownProperties, metadata }: PlannedResource,
  withValues: boolean,
  drift: ResourceDrift | undefined,
): JsonObject =>
  change({
    Action: 'Add',
    LogicalResourceId: id,
    ResourceType: definition.type,
    // It was deleted outside, and is made anew.
    ...(drift === undefined ? {} : { ResourceDriftStatus: driftStatus(drift) }),
    Scope: [],
    Details: [],
    ...(withValues
      ? {
          AfterContext: contextText({ ...definition, properties: shownProperties, metadata }),
          // Recorded in 2025; in recordings of 2026 it is no longer there.
          Replacement: 'True',
        }
      : {}),
  });

export const renderRemove = (
  resource: StackResource,
  withValues: boolean,
  secrets: ReadonlySet<string>,
): JsonObject =>
  change({
    PolicyAction: removalPolicy(resource.deletionPolicy),
    Action: 'Remove',
    LogicalResourceId: resource.logicalId,
    ...(resource.physicalId === undefined ? {} : { PhysicalResourceId: resource.physicalId }),
    ResourceType: resource.type,
    Scope: [],
    Details: [],
    ...(withValues ? { BeforeContext: deployedContext(resource, secrets) } : {}),
  });

export const renderModify = (
  desired: PlannedResource,
  { current, details, replacement, drift }: Comparison,
  how: { readonly withValues: boolean; readonly secrets: ReadonlySet<string> },
): JsonObject => {
  const { definition, shownProperties, metadata } = desired;
  const live = drift?.live === undefined ? current : { ...current, properties: drift.live };
  const synchronises = details.every(({ kind }) => kind === 'SyncWithActual');
  return change({
    ...(replacement === 'False'
      ? {}
      : { PolicyAction: replacementPolicy(definition.updateReplacePolicy) }),
    Action: synchronises ? 'SyncWithActual' : 'Modify',
    LogicalResourceId: desired.id,
    PhysicalResourceId: current.physicalId,
    ResourceType: definition.type,
    ...(drift === undefined ? {} : { ResourceDriftStatus: driftStatus(drift) }),
    Replacement: replacement,
    Scope: [...new Set(details.map(({ attribute }) => attribute))],
    Details: details.map((detail) => renderDetail(detail, how, drift !== undefined)),
    ...(how.withValues
      ? {
          BeforeContext: deployedContext(live, how.secrets),
          ...(drift === undefined
            ? {}
            : { PreviousDeploymentContext: deployedContext(current, how.secrets) }),
          AfterContext: contextText({ ...definition, properties: shownProperties, metadata }),
        }
      : {}),
  });
};

const change = (resourceChange: JsonObject): JsonObject => ({
  Type: 'Resource',
  ResourceChange: resourceChange,
});

/** A type that cannot be looked at: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html */
export const driftStatus = ({ status }: ResourceDrift): string =>
  status === 'NOT_CHECKED' ? 'UNSUPPORTED' : status;

const renderDetail = (
  { attribute, name, path, kind, before, after, recreation, cause, drift }: Detail,
  { withValues, secrets }: { readonly withValues: boolean; readonly secrets: ReadonlySet<string> },
  looksAtDrift: boolean,
): JsonObject => ({
  Target: {
    Attribute: attribute,
    ...(name === undefined ? {} : { Name: name }),
    RequiresRecreation: recreation,
    ...(withValues && path !== undefined ? { Path: path } : {}),
    ...(withValues && before !== undefined ? { BeforeValue: valueText(before, secrets) } : {}),
    ...(withValues && after !== undefined ? { AfterValue: valueText(after, secrets) } : {}),
    ...(withValues && kind !== undefined ? { AttributeChangeType: kind } : {}),
    ...(looksAtDrift && withValues && path !== undefined
      ? {
          BeforeValueFrom: drift === undefined ? 'PREVIOUS_DEPLOYMENT_STATE' : 'ACTUAL_STATE',
          AfterValueFrom: 'TEMPLATE',
        }
      : {}),
    ...(withValues && drift !== undefined
      ? {
          Drift: {
            PreviousValue: valueText(drift.previous, secrets),
            ActualValue: valueText(drift.actual, secrets),
            // Seconds, as the wire has them.
            DriftDetectionTimestamp: drift.at / 1_000,
          },
        }
      : {}),
  },
  Evaluation: cause.evaluation,
  ChangeSource: cause.source,
  ...(cause.entity === undefined ? {} : { CausingEntity: cause.entity }),
});

const valueText = (value: Value, secrets: ReadonlySet<string>): string => {
  const json = masked(scalarsAsText(toJson(value)), secrets);
  return typeof json === 'string' ? json : JSON.stringify(json);
};

/** The JSON text of a resource's context. */
const contextText = (resource: {
  readonly properties: JsonObject;
  readonly metadata?: Json | undefined;
  readonly deletionPolicy?: DeletionPolicy;
  readonly updateReplacePolicy?: DeletionPolicy;
}): string => {
  const { properties, metadata, deletionPolicy, updateReplacePolicy } = resource;
  return JSON.stringify({
    Properties: scalarsAsText(properties),
    ...(metadata === undefined ? {} : { Metadata: scalarsAsText(metadata) }),
    ...(updateReplacePolicy === undefined ? {} : { UpdateReplacePolicy: updateReplacePolicy }),
    ...(deletionPolicy === undefined ? {} : { DeletionPolicy: deletionPolicy }),
  });
};

const deployedContext = (resource: StackResource, secrets: ReadonlySet<string>): string =>
  contextText({
    ...resource,
    properties: masked(resource.properties, secrets) as JsonObject,
    metadata: resource.metadata === undefined ? undefined : (JSON.parse(resource.metadata) as Json),
  });

/** What was deployed holds values of parameters with NoEcho; whatever contains one is not shown. */
const masked = (value: Json, secrets: ReadonlySet<string>): Json => {
  if (secrets.size === 0) return value;
  if (typeof value === 'string')
    return [...secrets].some((secret) => value.includes(secret)) ? MASK : value;
  if (isList(value)) return value.map((member) => masked(member, secrets));
  if (isObject(value))
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [name, masked(member, secrets)]),
    );
  return value;
};

const removalPolicy = (policy: DeletionPolicy | undefined): string => {
  if (policy === 'Retain' || policy === 'RetainExceptOnCreate') return 'Retain';
  return policy === 'Snapshot' ? 'Snapshot' : 'Delete';
};

const replacementPolicy = (policy: DeletionPolicy | undefined): string => {
  if (policy === 'Retain' || policy === 'RetainExceptOnCreate') return 'ReplaceAndRetain';
  return policy === 'Snapshot' ? 'ReplaceAndSnapshot' : 'ReplaceAndDelete';
};
