import type * as Lambda from '@aws-sdk/client-lambda';
import type { OperationContext, OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { constraints } from '../constraints.ts';
import { describeAlias, describeVersion, listed } from '../describe.ts';
import {
  conflict,
  functionNotFound,
  invalidParameterValue,
  preconditionFailed,
  resourceNotFound,
} from '../errors.ts';
import { functionArn, readReference } from '../names.ts';
import { page } from '../page.ts';
import type { AliasRecord, LambdaState } from '../state.ts';
import { aliasesOf, versionsOf } from '../state.ts';
import { onFunction } from '../needs.ts';
import { publish } from '../publish.ts';

type Context = OperationContext<LambdaState>;

const requireFunction = (context: Context, given: string | undefined): string => {
  const { name } = readReference(context, given);
  if (!context.state.functions.has(name)) throw functionNotFound(functionArn(context, name));
  return name;
};

const requireAlias = (context: Context, name: string, alias: string | undefined): AliasRecord => {
  const found = context.state.aliases.get(`${name}:${alias ?? ''}`);
  if (found === undefined)
    throw resourceNotFound(`Cannot find alias arn: ${functionArn(context, name, alias ?? '')}`);
  return found;
};

const publishVersion = operation<
  LambdaState,
  Lambda.PublishVersionRequest,
  Lambda.FunctionConfiguration
>({
  needs: onFunction('lambda:PublishVersion'),
  handle: (input, context) => {
    const name = requireFunction(context, input.FunctionName);
    constraints().length('description', input.Description, 0, 256).check();
    return describeVersion(context.state, publish(context, name, input));
  },
});

const listVersions = operation<
  LambdaState,
  Lambda.ListVersionsByFunctionRequest,
  Lambda.ListVersionsByFunctionResponse
>({
  needs: onFunction('lambda:ListVersionsByFunction'),
  handle: (input, context) => {
    const name = requireFunction(context, input.FunctionName);
    const all = versionsOf(context.state, name).map((version) => listed(context.state, version));
    const { items, ...rest } = page(all, input.Marker, input.MaxItems);
    return { Versions: [...items], ...rest };
  },
});

/** https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html */
const readRouting = (
  context: Context,
  name: string,
  version: string,
  given: Lambda.AliasRoutingConfiguration | undefined,
): AliasRecord['routing'] => {
  const weights = Object.entries(given?.AdditionalVersionWeights ?? {});
  const [first] = weights;
  if (first === undefined) return undefined;
  if (weights.length > 1)
    throw invalidParameterValue(
      'Number of items in AdditionalVersionWeights cannot be greater than 1',
    );
  const [other, weight] = first;
  if (!(weight >= 0 && weight <= 1))
    throw invalidParameterValue(
      `Value '{${other}=${weight}}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0]`,
    );
  if (other === version)
    throw invalidParameterValue(
      `Invalid function version ${other}. Function version ${other} is already included in routing configuration.`,
    );
  if (version === '$LATEST' || other === '$LATEST')
    throw invalidParameterValue(
      '$LATEST is not supported for an alias pointing to more than 1 version',
    );
  if (!context.state.versions.has(`${name}:${other}`))
    throw functionNotFound(functionArn(context, name, other));
  return { version: other, weight };
};

const requireVersion = (context: Context, name: string, version: string) => {
  if (!context.state.versions.has(`${name}:${version}`))
    throw functionNotFound(functionArn(context, name, version));
};

const createAlias = operation<LambdaState, Lambda.CreateAliasRequest, Lambda.AliasConfiguration>({
  needs: onFunction('lambda:CreateAlias'),
  handle: (input, context) => {
    const { state } = context;
    const name = requireFunction(context, input.FunctionName);
    const alias = input.Name ?? '';
    const version = input.FunctionVersion ?? '';
    constraints()
      .pattern('name', alias, /^(?!^[0-9]+$)[\w-]{1,128}$/, '(?!^[0-9]+$)([a-zA-Z0-9-_]+)')
      .length('description', input.Description, 0, 256)
      .pattern('functionVersion', version, /^(\$LATEST|\d+)$/, '(\\$LATEST|[0-9]+)')
      .check();
    requireVersion(context, name, version);
    if (state.aliases.has(`${name}:${alias}`))
      throw conflict(`Alias already exists: ${functionArn(context, name, alias)}`);
    const routing = readRouting(context, name, version, input.RoutingConfig);
    const record: AliasRecord = {
      functionName: name,
      name: alias,
      version,
      description: input.Description ?? '',
      revisionId: context.random.uuid(),
      ...(routing === undefined ? {} : { routing }),
    };
    state.aliases.set(`${name}:${alias}`, record);
    return describeAlias(state, record);
  },
});

const updateAlias = operation<LambdaState, Lambda.UpdateAliasRequest, Lambda.AliasConfiguration>({
  needs: onFunction('lambda:UpdateAlias'),
  handle: (input, context) => {
    const { state } = context;
    const name = requireFunction(context, input.FunctionName);
    const { routing: before, ...known } = requireAlias(context, name, input.Name);
    if (input.RevisionId !== undefined && input.RevisionId !== known.revisionId)
      throw preconditionFailed('GetFunction/GetAlias');
    constraints().length('description', input.Description, 0, 256).check();
    const version = input.FunctionVersion ?? known.version;
    requireVersion(context, name, version);
    const routing =
      input.RoutingConfig === undefined
        ? before
        : readRouting(context, name, version, input.RoutingConfig);
    const record: AliasRecord = {
      ...known,
      version,
      description: input.Description ?? known.description,
      revisionId: context.random.uuid(),
      ...(routing === undefined ? {} : { routing }),
    };
    state.aliases.set(`${name}:${known.name}`, record);
    return describeAlias(state, record);
  },
});

const getAlias = operation<LambdaState, Lambda.GetAliasRequest, Lambda.AliasConfiguration>({
  needs: onFunction('lambda:GetAlias'),
  handle: (input, context) => {
    const name = requireFunction(context, input.FunctionName);
    return describeAlias(context.state, requireAlias(context, name, input.Name));
  },
});

const deleteAlias = operation<LambdaState, Lambda.DeleteAliasRequest, object>({
  needs: onFunction('lambda:DeleteAlias'),
  handle: (input, context) => {
    const { state } = context;
    const name = requireFunction(context, input.FunctionName);
    // An alias that is not there is deleted already.
    const key = `${name}:${input.Name ?? ''}`;
    if (state.aliases.delete(key)) {
      state.policies.delete(key);
      state.eventInvokeConfigs.delete(key);
    }
    return {};
  },
});

const listAliases = operation<LambdaState, Lambda.ListAliasesRequest, Lambda.ListAliasesResponse>({
  needs: onFunction('lambda:ListAliases'),
  handle: (input, context) => {
    const name = requireFunction(context, input.FunctionName);
    const all = aliasesOf(context.state, name)
      .filter(
        ({ version }) => input.FunctionVersion === undefined || version === input.FunctionVersion,
      )
      .map((alias) => describeAlias(context.state, alias));
    const { items, ...rest } = page(all, input.Marker, input.MaxItems);
    return { Aliases: [...items], ...rest };
  },
});

export const versionOperations: OperationTable<LambdaState> = {
  PublishVersion: publishVersion,
  ListVersionsByFunction: listVersions,
  CreateAlias: createAlias,
  UpdateAlias: updateAlias,
  GetAlias: getAlias,
  DeleteAlias: deleteAlias,
  ListAliases: listAliases,
};
