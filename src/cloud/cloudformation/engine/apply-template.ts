import { AwsError } from '../../core/aws-error.ts';
import { createScope, evaluateProperties, isActive } from '../evaluate/create-scope.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import type { Scope } from '../evaluate/scope.ts';
import { toJson } from '../evaluate/values.ts';
import type { Json, JsonObject } from '../json.ts';
import type { StackResource, StackSpec } from '../state.ts';
import { dependenciesOf } from '../template/check-references.ts';
import type { Dependencies } from '../template/dependency-graph.ts';
import type { ResourceDefinition, Template } from '../template/model.ts';
import { MASK } from '../template/parameters.ts';
import { failureReason, resourceFailure } from './failure-reason.ts';
import { importResource } from './import-resource.ts';
import { importsOf, liveReferences } from './live-references.ts';
import { evaluateOutputs } from './outputs.ts';
import type { ResourcePlan } from './plan-resource.ts';
import { planResource } from './plan-resource.ts';
import { setResourceStatus } from './record-event.ts';
import { runStep } from './resource-steps.ts';
import { runGraph } from './run-graph.ts';
import { deniedByStackPolicy } from './stack-policy.ts';
import type { Work } from './work.ts';
import { operationOf, providerOf, specOf, stackOfWork } from './work.ts';

/** What became of applying a template. */
export type Applied =
  | {
      readonly ok: true;
      /** Logical ids of the resources that the template makes. */
      readonly active: ReadonlySet<string>;
    }
  | {
      readonly ok: false;
      /** A sentence for the stack's status, with a space at its end where AWS has one. */
      readonly reason: string;
    };

/** Makes every resource as the template says, what waits for nothing at one time, and then the outputs. */
export const applyTemplate = async (work: Work, template: Template): Promise<Applied> => {
  try {
    return await new ApplyRun(work, template).run();
  } catch (error) {
    // A missing import, an export that is taken: no resource's failure.
    if (error instanceof AwsError) return { ok: false, reason: sentence(error.message) };
    throw error;
  }
};

const sentence = (text: string) => `${text.replace(/\.?\s*$/, '')}. `;

class ApplyRun {
  readonly work: Work;
  readonly template: Template;
  readonly spec: StackSpec;
  readonly scope: Scope;
  /** The scope with the values of NoEcho parameters masked, when there are any. */
  readonly shownScope: Scope;
  readonly dependencies: Dependencies;
  readonly goesOn: boolean;
  readonly inFlight = new Map<string, StackResource>();
  readonly cancelled = new Set<string>();
  readonly failed: { readonly id: string; readonly verb: 'create' | 'update' | 'import' }[] = [];
  timedOut = false;

  constructor(work: Work, template: Template) {
    this.work = work;
    this.template = template;
    this.spec = specOf(work);
    this.scope = this.createScope(this.spec.parameters);
    this.shownScope =
      this.spec.secretParameters.length === 0
        ? this.scope
        : this.createScope(
            this.spec.parameters.map((parameter) =>
              this.spec.secretParameters.includes(parameter.ParameterKey)
                ? { ...parameter, ParameterValue: MASK }
                : parameter,
            ),
            this.scope.conditions,
          );
    this.dependencies = dependenciesOf(template, (id) => isActive(this.scope, id));
    this.goesOn = operationOf(work).onFailure === 'DO_NOTHING';
  }

  createScope(
    parameters: StackSpec['parameters'],
    conditions?: ReadonlyMap<string, boolean>,
  ): Scope {
    const { context, stackId } = this.work;
    const identity = {
      accountId: context.accountId,
      region: context.region,
      stackId,
      stackName: stackOfWork(this.work).name,
      notificationArns: this.spec.notificationArns,
    };
    const scope = createScope(
      this.template,
      parameters,
      identity,
      liveReferences(context, stackId),
    );
    return conditions === undefined ? scope : { ...scope, conditions };
  }

  async run(): Promise<Applied> {
    const { context, stackId } = this.work;
    // Imports are read before anything is made, as AWS does.
    const imports = importsOf(this.template, this.scope);
    context.state.putStack({ ...stackOfWork(this.work), imports });
    if (this.refusesRemovals()) return { ok: false, reason: this.failure() ?? '' };
    const timer = this.startTimer();
    await runGraph({
      dependencies: this.dependencies,
      work: (id) => this.applyResource(id),
      stopped: () => this.isStopped(),
    });
    timer?.cancel();
    const reason = this.failure();
    if (reason !== undefined) return { ok: false, reason };
    const outputs = evaluateOutputs(context, stackId, this.scope);
    context.state.putStack({ ...stackOfWork(this.work), outputs });
    return { ok: true, active: new Set(this.dependencies.keys()) };
  }

  /** Why the stack's policy does not let the update do this. */
  denied(resource: StackResource, plan: ResourcePlan | 'remove'): string | undefined {
    const { kind, policyDuringUpdate } = operationOf(this.work);
    if (kind !== 'update' || plan === 'none' || plan === 'create') return undefined;
    const action = ({ update: 'Modify', replace: 'Replace', remove: 'Delete' } as const)[plan];
    const policy = policyDuringUpdate ?? stackOfWork(this.work).stackPolicy;
    return deniedByStackPolicy(policy, resource, `Update:${action}`);
  }

  /** What the template leaves out is deleted at the end; whether it may be is known now. */
  refusesRemovals(): boolean {
    const { state } = this.work.context;
    for (const resource of state.resources(this.work.stackId)) {
      if (this.dependencies.has(resource.logicalId) || livingResource(resource) === undefined)
        continue;
      const denied = this.denied(resource, 'remove');
      if (denied !== undefined) this.failBeforeStep(resource, resource, resourceFailure(denied));
    }
    return this.failed.length > 0;
  }

  startTimer() {
    const { timeoutMinutes } = stackOfWork(this.work);
    if (timeoutMinutes === undefined || operationOf(this.work).kind !== 'create') return undefined;
    return this.work.context.clock.after(timeoutMinutes * 60_000, () => {
      this.timedOut = true;
      this.cancelOthers();
    });
  }

  isStopped(): boolean {
    return (
      (this.failed.length > 0 && !this.goesOn) ||
      this.timedOut ||
      operationOf(this.work).cancelled === true
    );
  }

  failure(): string | undefined {
    if (this.timedOut) return 'Stack creation time exceeded the specified timeout. ';
    const named = (verb: 'create' | 'update' | 'import') => {
      const ids = this.failed.filter((failed) => failed.verb === verb).map(({ id }) => id);
      return ids.length === 0
        ? ''
        : `The following resource(s) failed to ${verb}: [${ids.join(', ')}]. `;
    };
    const reason = named('create') + named('update') + named('import');
    if (reason !== '') return reason;
    return operationOf(this.work).cancelled === true ? 'User Initiated' : undefined;
  }

  async applyResource(id: string): Promise<boolean> {
    const { work, template } = this;
    const { state } = work.context;
    const definition = template.resources.get(id);
    if (definition === undefined) return true;
    const earlier = state.changesOf(work.stackId).get(id);
    // Done before the cloud was killed.
    if (earlier?.operationId === operationOf(work).id && earlier.state === 'done') return true;
    const existing = livingResource(state.resource(work.stackId, id));
    const desired = this.desire(id, definition, existing);
    if (desired === undefined) return false;
    const imported = operationOf(work).imports?.find(({ logicalId }) => logicalId === id);
    if (imported !== undefined) {
      const taken = await importResource(work, desired, imported.physicalId);
      if (!taken) this.failed.push({ id, verb: 'import' });
      return taken;
    }
    const provider = this.providerOrFail(desired);
    if (provider === undefined) return false;
    const attempted = earlier?.state === 'failed' ? earlier.attempted : undefined;
    const plan = planResource(
      existing,
      { ...desired, stackTags: desired.stackTags ?? [] },
      provider,
      attempted,
    );
    const denied = existing === undefined ? undefined : this.denied(existing, plan);
    if (denied !== undefined) {
      this.failBeforeStep(desired, existing, resourceFailure(denied));
      return false;
    }
    if (plan === 'none') {
      this.refresh(existing, desired);
      return true;
    }
    this.inFlight.set(id, desired);
    const succeeded = await runStep({
      work,
      plan,
      existing,
      desired,
      shown: this.shownProperties(definition),
      notActedOn: notActedOn(definition),
      isCancelled: () => this.cancelled.has(id),
    });
    this.inFlight.delete(id);
    if (!succeeded) this.fail(id, plan === 'create' ? 'create' : 'update');
    return succeeded;
  }

  /** The resource as it is to be, or undefined when that cannot be evaluated, which is its failure. */
  desire(
    id: string,
    definition: ResourceDefinition,
    existing: StackResource | undefined,
  ): StackResource | undefined {
    const { work } = this;
    const base = {
      stackId: work.stackId,
      logicalId: id,
      type: definition.type,
      status: '',
      changedAt: work.context.clock.now(),
      attributes: {},
      dependsOn: this.dependencies.get(id) ?? [],
      stackTags: this.spec.tags,
      ...(definition.deletionPolicy === undefined
        ? {}
        : { deletionPolicy: definition.deletionPolicy }),
      ...(definition.updateReplacePolicy === undefined
        ? {}
        : { updateReplacePolicy: definition.updateReplacePolicy }),
    };
    try {
      const properties = toJson(evaluateProperties(definition.properties, this.scope));
      const metadata =
        definition.metadata === undefined
          ? undefined
          : JSON.stringify(toJson(evaluate(definition.metadata, this.scope)));
      return {
        ...base,
        properties: properties as JsonObject,
        ...(definition.creationPolicy === undefined
          ? {}
          : { creationPolicy: toJson(evaluate(definition.creationPolicy, this.scope)) }),
        ...(metadata === undefined ? {} : { metadata }),
      };
    } catch (error) {
      this.failBeforeStep({ ...base, properties: {} }, existing, error);
      return undefined;
    }
  }

  providerOrFail(desired: StackResource) {
    try {
      return providerOf(this.work, desired.type);
    } catch (error) {
      this.failBeforeStep(desired, undefined, error);
      return undefined;
    }
  }

  failBeforeStep(desired: StackResource, existing: StackResource | undefined, error: unknown) {
    const verb = existing?.physicalId === undefined ? 'create' : 'update';
    const { work } = this;
    // Nothing was touched; a rollback only has to say so.
    const before =
      existing === undefined ? {} : { before: existing, attempted: existing.properties };
    work.context.state.putChange({
      stackId: work.stackId,
      logicalId: desired.logicalId,
      operationId: operationOf(work).id,
      action: verb,
      state: 'failed',
      ...work.context.state.changesOf(work.stackId).get(desired.logicalId),
      ...before,
    });
    setResourceStatus(this.work.context, existing ?? desired, {
      status: `${verb.toUpperCase()}_FAILED`,
      reason: failureReason(error, desired.type, this.work.context),
    });
    this.fail(desired.logicalId, verb);
  }

  /** What a template says beside the properties, kept without touching the resource. */
  refresh(existing: StackResource | undefined, desired: StackResource): void {
    if (existing?.physicalId === undefined) return;
    const { status, changedAt, physicalId, attributes, properties } = existing;
    const reason = existing.statusReason;
    this.work.context.state.putResource({
      ...desired,
      status,
      changedAt,
      physicalId,
      attributes,
      properties,
      ...(reason === undefined ? {} : { statusReason: reason }),
    });
  }

  shownProperties(definition: ResourceDefinition): Json {
    return toJson(evaluateProperties(definition.properties, this.shownScope));
  }

  fail(id: string, verb: 'create' | 'update'): void {
    if (this.cancelled.has(id)) return;
    this.failed.push({ id, verb });
    if (!this.goesOn) this.cancelOthers();
  }

  /** What runs beside a failure is called off; its provider is waited for, and what it made is rolled back. */
  cancelOthers(): void {
    for (const [id, resource] of this.inFlight) {
      const { context, stackId } = this.work;
      // Done already, and told so.
      const done = context.state.changesOf(stackId).get(id)?.state === 'done';
      if (done || this.cancelled.has(id)) continue;
      this.cancelled.add(id);
      const current = context.state.resource(stackId, id) ?? resource;
      const verb = current.status.startsWith('UPDATE') ? 'update' : 'create';
      this.failed.push({ id, verb });
      setResourceStatus(context, current, {
        status: `${verb.toUpperCase()}_FAILED`,
        reason: verb === 'create' ? 'Resource creation cancelled' : 'Resource update cancelled',
      });
    }
  }
}

/** Attributes that no type here can act on: a wait condition alone waits for signals. */
const notActedOn = ({ type, creationPolicy, updatePolicy }: ResourceDefinition) => [
  ...(creationPolicy === undefined || type === WAIT_CONDITION ? [] : ['CreationPolicy']),
  ...(updatePolicy === undefined ? [] : ['UpdatePolicy']),
];

const WAIT_CONDITION = 'AWS::CloudFormation::WaitCondition';

/** A record of a resource that was deleted is history. */
export const livingResource = (resource: StackResource | undefined): StackResource | undefined =>
  resource === undefined || /^DELETE_(COMPLETE|SKIPPED)$/.test(resource.status)
    ? undefined
    : resource;
