import type { StateTools } from '../../core/define-service.ts';
import type { Table } from '../../core/store.ts';
import type { RouteTable } from './route-table.ts';

export interface Cors {
  readonly AllowOrigins?: readonly string[] | undefined;
  readonly AllowMethods?: readonly string[] | undefined;
  readonly AllowHeaders?: readonly string[] | undefined;
  readonly ExposeHeaders?: readonly string[] | undefined;
  readonly AllowCredentials?: boolean | undefined;
  /** Seconds. */
  readonly MaxAge?: number | undefined;
}

/** An HTTP API. Times are milliseconds since the epoch. */
export interface Api {
  readonly apiId: string;
  readonly name: string;
  readonly description?: string;
  readonly version?: string;
  readonly routeSelectionExpression: string;
  readonly apiKeySelectionExpression: string;
  readonly cors?: Cors;
  readonly disableExecuteApiEndpoint: boolean;
  readonly ipAddressType: string;
  readonly createdAt: number;
  readonly tags: Readonly<Record<string, string>>;
}

export interface Integration {
  readonly apiId: string;
  readonly integrationId: string;
  readonly type: string;
  readonly uri: string;
  readonly payloadFormatVersion: string;
  readonly method?: string;
  readonly timeoutMs: number;
  readonly description?: string;
}

export interface Route {
  readonly apiId: string;
  readonly routeId: string;
  readonly routeKey: string;
  /** `integrations/ID` */
  readonly target?: string;
  readonly operationName?: string;
}

export interface Stage {
  readonly apiId: string;
  readonly stageName: string;
  readonly description?: string;
  readonly autoDeploy: boolean;
  readonly deploymentId?: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly accessLog?: { readonly DestinationArn: string; readonly Format: string };
  /** Requests a second, and burst; undefined is the account's. */
  readonly throttling?: { readonly rate?: number; readonly burst?: number };
  readonly routeThrottling: Readonly<
    Record<string, { readonly rate?: number; readonly burst?: number }>
  >;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** What a stage serves: the routes and integrations as they were when it was deployed. */
export interface Deployment {
  readonly apiId: string;
  readonly deploymentId: string;
  readonly description?: string;
  readonly createdAt: number;
  readonly autoDeployed: boolean;
  readonly routes: readonly Route[];
  readonly integrations: readonly Integration[];
  readonly cors?: Cors;
}

export interface ApiGatewayState {
  readonly apis: Table<Api>;
  readonly integrations: Table<Integration>;
  readonly routes: Table<Route>;
  readonly stages: Table<Stage>;
  readonly deployments: Table<Deployment>;
  /** Derived: compiled routes by deployment. */
  readonly routeTables: Map<string, RouteTable>;
  /** Derived: tokens left, by API, stage and route. */
  readonly throttles: Map<string, { tokens: number; at: number }>;
}

export const createApiGatewayState = (tools: StateTools): ApiGatewayState => ({
  apis: tools.table<Api>('apis'),
  integrations: tools.table<Integration>('integrations'),
  routes: tools.table<Route>('routes'),
  stages: tools.table<Stage>('stages'),
  deployments: tools.table<Deployment>('deployments'),
  routeTables: new Map(),
  throttles: new Map(),
});

export const childKey = (apiId: string, id: string): string => `${apiId}/${id}`;

export const childrenOf = <T extends { readonly apiId: string }>(
  table: Table<T>,
  apiId: string,
): readonly T[] => [...table.values()].filter((child) => child.apiId === apiId);
