import type { Need } from '../../core/define-service.ts';

/**
 * API Gateway's actions are HTTP methods on paths.
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonapigatewaymanagementv2.html
 */
export const onPath =
  <Input>(action: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE', path: (input: Input) => string) =>
  (input: Input, { region }: { readonly region: string }): Need => ({
    action: `apigateway:${action}`,
    resource: `arn:aws:apigateway:${region}::${path(input)}`,
  });

/** Leaves out what is undefined, so that records and answers hold only what was said. */
export const given = <T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
