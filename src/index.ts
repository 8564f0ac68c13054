/**
 * Sparta at a desk: one program states a service and provisions it. In an archive `sparta` is `index.lambda.ts` instead.
 * @packageDocumentation
 */
import './compile-cache.ts';
import { captureFromStack } from './spec/capture.ts';
import { customResourceWith } from './sources/custom-resource/spec.ts';
import { captureWith } from './spec/declared-at.ts';
import { lambda } from './spec/lambda.ts';

captureWith(captureFromStack);

export { main } from './main.ts';
export { bucket } from './sources/s3/spec.ts';
export type { BucketDeclaration, S3Event, S3EventRecord } from './sources/s3/spec.ts';
export type { ArchiveDeclaration } from './sources/eventbridge/archive.ts';
export type { TargetDelivery, TargetRetry } from './sources/eventbridge/delivery.ts';
export type { BusEvent, EventBridgeEvent, EventPattern } from './sources/eventbridge/event.ts';
export type {
  ArchiveOptions,
  BusOptions,
  EventChoice,
  EventFeed,
  EventOptions,
  EventsOptions,
  FeedTarget,
  InvalidOption,
  ReceiveEventOptions,
  RuleOptions,
} from './sources/eventbridge/options.ts';
export { bus, defaultBus } from './sources/eventbridge/spec.ts';
export type { BusDeclaration, BusReference, EventDeclaration } from './sources/eventbridge/spec.ts';
export type {
  ConstantTransform,
  EventPath,
  Json,
  PathTransform,
  TemplateTransform,
  Transform,
} from './sources/eventbridge/transform.ts';
export type {
  AnyEvent,
  ArchiveReplayer,
  BusPutter,
  EventEntry,
  EventPutter,
  PutEventOptions,
  ReplayOptions,
  ReplayStatus,
} from './spec/bus-client.ts';
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
  RouteOptions,
  StateRoute,
} from './sources/http-api/spec.ts';
export { stream } from './sources/kinesis/spec.ts';
export type {
  KinesisSourceOptions,
  KinesisStreamOptions,
  PartitionKey,
  StreamDeclaration,
} from './sources/kinesis/spec.ts';
export type { KinesisEvent, KinesisEventRecord, StreamRecord } from './sources/kinesis/record.ts';
export type {
  KeyedPutOptions,
  ListedRecord,
  ListRecordsOptions,
  PutRecordEntry,
  PutRecordOptions,
  RecordPlace,
  StreamClient,
  StreamMode,
} from './spec/stream-client.ts';
export type { RecordData } from './runtime/record-data.ts';
export type { StreamAnswer, StreamBatch, StreamWindow } from './spec/stream-batch.ts';
export type { FailureDestination, StreamOptions, WindowOptions } from './spec/stream-mapping.ts';
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
export type { ScheduledEvent } from './sources/scheduler/event.ts';
export { scheduleGroup } from './sources/scheduler/group.ts';
export type { ScheduleGroupDeclaration, ScheduleGroupOptions } from './sources/scheduler/group.ts';
export { schedule } from './sources/scheduler/spec.ts';
export type {
  ScheduleDeclaration,
  ScheduleGroupReference,
  ScheduleOptions,
  ScheduleSettings,
} from './sources/scheduler/spec.ts';
export type {
  NewSchedule,
  NewScheduleSettings,
  ScheduleCreator,
  ScheduleDeleter,
  ScheduleGroupClient,
  ScheduleGroupHandle,
  ScheduleMode,
} from './spec/schedule-client.ts';
export type {
  CronTime,
  OneTime,
  Rate,
  RateTime,
  ScheduleSpan,
  ScheduleTime,
} from './spec/schedule-time.ts';
export { secret } from './sources/secret/spec.ts';
export type { GeneratedSecret, SecretDeclaration, SecretOptions } from './sources/secret/spec.ts';
export type { ReadOptions, SettingReader } from './spec/setting-client.ts';
/**
 * States a kind of custom resource: what CloudFormation has no type for, made by handlers of your own when the stack is made.
 * Every request is answered, a failure by its error, and one that takes too long before the function is ended.
 *
 * @param name - Logical id of the function: a letter, then letters and digits.
 * @param handlers - What makes, changes and deletes a resource.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-custom-resources.html
 * @example
 * ```ts
 * import { bucket, customResource, service } from 'sparta';
 * import { z } from 'zod';
 * const site = bucket('Site');
 * const writer = customResource('Writer', { schema: z.object({ key: z.string() }), grants: { site: site.access('write', 'delete') } }, {
 *   create: async ({ properties }, { site }) => {
 *     await site.put(properties.key, 'hello');
 *     return { physicalResourceId: properties.key, attributes: { Key: properties.key } };
 *   },
 *   delete: async ({ physicalResourceId }, { site }) => site.delete(physicalResourceId),
 * });
 * const index = writer.resource('Index', { key: 'index.html' });
 * export const pages = service('Pages', { functions: [writer], outputs: { Index: index.getAtt('Key') } });
 * ```
 */
export const customResource = /* @__PURE__ */ customResourceWith(lambda);
export { CustomResourceError } from './sources/custom-resource/answer.ts';
export type {
  CustomResourceDeclaration,
  CustomResourceHandlers,
  CustomResourceInstance,
  CustomResourceInstanceOptions,
  CustomResourceOptions,
} from './sources/custom-resource/spec.ts';
export type {
  CreateRequest,
  CustomResourceResult,
  DeleteRequest,
  RawRequest,
  SentProperties,
  UpdateRequest,
} from './sources/custom-resource/request.ts';
export { failuresOf, successesOf } from './sources/async/spec.ts';
export type {
  FailedInvocation,
  InvocationRecord,
  SucceededInvocation,
} from './sources/async/spec.ts';
export type { AsyncInvocation } from './spec/async-invocation.ts';
export type { Destination } from './spec/destination.ts';
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
export { table } from './sources/dynamodb/spec.ts';
export type { TableDeclaration, TableReference } from './sources/dynamodb/spec.ts';
export type {
  ChangeSourceOptions,
  TableOptions,
  TableSettings,
} from './sources/dynamodb/options.ts';
export type {
  ChangeEventName,
  ChangeFilter,
  DynamoDbStreamEvent,
  DynamoDbStreamRecord,
  ImagePattern,
  StreamViewType,
  TableChange,
} from './sources/dynamodb/change.ts';
export { ConditionFailedError } from './runtime/condition-failed-error.ts';
export type { ConditionFailure } from './runtime/condition-failed-error.ts';
export { UnstorableError } from './runtime/unstorable-error.ts';
export type {
  ItemPage,
  Items,
  TableClient,
  TableMode,
  TransactionOptions,
  TransactionPart,
  TransactionStep,
} from './spec/table-client.ts';
export type { TableChanges } from './spec/table-changes.ts';
export type { ItemCondition, RawExpression } from './spec/table-condition.ts';
export type {
  Capacity,
  IndexOptions,
  LocalIndexOptions,
  RequestLimits,
  TableTypes,
} from './spec/table-keys.ts';
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
