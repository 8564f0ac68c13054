import { notSupported } from '../../core/aws-error.ts';
import { disabled, dryRun, pendingDeletion, wrongUsage } from './errors.ts';
import type { KeyUsage } from './key-specs.ts';
import type { Key } from './state.ts';

/** @throws {KMSInvalidStateException} */
export const assertNotPendingDeletion = (key: Key): void => {
  if (key.deletionAt !== undefined) throw pendingDeletion(key.arn);
};

/**
 * Whether a key may be used, and for this.
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
 * @throws {DisabledException | KMSInvalidStateException | InvalidKeyUsageException}
 */
export const assertUsable = (key: Key, usage: KeyUsage, operation: string): void => {
  assertNotPendingDeletion(key);
  if (!key.enabled) throw disabled(key.arn);
  if (key.usage !== usage) throw wrongUsage(key.arn, key.usage, operation);
};

/** Parameters of cryptographic operations that stand beside their work. */
interface Asides {
  readonly DryRun?: boolean | undefined;
  readonly Recipient?: unknown;
}

/** Enclaves are not here; a dry run ends before the work. @throws {NotImplemented | DryRunOperationException} */
export const checkAsides = ({ DryRun, Recipient }: Asides): void => {
  if (Recipient !== undefined) throw notSupported('Recipient (answers for Nitro Enclaves)');
  if (DryRun === true) throw dryRun();
};
