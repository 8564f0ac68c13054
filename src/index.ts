/**
 * Sparta at a desk: one program states a service and provisions it. In an archive `sparta` is `index.lambda.ts` instead.
 * @packageDocumentation
 */
import './compile-cache.ts';
import { captureFromStack } from './spec/capture.ts';
import { captureWith } from './spec/declared-at.ts';

captureWith(captureFromStack);

export { main } from './main.ts';
export { bucket } from './sources/s3/spec.ts';
export type { BucketDeclaration, S3Event, S3EventRecord } from './sources/s3/spec.ts';
export { httpApi } from './sources/http-api/spec.ts';
export type {
  CorsOptions,
  HttpApiDeclaration,
  HttpApiOptions,
  HttpRequest,
  HttpResponse,
  HttpResult,
  HttpRoute,
  PathParameters,
} from './sources/http-api/spec.ts';
export { logGroup, logsOf } from './sources/logs/spec.ts';
export type {
  LineSourceOptions,
  LogGroupDeclaration,
  LogGroupOptions,
  LogGroupReference,
  LogSourceOptions,
} from './sources/logs/spec.ts';
export type { LogMetric, LogMetricOptions } from './sources/logs/metric.ts';
export type { LogBatch, LogLine, LogRecord, LogsData, LogsEvent } from './sources/logs/event.ts';
export { parameter } from './sources/parameter/spec.ts';
export type { ParameterDeclaration, ParameterOptions } from './sources/parameter/spec.ts';
export { secret } from './sources/secret/spec.ts';
export type { GeneratedSecret, SecretDeclaration, SecretOptions } from './sources/secret/spec.ts';
export type { ReadOptions, SettingReader } from './spec/setting-client.ts';
export { queue } from './sources/sqs/spec.ts';
export type {
  QueueDeclaration,
  QueueFeed,
  QueueOptions,
  QueueReference,
  QueueSourceOptions,
} from './sources/sqs/spec.ts';
export type {
  QueueBatch,
  QueueMessage,
  SqsBatchAnswer,
  SqsEvent,
  SqsRecord,
} from './sources/sqs/message.ts';
export type {
  QueueClient,
  QueueDepth,
  QueueMode,
  ReceivedMessage,
  ReceiveOptions,
  SendEntry,
  SendOptions,
} from './spec/queue-client.ts';
export { typed } from './spec/message-schema.ts';
export type { MessageSchema, Received, Sent } from './spec/message-schema.ts';
export type { MappingOptions } from './spec/event-source-mapping.ts';
export type { AnyPattern, Matcher, NumericTest, Pattern } from './spec/pattern.ts';
export { InvalidMessageError } from './runtime/invalid-message.ts';
export type { MessageIssue } from './runtime/invalid-message.ts';
export { SendError } from './runtime/send-error.ts';
export type { SendFailure } from './runtime/send-error.ts';
export { topic } from './sources/sns/spec.ts';
export type {
  QueueSubscriptionOptions,
  Subscriber,
  SubscriptionOptions,
  TopicDeclaration,
  TopicOptions,
  TopicReference,
  TopicSourceOptions,
} from './sources/sns/spec.ts';
export type {
  SnsEnvelope,
  SnsEvent,
  SnsMessage,
  SnsRecord,
  TopicMessage,
} from './sources/sns/message.ts';
export type {
  AttributeFilter,
  BodyFilter,
  FilterTest,
  MessageFilter,
} from './spec/filter-policy.ts';
export type {
  MessageAttribute,
  PublishEntry,
  PublishOptions,
  TopicPublisher,
} from './spec/topic-client.ts';
export { HttpError } from './runtime/http-error.ts';
export { adjust } from './spec/adjust.ts';
export type { Adjustment, AdjustmentOptions } from './spec/adjust.ts';
export { alarm, compositeAlarm } from './sources/alarm/spec.ts';
export type {
  ActionsSuppressor,
  AlarmActions,
  AlarmDeclaration,
  AlarmOptions,
  AlarmSourceOptions,
  CompositeAlarmDeclaration,
  CompositeAlarmOptions,
} from './sources/alarm/spec.ts';
export type {
  AlarmChange,
  AlarmConfiguration,
  AlarmEvent,
  AlarmEventState,
  AlarmState,
  AlarmStatus,
} from './sources/alarm/change.ts';
export { allOf, anyOf, atLeast, inState, noneOf } from './sources/alarm/rule.ts';
export type { AlarmRule, AlarmTerm } from './sources/alarm/rule.ts';
export type { AlarmMetric, AlarmReference } from './spec/alarm.ts';
export type {
  BucketClient,
  BucketMode,
  BucketOptions,
  ObjectFilter,
  ObjectHead,
  ObjectSummary,
  PresignOptions,
  PutOptions,
} from './spec/bucket.ts';
export { ERROR_CODES, FrameworkError } from './spec/errors.ts';
export type { ErrorCode, Problem } from './spec/errors.ts';
export type { EventSource } from './spec/event-source.ts';
export { allow, deny } from './spec/grant.ts';
export type { Action, ActionPattern, KnownAction } from './spec/iam-types.ts';
export type {
  Actions,
  ClientsOf,
  ClientBinding,
  Conditions,
  Grant,
  Grants,
  GrantStatement,
  Permission,
} from './spec/grant.ts';
export type { HandlerContext, LogFields, Logger } from './spec/handler-context.ts';
export type { Keeping } from './spec/keeping.ts';
export { lambda } from './spec/lambda.ts';
export type {
  FunctionClient,
  FunctionDeclaration,
  Handler,
  HandlerModule,
  LambdaOptions,
  LazyHandler,
} from './spec/lambda.ts';
export type {
  FunctionSettings,
  LoggingOptions,
  LogLevel,
  NodeRuntime,
  VpcOptions,
} from './spec/lambda-options.ts';
export { anyResource, resource } from './spec/resource.ts';
export type { ResourceDeclaration, ResourceOptions } from './spec/resource.ts';
export type {
  AttributeOf,
  Change,
  CustomTypeName,
  Intrinsic,
  PropertiesOf,
  ResourceTypeName,
  Settable,
} from './spec/resource-types.ts';
export { service } from './spec/service.ts';
export type { ServiceDeclaration, ServiceOptions } from './spec/service.ts';
export { aws, getAtt, ref, sub } from './spec/value.ts';
export type { Expression, Referable, Value } from './spec/value.ts';
