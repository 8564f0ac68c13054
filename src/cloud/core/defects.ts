import { AwsError } from './aws-error.ts';

/** What an exception says, whatever was thrown. */
export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/** What is no AWS error is a defect of ours: told on standard error, for nobody may swallow it. */
export const reportDefect = (service: string, what: string, error: unknown): void => {
  const stack = error instanceof Error ? error.stack : String(error);
  process.stderr.write(
    `sparta: a defect in the embedded ${service} (${what}); please report it:\n${stack}\n`,
  );
};

/** The answer to a call that met a defect, which has been reported. */
export const internalFailure = (service: string, operation: string, error: unknown): AwsError => {
  reportDefect(service, operation, error);
  return new AwsError(
    'InternalFailure',
    `The embedded cloud failed in ${service}:${operation}: ${messageOf(error)}. This is a defect of Sparta; its log has the details.`,
    { status: 500, fault: 'server' },
  );
};
