import type * as Ecr from '@aws-sdk/client-ecr';
import { parsePolicy } from '../../../iam/index.ts';
import { notSupported } from '../../core/aws-error.ts';
import type { Need, OperationContext, OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import {
  imageNotFound,
  invalidParameter,
  lifecyclePolicyNotFound,
  policyNotFound,
  repositoryExists,
  repositoryNotFound,
} from './errors.ts';
import { LIMITS, PAGE, TOKEN_HOURS } from './limits.ts';
import type { EcrState, Repository } from './state.ts';

type Context = OperationContext<EcrState>;
interface Named {
  readonly repositoryName?: string | undefined;
  readonly registryId?: string | undefined;
}

export const arnOf = (
  { region, accountId }: { readonly region: string; readonly accountId: string },
  name: string,
): string => `arn:aws:ecr:${region}:${accountId}:repository/${name}`;

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html */
const needOn =
  (action: string) =>
  ({ repositoryName = '' }: Named, context: Context): Need => ({
    action: `ecr:${action}`,
    resource: arnOf(context, repositoryName),
  });

const needOnArn =
  (action: string) =>
  ({ resourceArn = '' }: { readonly resourceArn?: string | undefined }): Need => ({
    action: `ecr:${action}`,
    resource: resourceArn,
  });

const requireRepository = (
  { repositoryName: name = '', registryId }: Named,
  { state, accountId }: Context,
): Repository => {
  const found = registryId === undefined || registryId === accountId;
  const repository = found ? state.repositories.get(name) : undefined;
  if (repository === undefined) throw repositoryNotFound(name, registryId ?? accountId);
  return repository;
};

const byArn = (arn: string | undefined, context: Context): Repository =>
  requireRepository({ repositoryName: (arn ?? '').split(':repository/')[1] ?? '' }, context);

const describeRepository = (context: Context, repository: Repository): Ecr.Repository => ({
  repositoryArn: arnOf(context, repository.name),
  registryId: context.accountId,
  repositoryName: repository.name,
  repositoryUri: uriOf(context, repository.name),
  createdAt: new Date(repository.createdAt),
  imageTagMutability: repository.tagMutability as Ecr.ImageTagMutability,
  imageScanningConfiguration: { scanOnPush: repository.scanOnPush },
  encryptionConfiguration: {
    encryptionType: repository.encryptionType as Ecr.EncryptionType,
    ...(repository.kmsKey === undefined ? {} : { kmsKey: repository.kmsKey }),
  },
});

const uriOf = ({ region, accountId }: Context, name: string) =>
  `${accountId}.dkr.ecr.${region}.amazonaws.com/${name}`;

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html */
const NAME = /^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-]+[a-z0-9]+)*$/;

const checkName = (name: string): void => {
  if (name.length < 2 || name.length > 256 || !NAME.test(name))
    throw invalidParameter(
      `'repositoryName' is '${name}'. A repository's name has 2 to 256 lower-case letters, digits, slashes and ._- between them`,
    );
};

const checkDocument = (text: string | undefined): string => {
  try {
    JSON.parse(text ?? '');
    return text ?? '';
  } catch {
    throw invalidParameter('The policy is no JSON document');
  }
};

const tagsOf = (tags: readonly Ecr.Tag[] | undefined): Record<string, string> =>
  Object.fromEntries((tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));

const HOUR_MS = 3_600_000;

export const operations: OperationTable<EcrState> = {
  CreateRepository: operation<EcrState, Ecr.CreateRepositoryRequest, Ecr.CreateRepositoryResponse>({
    needs: needOn('CreateRepository'),
    handle: (input, context) => {
      const { repositoryName: name = '', encryptionConfiguration: encryption } = input;
      const { state, clock, accountId } = context;
      checkName(name);
      if ((input.imageTagMutabilityExclusionFilters ?? []).length > 0)
        throw notSupported('imageTagMutabilityExclusionFilters');
      if (state.repositories.has(name)) throw repositoryExists(name, accountId);
      const repository: Repository = {
        name,
        createdAt: clock.now(),
        tagMutability: input.imageTagMutability ?? 'MUTABLE',
        scanOnPush: input.imageScanningConfiguration?.scanOnPush ?? false,
        encryptionType: encryption?.encryptionType ?? 'AES256',
        tags: tagsOf(input.tags),
        ...(encryption?.kmsKey === undefined ? {} : { kmsKey: encryption.kmsKey }),
      };
      state.repositories.set(name, repository);
      return { repository: describeRepository(context, repository) };
    },
  }),

  DescribeRepositories: operation<
    EcrState,
    Ecr.DescribeRepositoriesRequest,
    Ecr.DescribeRepositoriesResponse
  >({
    needs: ({ repositoryNames = [] }, context) =>
      repositoryNames.length === 0
        ? { action: 'ecr:DescribeRepositories', resource: '*' }
        : repositoryNames.map((repositoryName) =>
            needOn('DescribeRepositories')({ repositoryName }, context),
          ),
    handle: ({ repositoryNames, registryId, maxResults, nextToken }, context) => {
      const all =
        repositoryNames === undefined
          ? [...context.state.repositories.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
          : repositoryNames.map((repositoryName) =>
              requireRepository({ repositoryName, registryId }, context),
            );
      const start = nextToken === undefined ? 0 : Number(nextToken);
      if (!Number.isInteger(start)) throw invalidParameter('nextToken');
      const end = start + (maxResults ?? PAGE);
      return {
        repositories: all.slice(start, end).map((one) => describeRepository(context, one)),
        ...(end < all.length ? { nextToken: String(end) } : {}),
      };
    },
  }),

  DeleteRepository: operation<EcrState, Ecr.DeleteRepositoryRequest, Ecr.DeleteRepositoryResponse>({
    needs: needOn('DeleteRepository'),
    handle: (input, context) => {
      const repository = requireRepository(input, context);
      context.state.repositories.delete(repository.name);
      return { repository: describeRepository(context, repository) };
    },
  }),

  SetRepositoryPolicy: operation<
    EcrState,
    Ecr.SetRepositoryPolicyRequest,
    Ecr.SetRepositoryPolicyResponse
  >({
    needs: needOn('SetRepositoryPolicy'),
    handle: (input, context) => {
      const repository = requireRepository(input, context);
      const policy = checkDocument(input.policyText);
      try {
        parsePolicy(withResource(policy), 'resource');
      } catch (error) {
        throw invalidParameter(
          `policyText: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
      context.state.repositories.set(repository.name, { ...repository, policy });
      return {
        registryId: context.accountId,
        repositoryName: repository.name,
        policyText: policy,
      };
    },
  }),

  GetRepositoryPolicy: operation<EcrState, Named, Ecr.GetRepositoryPolicyResponse>({
    needs: needOn('GetRepositoryPolicy'),
    handle: (input, context) => {
      const { name, policy } = requireRepository(input, context);
      if (policy === undefined) throw policyNotFound(name, context.accountId);
      return { registryId: context.accountId, repositoryName: name, policyText: policy };
    },
  }),

  DeleteRepositoryPolicy: operation<EcrState, Named, Ecr.DeleteRepositoryPolicyResponse>({
    needs: needOn('DeleteRepositoryPolicy'),
    handle: (input, context) => {
      const { policy, ...rest } = requireRepository(input, context);
      if (policy === undefined) throw policyNotFound(rest.name, context.accountId);
      context.state.repositories.set(rest.name, rest);
      return { registryId: context.accountId, repositoryName: rest.name, policyText: policy };
    },
  }),

  PutLifecyclePolicy: operation<
    EcrState,
    Ecr.PutLifecyclePolicyRequest,
    Ecr.PutLifecyclePolicyResponse
  >({
    needs: needOn('PutLifecyclePolicy'),
    handle: (input, context) => {
      const repository = requireRepository(input, context);
      const lifecyclePolicy = checkDocument(input.lifecyclePolicyText);
      context.state.repositories.set(repository.name, { ...repository, lifecyclePolicy });
      return {
        registryId: context.accountId,
        repositoryName: repository.name,
        lifecyclePolicyText: lifecyclePolicy,
      };
    },
  }),

  GetLifecyclePolicy: operation<EcrState, Named, Ecr.GetLifecyclePolicyResponse>({
    needs: needOn('GetLifecyclePolicy'),
    handle: (input, context) => {
      const { name, lifecyclePolicy } = requireRepository(input, context);
      if (lifecyclePolicy === undefined) throw lifecyclePolicyNotFound(name, context.accountId);
      return {
        registryId: context.accountId,
        repositoryName: name,
        lifecyclePolicyText: lifecyclePolicy,
      };
    },
  }),

  DeleteLifecyclePolicy: operation<EcrState, Named, Ecr.DeleteLifecyclePolicyResponse>({
    needs: needOn('DeleteLifecyclePolicy'),
    handle: (input, context) => {
      const { lifecyclePolicy, ...rest } = requireRepository(input, context);
      if (lifecyclePolicy === undefined)
        throw lifecyclePolicyNotFound(rest.name, context.accountId);
      context.state.repositories.set(rest.name, rest);
      return { registryId: context.accountId, repositoryName: rest.name };
    },
  }),

  PutImageTagMutability: operation<
    EcrState,
    Ecr.PutImageTagMutabilityRequest,
    Ecr.PutImageTagMutabilityResponse
  >({
    needs: needOn('PutImageTagMutability'),
    handle: (input, context) => {
      const repository = requireRepository(input, context);
      const tagMutability = input.imageTagMutability ?? 'MUTABLE';
      context.state.repositories.set(repository.name, { ...repository, tagMutability });
      return { repositoryName: repository.name, imageTagMutability: tagMutability };
    },
  }),

  PutImageScanningConfiguration: operation<
    EcrState,
    Ecr.PutImageScanningConfigurationRequest,
    Ecr.PutImageScanningConfigurationResponse
  >({
    needs: needOn('PutImageScanningConfiguration'),
    handle: (input, context) => {
      const repository = requireRepository(input, context);
      const scanOnPush = input.imageScanningConfiguration?.scanOnPush ?? false;
      context.state.repositories.set(repository.name, { ...repository, scanOnPush });
      return {
        repositoryName: repository.name,
        imageScanningConfiguration: { scanOnPush },
      };
    },
  }),

  ListImages: operation<EcrState, Ecr.ListImagesRequest, Ecr.ListImagesResponse>({
    needs: needOn('ListImages'),
    handle: (input, context) => {
      requireRepository(input, context);
      return { imageIds: [] };
    },
  }),

  DescribeImages: operation<EcrState, Ecr.DescribeImagesRequest, Ecr.DescribeImagesResponse>({
    needs: needOn('DescribeImages'),
    handle: (input, context) => {
      const { name } = requireRepository(input, context);
      if ((input.imageIds ?? []).length > 0) throw imageNotFound(name, context.accountId);
      return { imageDetails: [] };
    },
  }),

  GetAuthorizationToken: operation<EcrState, object, Ecr.GetAuthorizationTokenResponse>({
    needs: () => ({ action: 'ecr:GetAuthorizationToken', resource: '*' }),
    handle: (_input, { clock, region, accountId, random }) => ({
      authorizationData: [
        {
          authorizationToken: Buffer.from(`AWS:${random.hex(64)}`).toString('base64'),
          expiresAt: new Date(clock.now() + TOKEN_HOURS * HOUR_MS),
          proxyEndpoint: `https://${accountId}.dkr.ecr.${region}.amazonaws.com`,
        },
      ],
    }),
  }),

  TagResource: operation<EcrState, Ecr.TagResourceRequest, object>({
    needs: needOnArn('TagResource'),
    handle: ({ resourceArn, tags }, context) => {
      const repository = byArn(resourceArn, context);
      const all = { ...repository.tags, ...tagsOf(tags) };
      if (Object.keys(all).length > LIMITS.tags)
        throw invalidParameter(`a repository can have at most ${LIMITS.tags} tags`);
      context.state.repositories.set(repository.name, { ...repository, tags: all });
      return {};
    },
  }),

  UntagResource: operation<EcrState, Ecr.UntagResourceRequest, object>({
    needs: needOnArn('UntagResource'),
    handle: ({ resourceArn, tagKeys = [] }, context) => {
      const repository = byArn(resourceArn, context);
      const tags = Object.fromEntries(
        Object.entries(repository.tags).filter(([key]) => !tagKeys.includes(key)),
      );
      context.state.repositories.set(repository.name, { ...repository, tags });
      return {};
    },
  }),

  ListTagsForResource: operation<
    EcrState,
    Ecr.ListTagsForResourceRequest,
    Ecr.ListTagsForResourceResponse
  >({
    needs: needOnArn('ListTagsForResource'),
    handle: ({ resourceArn }, context) => ({
      tags: Object.entries(byArn(resourceArn, context).tags).map(([Key, Value]) => ({
        Key,
        Value,
      })),
    }),
  }),
};

/** A repository's policy says nothing of the resource: it is the repository. */
export const withResource = (text: string): string => {
  const document = JSON.parse(text) as { readonly Statement?: unknown };
  const statements = [document.Statement].flat() as readonly object[];
  return JSON.stringify({
    ...document,
    Statement: statements.map((statement) => ({ Resource: '*', ...statement })),
  });
};
