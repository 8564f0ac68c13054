/** Sparta in an archive: the same declarations, which only register; nothing of the desk. */
import { createHandler, register } from './runtime/index.ts';
import { customResourceWith } from './sources/custom-resource/spec.ts';
import { lambda as declare } from './spec/lambda.ts';
import type { FunctionDeclaration } from './spec/lambda.ts';

export { HttpError, isDeclared } from './runtime/index.ts';
export { ConditionFailedError } from './runtime/condition-failed-error.ts';
export { InvalidMessageError } from './runtime/invalid-message.ts';
export { SendError } from './runtime/send-error.ts';
export { bus, defaultBus } from './sources/eventbridge/spec.ts';
export { UnstorableError } from './runtime/unstorable-error.ts';
export { table } from './sources/dynamodb/spec.ts';
export { alarm, compositeAlarm } from './sources/alarm/spec.ts';
export { allOf, anyOf, atLeast, inState, noneOf } from './sources/alarm/rule.ts';
export { httpApi } from './sources/http-api/spec.ts';
export { stream } from './sources/kinesis/spec.ts';
export { logGroup, logsOf } from './sources/logs/spec.ts';
export { parameter } from './sources/parameter/spec.ts';
export { bucket } from './sources/s3/spec.ts';
export { scheduleGroup } from './sources/scheduler/group.ts';
export { schedule } from './sources/scheduler/spec.ts';
export { secret } from './sources/secret/spec.ts';
export { CustomResourceError } from './sources/custom-resource/answer.ts';
export { failuresOf, successesOf } from './sources/async/spec.ts';
export { queue } from './sources/sqs/spec.ts';
export { topic } from './sources/sns/spec.ts';
export { adjust } from './spec/adjust.ts';
export { ERROR_CODES, FrameworkError } from './spec/errors.ts';
export { allow, deny } from './spec/grant.ts';
export { anyResource, resource } from './spec/resource.ts';
export { typed } from './spec/message-schema.ts';
export { service } from './spec/service.ts';
export { aws, getAtt, ref, sub } from './spec/value.ts';

/** What Lambda's runtime calls. */
export const handler = createHandler();

/** States a function, and keeps it when it is the one that this environment runs. */
export const lambda: typeof declare = (name, options, handler) => {
  const declaration = declare(name, options, handler);
  register(declaration as unknown as FunctionDeclaration);
  return declaration;
};

/** States a kind of custom resource. */
export const customResource = /* @__PURE__ */ customResourceWith(lambda);

/** A service provisions itself at a desk alone. */
export const main = async (): Promise<void> => {};
