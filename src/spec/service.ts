import type { Adjustment } from './adjust.ts';
import type { AlarmReference } from './alarm.ts';
import { declaredAt } from './declared-at.ts';
import type { DeclaredAt } from './declared-at.ts';
import type { Grant } from './grant.ts';
import type { FunctionDeclaration } from './lambda.ts';
import type { Referable, Value } from './value.ts';

/** What a service is made of. */
export interface ServiceOptions {
  /** What it is for; the stack's description, up to 1,024 bytes. */
  readonly description?: string;
  /** Its functions. What they refer to enters the stack with them. */
  readonly functions?: readonly FunctionDeclaration[];
  /** Resources that nothing refers to. */
  readonly resources?: readonly Referable[];
  /** Its alarms. */
  readonly alarms?: readonly AlarmReference[];
  /** Changes of what its declarations become. */
  readonly adjustments?: readonly Adjustment[];
  /** Values that the stack tells, beside those that Sparta adds. */
  readonly outputs?: Readonly<Record<string, Value<string>>>;
  /** Tags of everything that takes tags. */
  readonly tags?: Readonly<Record<string, string>>;
  /**
   * What no function's role may go beyond: the ARN of a policy, or permissions that every role must fit. Logs are within
   * it always.
   */
  readonly permissionsBoundary?: Value<string> | readonly Grant[];
}

/** A service as data: what {@link main} provisions. */
export interface ServiceDeclaration {
  readonly kind: 'service';
  /** Name of the service and of its stack. */
  readonly name: string;
  /** What it is for. */
  readonly description?: string;
  /** Its functions. */
  readonly functions: readonly FunctionDeclaration[];
  /** Resources that nothing refers to. */
  readonly resources: readonly Referable[];
  /** Its alarms. */
  readonly alarms: readonly AlarmReference[];
  /** Changes of what its declarations become. */
  readonly adjustments: readonly Adjustment[];
  /** Values that the stack tells. */
  readonly outputs: Readonly<Record<string, Value<string>>>;
  /** Tags of everything that takes tags. */
  readonly tags: Readonly<Record<string, string>>;
  /** What no function's role may go beyond. */
  readonly permissionsBoundary?: Value<string> | readonly Grant[];
  /** Where it is declared. */
  readonly declaredAt?: DeclaredAt;
}

/**
 * Puts functions and resources together as a service, which becomes one CloudFormation stack of its name.
 *
 * @param name - A letter, then up to 127 letters, digits and hyphens.
 * @example
 * ```ts
 * import { lambda, main, service } from 'sparta';
 * const hello = lambda('Hello', {}, async () => 'Hello');
 * await main(service('Greeter', { functions: [hello] }));
 * ```
 */
export const service = (name: string, options: ServiceOptions): ServiceDeclaration =>
  Object.freeze({
    kind: 'service',
    name,
    ...(options.description === undefined ? {} : { description: options.description }),
    functions: options.functions ?? [],
    resources: options.resources ?? [],
    alarms: options.alarms ?? [],
    adjustments: options.adjustments ?? [],
    outputs: options.outputs ?? {},
    tags: options.tags ?? {},
    ...(options.permissionsBoundary === undefined
      ? {}
      : { permissionsBoundary: options.permissionsBoundary }),
    ...declaredAt(),
  });
