import type { RecordPlace } from '../../spec/stream-client.ts';

/** A record as Lambda hands it over. https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html#kinesis-example-event */
export interface KinesisEventRecord {
  /** What Kinesis has of it. */
  readonly kinesis: {
    /** `1.0` */
    readonly kinesisSchemaVersion: string;
    /** Its key. */
    readonly partitionKey: string;
    /** Its number in the shard. */
    readonly sequenceNumber: string;
    /** The bytes in base64. */
    readonly data: string;
    /** When it arrived: seconds since the epoch, with milliseconds behind the point. */
    readonly approximateArrivalTimestamp: number;
  };
  /** `aws:kinesis` */
  readonly eventSource: string;
  /** `1.0` */
  readonly eventVersion: string;
  /** Shard and sequence number: `shardId-000000000006:4959…`. */
  readonly eventID: string;
  /** `aws:kinesis:record` */
  readonly eventName: string;
  /** ARN of the role that Lambda read it under. */
  readonly invokeIdentityArn: string;
  /** `us-east-1` */
  readonly awsRegion: string;
  /** ARN of the stream, or of its consumer. */
  readonly eventSourceARN: string;
}

/** A batch of records as Lambda hands it over. */
export interface KinesisEvent {
  /** Records of one shard, in order; none at the end of a tumbling window. */
  readonly Records: readonly KinesisEventRecord[];
}

/** A record of a stream, read. */
export interface StreamRecord<Data> extends RecordPlace {
  /** The data: of a source with a schema JSON, checked and as that makes it, else bytes. */
  readonly data: Data;
  /** Records of one key come in order. */
  readonly partitionKey: string;
  /** When it arrived, about. */
  readonly approximateArrivalAt: Date;
  /** As Lambda handed it over. */
  readonly record: KinesisEventRecord;
}
