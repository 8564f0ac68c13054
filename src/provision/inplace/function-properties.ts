import type {
  FunctionConfiguration,
  UpdateFunctionConfigurationCommandInput,
} from '@aws-sdk/client-lambda';

/** What of a function is changed without CloudFormation. */
export interface PropertyInPlace {
  /** What Lambda takes when the template no longer says it; undefined for what it cannot be without. */
  readonly absent?: unknown;
  /** The property as the template would say it, from what Lambda tells of a function. */
  readonly live: (configuration: FunctionConfiguration) => unknown;
}

/**
 * Properties of AWS::Lambda::Function that UpdateFunctionConfiguration takes under the same name, and that concern
 * the function alone. Role, VPC, keys, file systems and dead letters reach into other resources: CloudFormation's work.
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html
 */
export const CONFIGURATION_IN_PLACE: Readonly<Record<string, PropertyInPlace>> = {
  Description: { absent: '', live: ({ Description }) => Description ?? '' },
  Environment: {
    absent: { Variables: {} },
    live: ({ Environment }) => ({ Variables: { ...Environment?.Variables } }),
  },
  EphemeralStorage: {
    absent: { Size: 512 },
    live: ({ EphemeralStorage }) => ({ Size: EphemeralStorage?.Size ?? 512 }),
  },
  Handler: { live: ({ Handler }) => Handler },
  Layers: {
    absent: [],
    live: ({ Layers }) => (Layers ?? []).map(({ Arn }) => Arn),
  },
  LoggingConfig: { live: ({ LoggingConfig }) => ({ ...LoggingConfig }) },
  MemorySize: { absent: 128, live: ({ MemorySize }) => MemorySize },
  Runtime: { live: ({ Runtime }) => Runtime },
  Timeout: { absent: 3, live: ({ Timeout }) => Timeout },
  TracingConfig: {
    absent: { Mode: 'PassThrough' },
    live: ({ TracingConfig }) => ({ Mode: TracingConfig?.Mode ?? 'PassThrough' }),
  },
};

/** What UpdateFunctionCode takes. https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html */
export const CODE_IN_PLACE: readonly string[] = ['Code', 'Architectures'];

/** Every property that goes in place. */
export const PROPERTIES_IN_PLACE: readonly string[] = [
  ...CODE_IN_PLACE,
  ...Object.keys(CONFIGURATION_IN_PLACE),
].sort();

/** A change of configuration, without the function's name. */
export type ConfigurationChange = Omit<
  UpdateFunctionConfigurationCommandInput,
  'FunctionName' | 'RevisionId'
>;

/** Where new code lies. */
export interface CodeChange {
  readonly S3Bucket: string;
  readonly S3Key: string;
  readonly Architectures?: readonly string[];
}
