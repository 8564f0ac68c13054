import type * as Lambda from '@aws-sdk/client-lambda';
import { notSupported } from '../../core/aws-error.ts';
import type { OperationContext, OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { codeLocation } from '../code-download.ts';
import type { Configuration } from '../configuration.ts';
import { assertAssumable, passRole, readConfiguration } from '../configuration.ts';
import { constraints } from '../constraints.ts';
import { describeChanging, describeVersion, listed } from '../describe.ts';
import { conflict, invalidParameterValue, preconditionFailed } from '../errors.ts';
import { loadFleet } from '../fleet-of.ts';
import { dropUnusedCode, releaseCode, storeCode } from '../function-code.ts';
import { readReference, resolveFunction } from '../names.ts';
import { page } from '../page.ts';
import type { FunctionVersion, LambdaState } from '../state.ts';
import { aliasesOf, versionsOf } from '../state.ts';
import { onFunction, onQualified } from '../needs.ts';
import { publish } from '../publish.ts';

type Context = OperationContext<LambdaState>;

const ARCHITECTURES = ['x86_64', 'arm64'];

const readArchitecture = (given: readonly string[] | undefined, before = 'x86_64'): string => {
  if (given === undefined) return before;
  const [only = '', ...others] = given;
  constraints()
    .oneOf('architectures', others.length > 0 ? given.join(', ') : only, ARCHITECTURES)
    .check();
  return only;
};

const createFunction = operation<
  LambdaState,
  Lambda.CreateFunctionRequest,
  Lambda.FunctionConfiguration
>({
  needs: (input, context) => [
    onFunction('lambda:CreateFunction')(input, context),
    passRole(input.Role ?? ''),
  ],
  handle: async (input, context) => {
    const { state } = context;
    const { name, qualifier } = readReference(context, input.FunctionName);
    if (qualifier !== undefined)
      throw invalidParameterValue(
        'The function name cannot carry a qualifier when a function is created.',
      );
    if (input.PackageType === 'Image') throw notSupported('A function from a container image');
    if (input.CodeSigningConfigArn !== undefined) throw notSupported('Code signing');
    if (input.TenancyConfig !== undefined) throw notSupported('Tenant isolation');
    if (input.PublishTo !== undefined) throw notSupported('Publishing to $LATEST.PUBLISHED');
    if (input.Runtime === undefined || input.Handler === undefined)
      throw invalidParameterValue(
        'Runtime and Handler are mandatory parameters for functions created with deployment packages.',
      );
    const configuration = readConfiguration(name, input);
    const architecture = readArchitecture(input.Architectures);
    if (state.functions.has(name)) throw conflict(`Function already exist: ${name}`);
    await assertAssumable(configuration.role, name, context);
    const [stored] = await Promise.all([storeCode(input.Code ?? {}, context), loadFleet()]);
    if (state.functions.has(name)) {
      await releaseCode(context, stored);
      throw conflict(`Function already exist: ${name}`);
    }
    const latest: FunctionVersion = {
      ...configuration,
      ...stored,
      functionName: name,
      version: '$LATEST',
      architecture,
      revisionId: context.random.uuid(),
      modifiedAt: context.clock.now(),
    };
    state.functions.set(name, { name, nextVersion: 1, tags: { ...input.Tags } });
    state.versions.set(`${name}:$LATEST`, latest);
    await releaseCode(context, stored);
    const shown = input.Publish === true ? publish(context, name, {}) : latest;
    return describeChanging(state, shown, 'create');
  },
});

const checkRevision = (given: string | undefined, current: FunctionVersion) => {
  if (given !== undefined && given !== current.revisionId)
    throw preconditionFailed('GetFunction/GetAlias');
};

const update = (
  context: Context,
  latest: FunctionVersion,
  change: Partial<FunctionVersion> | Configuration,
): FunctionVersion => {
  const next: FunctionVersion = {
    ...latest,
    ...change,
    revisionId: context.random.uuid(),
    modifiedAt: context.clock.now(),
  };
  context.state.versions.set(`${latest.functionName}:$LATEST`, next);
  context.state.fleet?.retire(latest.functionName, '$LATEST');
  return next;
};

const latestOf = (context: Context, given: string | undefined): FunctionVersion => {
  const { name } = readReference(context, given);
  return resolveFunction(context.state, { name }).version;
};

const updateFunctionCode = operation<
  LambdaState,
  Lambda.UpdateFunctionCodeRequest,
  Lambda.FunctionConfiguration
>({
  needs: onFunction('lambda:UpdateFunctionCode'),
  handle: async (input, context) => {
    const { state } = context;
    const latest = latestOf(context, input.FunctionName);
    checkRevision(input.RevisionId, latest);
    const architecture = readArchitecture(input.Architectures, latest.architecture);
    const stored = await storeCode(input, context);
    if (input.DryRun === true) {
      await releaseCode(context, stored);
      return describeVersion(state, {
        ...latest,
        codeSha256: stored.codeSha256,
        code: stored.code,
      });
    }
    const next = update(context, latest, { ...stored, architecture });
    await releaseCode(context, stored);
    await dropUnusedCode(context, latest);
    const shown = input.Publish === true ? publish(context, next.functionName, {}) : next;
    return describeChanging(state, shown, 'update');
  },
});

const updateFunctionConfiguration = operation<
  LambdaState,
  Lambda.UpdateFunctionConfigurationRequest,
  Lambda.FunctionConfiguration
>({
  needs: (input, context) => [
    onFunction('lambda:UpdateFunctionConfiguration')(input, context),
    ...(input.Role === undefined ? [] : [passRole(input.Role)]),
  ],
  handle: async (input, context) => {
    const latest = latestOf(context, input.FunctionName);
    checkRevision(input.RevisionId, latest);
    const { deadLetterArn: _deadLetter, kmsKeyArn: _key, vpc: _vpc, ...rest } = latest;
    const configuration = readConfiguration(latest.functionName, input, latest);
    if (configuration.role !== latest.role)
      await assertAssumable(configuration.role, latest.functionName, context);
    const next = update(context, rest, configuration);
    return describeChanging(context.state, next, 'update');
  },
});

const getFunction = operation<LambdaState, Lambda.GetFunctionRequest, Lambda.GetFunctionResponse>({
  needs: onQualified('lambda:GetFunction'),
  handle: (input, context) => {
    const { state } = context;
    const reference = readReference(context, input.FunctionName, input.Qualifier);
    const { version, name } = resolveFunction(state, reference);
    const { tags = {}, reservedConcurrency } = state.functions.get(name) ?? {};
    return {
      Configuration: describeVersion(state, version),
      // Differs: AWS gives a presigned URL of its own bucket.
      Code: {
        RepositoryType: 'S3',
        Location: codeLocation(context.endpoint, context.region, version),
      },
      ...(Object.keys(tags).length === 0 ? {} : { Tags: { ...tags } }),
      ...(reservedConcurrency === undefined
        ? {}
        : { Concurrency: { ReservedConcurrentExecutions: reservedConcurrency } }),
    };
  },
});

const getFunctionConfiguration = operation<
  LambdaState,
  Lambda.GetFunctionConfigurationRequest,
  Lambda.FunctionConfiguration
>({
  needs: onQualified('lambda:GetFunctionConfiguration'),
  handle: (input, context) => {
    const reference = readReference(context, input.FunctionName, input.Qualifier);
    return describeVersion(context.state, resolveFunction(context.state, reference).version);
  },
});

const dropVersion = async (context: Context, version: FunctionVersion) => {
  const { state } = context;
  const key = `${version.functionName}:${version.version}`;
  state.versions.delete(key);
  state.policies.delete(key);
  state.eventInvokeConfigs.delete(key);
  state.fleet?.retire(version.functionName, version.version);
  await dropUnusedCode(context, version);
};

const deleteFunction = operation<
  LambdaState,
  Lambda.DeleteFunctionRequest,
  Lambda.DeleteFunctionResponse
>({
  needs: onQualified('lambda:DeleteFunction'),
  handle: async (input, context) => {
    const { state } = context;
    const reference = readReference(context, input.FunctionName, input.Qualifier);
    const { name, version, alias } = resolveFunction(state, reference);
    if (reference.qualifier !== undefined) {
      if (alias !== undefined)
        throw invalidParameterValue('Deletion of aliases is not currently supported.');
      if (version.version === '$LATEST')
        throw invalidParameterValue(
          '$LATEST version cannot be deleted without deleting the function.',
        );
      const referring = aliasesOf(state, name).filter(
        (each) => each.version === version.version || each.routing?.version === version.version,
      );
      if (referring.length > 0)
        throw conflict(
          `Unable to delete version because the following aliases reference it: [${referring.map((each) => each.name).join(', ')}]`,
        );
      await dropVersion(context, version);
      return { StatusCode: 204 };
    }
    state.functions.delete(name);
    state.policies.delete(name);
    for (const each of aliasesOf(state, name)) {
      const key = `${name}:${each.name}`;
      state.aliases.delete(key);
      state.policies.delete(key);
      state.eventInvokeConfigs.delete(key);
    }
    for (const each of versionsOf(state, name)) await dropVersion(context, each);
    return { StatusCode: 204 };
  },
});

const listFunctions = operation<
  LambdaState,
  Lambda.ListFunctionsRequest,
  Lambda.ListFunctionsResponse
>({
  needs: () => ({ action: 'lambda:ListFunctions', resource: '*' }),
  handle: (input, { state }) => {
    constraints()
      .oneOf('functionVersion', input.FunctionVersion, ['ALL'])
      .range('maxItems', input.MaxItems, 1, 10_000)
      .check();
    const names = [...state.functions.keys()].sort();
    const all = names.flatMap((name) =>
      versionsOf(state, name)
        .filter(({ version }) => input.FunctionVersion === 'ALL' || version === '$LATEST')
        .map((version) => listed(state, version)),
    );
    const { items, ...rest } = page(all, input.Marker, input.MaxItems);
    return { Functions: [...items], ...rest };
  },
});

export const functionOperations: OperationTable<LambdaState> = {
  CreateFunction: createFunction,
  UpdateFunctionCode: updateFunctionCode,
  UpdateFunctionConfiguration: updateFunctionConfiguration,
  GetFunction: getFunction,
  GetFunctionConfiguration: getFunctionConfiguration,
  DeleteFunction: deleteFunction,
  ListFunctions: listFunctions,
};
