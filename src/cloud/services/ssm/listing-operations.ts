import type * as Ssm from '@aws-sdk/client-ssm';
import { notSupported } from '../../core/aws-error.ts';
import type { OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { invalidFilter, invalidToken, validation } from './errors.ts';
import { PAGE } from './limits.ts';
import { arnOf, needOn, newest, readName, requireParameter } from './names.ts';
import { describeValue } from './parameter-operations.ts';
import type { Parameter, ParameterVersion, SsmState } from './state.ts';

const byName = (one: Parameter, other: Parameter) => (one.name < other.name ? -1 : 1);

/** A page of a list: tokens are places in it. @throws {InvalidNextToken} */
const pageOf = <T>(items: readonly T[], token: string | undefined, size: number) => {
  const start = token === undefined || token === '' ? 0 : Number(token);
  if (!Number.isInteger(start) || start < 0) throw invalidToken();
  const end = start + size;
  return { items: items.slice(start, end), next: end < items.length ? String(end) : undefined };
};

const parentOf = (name: string) => name.slice(0, Math.max(0, name.lastIndexOf('/')));

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterStringFilter.html */
const matches = (parameter: Parameter, filter: Ssm.ParameterStringFilter): boolean => {
  const { Key = '', Option, Values = [] } = filter;
  const version = newest(parameter);
  const equals = (value: string | undefined) => {
    if (Option === 'BeginsWith') return Values.some((one) => value?.startsWith(one) === true);
    if (Option === 'Contains') return Values.some((one) => value?.includes(one) === true);
    return Values.includes(value ?? '');
  };
  if (Key.startsWith('tag:')) {
    const value = parameter.tags[Key.slice('tag:'.length)];
    return value !== undefined && (Values.length === 0 || equals(value));
  }
  switch (Key) {
    case 'Name':
      return equals(parameter.name);
    case 'Type':
      return equals(version.type);
    case 'KeyId':
      return equals(version.keyId);
    case 'Tier':
      return equals(version.tier);
    case 'DataType':
      return equals(version.dataType);
    case 'Label':
      return version.labels.some((label) => Values.includes(label));
    case 'Path':
      return Values.some((path) => {
        const root = path === '/' ? '' : path.replace(/\/$/, '');
        return Option === 'Recursive'
          ? parameter.name.startsWith(`${root}/`)
          : parentOf(parameter.name) === root;
      });
    default:
      throw invalidFilter(
        `The filter key ${Key} is not valid. Valid filter keys include: [tag:*, Name, Type, KeyId, Path, Label, Tier, DataType].`,
      );
  }
};

export const listingOperations: OperationTable<SsmState> = {
  GetParametersByPath: operation<
    SsmState,
    Ssm.GetParametersByPathRequest,
    Ssm.GetParametersByPathResult
  >({
    needs: ({ Path = '' }, context) => needOn('GetParametersByPath', context, Path),
    handle: async (input, context) => {
      const { Path = '', Recursive, ParameterFilters = [], WithDecryption } = input;
      if (!Path.startsWith('/'))
        throw validation(
          'The parameter path: has to begin with a slash. It is formed as a mix of letters, numbers and the following 4 symbols .-_/',
        );
      const root = Path === '/' ? '' : Path.replace(/\/$/, '');
      const found = [...context.state.parameters.values()]
        .filter(({ name }) =>
          Recursive === true
            ? name.startsWith(`${root}/`)
            : name.startsWith('/') && parentOf(name) === root,
        )
        .filter((parameter) => ParameterFilters.every((filter) => matches(parameter, filter)))
        .sort(byName);
      const { items, next } = pageOf(found, input.NextToken, input.MaxResults ?? PAGE.byPath);
      return {
        Parameters: await Promise.all(
          items.map((parameter) =>
            describeValue(context, parameter, newest(parameter), { decrypted: WithDecryption }),
          ),
        ),
        ...(next === undefined ? {} : { NextToken: next }),
      };
    },
  }),

  DescribeParameters: operation<
    SsmState,
    Ssm.DescribeParametersRequest,
    Ssm.DescribeParametersResult
  >({
    needs: () => ({ action: 'ssm:DescribeParameters', resource: '*' }),
    handle: (input, context) => {
      if (input.Shared === true) throw notSupported('Sharing parameters between accounts');
      if ((input.Filters ?? []).length > 0)
        throw notSupported('The old Filters of DescribeParameters (use ParameterFilters)');
      const found = [...context.state.parameters.values()]
        .filter((parameter) =>
          (input.ParameterFilters ?? []).every((filter) => matches(parameter, filter)),
        )
        .sort(byName);
      const { items, next } = pageOf(found, input.NextToken, input.MaxResults ?? PAGE.describe);
      return {
        Parameters: items.map((parameter): Ssm.ParameterMetadata => {
          const version = newest(parameter);
          return {
            Name: parameter.name,
            ARN: arnOf(context, parameter.name),
            Type: version.type,
            KeyId: version.keyId,
            LastModifiedDate: new Date(version.modifiedAt),
            LastModifiedUser: version.modifiedBy,
            Description: version.description,
            AllowedPattern: version.allowedPattern,
            Version: version.version,
            Tier: version.tier as Ssm.ParameterTier,
            Policies: [],
            DataType: version.dataType,
          };
        }),
        ...(next === undefined ? {} : { NextToken: next }),
      };
    },
  }),

  GetParameterHistory: operation<
    SsmState,
    Ssm.GetParameterHistoryRequest,
    Ssm.GetParameterHistoryResult
  >({
    needs: ({ Name = '' }, context) => needOn('GetParameterHistory', context, Name),
    handle: async ({ Name = '', NextToken, MaxResults, WithDecryption }, context) => {
      const parameter = requireParameter(context.state, readName(Name).name);
      const { items, next } = pageOf(parameter.versions, NextToken, MaxResults ?? PAGE.history);
      const history = async (version: ParameterVersion): Promise<Ssm.ParameterHistory> => {
        const { Value } = await describeValue(context, parameter, version, {
          decrypted: WithDecryption,
        });
        return {
          Name: parameter.name,
          Type: version.type,
          KeyId: version.keyId,
          LastModifiedDate: new Date(version.modifiedAt),
          LastModifiedUser: version.modifiedBy,
          Description: version.description,
          Value,
          AllowedPattern: version.allowedPattern,
          Version: version.version,
          Labels: [...version.labels],
          Tier: version.tier as Ssm.ParameterTier,
          Policies: [],
          DataType: version.dataType,
        };
      };
      return {
        Parameters: await Promise.all(items.map(history)),
        ...(next === undefined ? {} : { NextToken: next }),
      };
    },
  }),
};
