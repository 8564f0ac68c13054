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
export { parameter } from './sources/parameter/spec.ts';
export type { ParameterDeclaration, ParameterOptions } from './sources/parameter/spec.ts';
export { secret } from './sources/secret/spec.ts';
export type { GeneratedSecret, SecretDeclaration, SecretOptions } from './sources/secret/spec.ts';
export type { ReadOptions, SettingReader } from './spec/setting-client.ts';
export { queue } from './sources/sqs/spec.ts';
export type {
  QueueDeclaration,
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
export type { StreamAnswer, StreamBatch, StreamWindow } from './spec/stream-batch.ts';
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
export type { FailureDestination, StreamOptions, WindowOptions } from './spec/stream-mapping.ts';
export { topic } from './sources/sns/spec.ts';
export type { SnsEvent, SnsMessage, TopicDeclaration, TopicOptions } from './sources/sns/spec.ts';
export type { PublishOptions, TopicPublisher } from './spec/topic-client.ts';
export { HttpError } from './runtime/http-error.ts';
export { adjust } from './spec/adjust.ts';
export type { Adjustment, AdjustmentOptions } from './spec/adjust.ts';
export { alarm } from './spec/alarm.ts';
export type { AlarmDeclaration, AlarmMetric, AlarmOptions } from './spec/alarm.ts';
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
