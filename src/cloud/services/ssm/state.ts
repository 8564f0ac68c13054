import type { StateTools } from '../../core/define-service.ts';
import type { Table } from '../../core/store.ts';

export type ParameterType = 'String' | 'StringList' | 'SecureString';

export interface ParameterVersion {
  readonly version: number;
  readonly type: ParameterType;
  /** Of a SecureString, what KMS made of it, in base64. */
  readonly value: string;
  /** How a SecureString is encrypted: by the key itself, or by a data key that stands before it. */
  readonly cipher?: 'key' | 'data-key';
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
  /** ARN of who wrote it. */
  readonly modifiedBy: string;
  readonly labels: readonly string[];
  readonly tier: string;
  readonly dataType: string;
  readonly description?: string;
  readonly allowedPattern?: string;
  readonly keyId?: string;
  readonly policies?: string;
}

/** A parameter and its versions, the newest last. */
export interface Parameter {
  readonly name: string;
  readonly versions: readonly ParameterVersion[];
  readonly tags: Readonly<Record<string, string>>;
}

export interface SsmState {
  readonly parameters: Table<Parameter>;
}

export const createSsmState = (tools: StateTools): SsmState => ({
  parameters: tools.table<Parameter>('parameters'),
});
