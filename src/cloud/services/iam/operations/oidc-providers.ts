import type * as Iam from '@aws-sdk/client-iam';
import type { Need, OperationTable } from '../../../core/define-service.ts';
import { operation } from '../../../core/define-service.ts';
import {
  invalidInput,
  oidcProviderExists,
  oidcProviderNotDeletable,
  oidcProviderNotFound,
  quotaExceeded,
  tooManyTags,
  validationError,
} from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { required } from '../names.ts';
import { paginate } from '../page.ts';
import type { IamState, OidcProvider } from '../state.ts';
import type { TagInput } from '../tags.ts';
import { mergeTags, removeTags, tagConditions } from '../tags.ts';

interface ProviderInput {
  readonly OpenIDConnectProviderArn?: string | undefined;
}

const SCHEME = 'https://';

const arnOf = ({ OpenIDConnectProviderArn }: ProviderInput) =>
  required(OpenIDConnectProviderArn, 'openIDConnectProviderArn');

const requireProvider = (state: IamState, input: ProviderInput): OidcProvider => {
  const provider = state.oidcProvider(arnOf(input));
  if (provider === undefined) throw oidcProviderNotFound(arnOf(input));
  return provider;
};

const providerNeed =
  (action: string) =>
  (
    input: ProviderInput & {
      readonly Tags?: TagInput | undefined;
      readonly TagKeys?: readonly string[] | undefined;
    },
  ): Need => ({
    action: `iam:${action}`,
    resource: arnOf(input),
    conditions: tagConditions(input.Tags ?? input.TagKeys),
  });

/** The ARN of a provider is its address without the scheme. */
const providerArn = (accountId: string, url: string) =>
  `arn:aws:iam::${accountId}:oidc-provider/${url.startsWith(SCHEME) ? url.slice(SCHEME.length) : url}`;

/**
 * "The URL must begin with https:// and should correspond to the iss claim in the provider's OpenID Connect ID tokens. Per
 * the OIDC standard, path components are allowed but query parameters are not."
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html
 *
 * Differs: AWS says that the address "should not contain a port number"; here it may, so that an issuer can run on this
 * machine.
 */
const checkUrl = (given: string | undefined): string => {
  const url = required(given, 'url');
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!url.startsWith(SCHEME) || parsed === undefined || parsed.search + parsed.hash !== '')
    throw validationError('Invalid Open ID Connect Provider URL');
  return url;
};

const sizeOf = (
  values: readonly string[],
  bounds: { readonly min: number; readonly max: number },
) =>
  values.every(({ length }) => length >= bounds.min && length <= bounds.max)
    ? undefined
    : `Member must satisfy constraint: [Member must have length less than or equal to ${bounds.max}, Member must have length greater than or equal to ${bounds.min}]`;

/**
 * Checks the lengths of all that is given; AWS tells all of them at once.
 * @throws {ValidationError}
 */
const checkLengths = ({
  clientIds = [],
  thumbprints = [],
  url = '',
}: {
  readonly clientIds?: readonly string[] | undefined;
  readonly thumbprints?: readonly string[] | undefined;
  readonly url?: string | undefined;
}): void => {
  const { clientIdLength, thumbprintLength, oidcUrlLength } = LIMITS;
  const broken = [
    ['clientIDList', sizeOf(clientIds, { min: 1, max: clientIdLength })],
    ['thumbprintList', sizeOf(thumbprints, { min: thumbprintLength, max: thumbprintLength })],
    [
      'url',
      url.length > oidcUrlLength
        ? `Member must have length less than or equal to ${oidcUrlLength}`
        : undefined,
    ],
  ].flatMap(([member, constraint]) =>
    constraint === undefined
      ? []
      : [`Value at '${member}' failed to satisfy constraint: ${constraint}`],
  );
  if (broken.length === 0) return;
  throw validationError(
    `${broken.length} validation error${broken.length === 1 ? '' : 's'} detected: ${broken.join('; ')}`,
  );
};

const checkClientIds = (ids: readonly string[]): readonly string[] => {
  const distinct = [...new Set(ids)];
  if (distinct.length > LIMITS.clientIdsPerOidcProvider)
    throw quotaExceeded('ClientIdsPerOpenIdConnectProvider', LIMITS.clientIdsPerOidcProvider);
  return distinct;
};

const checkThumbprints = (thumbprints: readonly string[] = []): readonly string[] => {
  if (thumbprints.length > LIMITS.thumbprintsPerOidcProvider)
    throw invalidInput('Thumbprint list must contain fewer than 5 entries.');
  return thumbprints;
};

/** Identity providers whose OpenID Connect tokens `AssumeRoleWithWebIdentity` takes. */
export const oidcProviderOperations: OperationTable<IamState> = {
  CreateOpenIDConnectProvider: operation<
    IamState,
    Iam.CreateOpenIDConnectProviderRequest,
    Iam.CreateOpenIDConnectProviderResponse
  >({
    needs: (input, { accountId }) => ({
      action: 'iam:CreateOpenIDConnectProvider',
      resource: providerArn(accountId, input.Url ?? ''),
      conditions: tagConditions(input.Tags),
    }),
    handle: (input, { state, accountId, clock }) => {
      const { ClientIDList: ids = [], ThumbprintList, Url } = input;
      checkLengths({ clientIds: ids, thumbprints: ThumbprintList, url: Url });
      const clientIds = checkClientIds(ids);
      const thumbprints = checkThumbprints(input.ThumbprintList);
      const url = checkUrl(input.Url);
      const arn = providerArn(accountId, url);
      if (state.oidcProvider(arn) !== undefined) throw oidcProviderExists(url);
      if (state.oidcProviders().length >= LIMITS.oidcProviders)
        throw quotaExceeded('OpenIdConnectProvidersPerAccount', LIMITS.oidcProviders);
      const provider: OidcProvider = {
        arn,
        url: url.slice(SCHEME.length),
        createdAt: clock.now(),
        clientIds,
        thumbprints,
        tags: mergeTags([], input.Tags, tooManyTags),
      };
      state.putOidcProvider(provider);
      return {
        OpenIDConnectProviderArn: arn,
        ...(provider.tags.length === 0 ? {} : { Tags: [...provider.tags] }),
      };
    },
  }),
  GetOpenIDConnectProvider: operation<
    IamState,
    Iam.GetOpenIDConnectProviderRequest,
    Iam.GetOpenIDConnectProviderResponse
  >({
    needs: providerNeed('GetOpenIDConnectProvider'),
    handle: (input, { state }) => {
      const provider = requireProvider(state, input);
      return {
        Url: provider.url,
        ClientIDList: [...provider.clientIds],
        ThumbprintList: [...provider.thumbprints],
        CreateDate: new Date(provider.createdAt),
        Tags: [...provider.tags],
      };
    },
  }),
  ListOpenIDConnectProviders: operation<
    IamState,
    Iam.ListOpenIDConnectProvidersRequest,
    Iam.ListOpenIDConnectProvidersResponse
  >({
    needs: (_input, { accountId }) => ({
      action: 'iam:ListOpenIDConnectProviders',
      resource: providerArn(accountId, '*'),
    }),
    handle: (_input, { state }) => ({
      OpenIDConnectProviderList: state.oidcProviders().map(({ arn }) => ({ Arn: arn })),
    }),
  }),
  DeleteOpenIDConnectProvider: operation<IamState, Iam.DeleteOpenIDConnectProviderRequest, object>({
    needs: providerNeed('DeleteOpenIDConnectProvider'),
    handle: (input, { state }) => {
      const arn = arnOf(input);
      if (state.oidcProvider(arn) === undefined) throw oidcProviderNotDeletable(arn);
      state.dropOidcProvider(arn);
      return {};
    },
  }),
  AddClientIDToOpenIDConnectProvider: operation<
    IamState,
    Iam.AddClientIDToOpenIDConnectProviderRequest,
    object
  >({
    needs: providerNeed('AddClientIDToOpenIDConnectProvider'),
    handle: (input, { state }) => {
      const provider = requireProvider(state, input);
      const added = required(input.ClientID, 'clientID');
      checkLengths({ clientIds: [added] });
      state.putOidcProvider({
        ...provider,
        clientIds: checkClientIds([...provider.clientIds, added]),
      });
      return {};
    },
  }),
  // "This operation is idempotent; it does not fail or return an error if you try to remove a client ID that does not exist."
  // https://docs.aws.amazon.com/IAM/latest/APIReference/API_RemoveClientIDFromOpenIDConnectProvider.html
  RemoveClientIDFromOpenIDConnectProvider: operation<
    IamState,
    Iam.RemoveClientIDFromOpenIDConnectProviderRequest,
    object
  >({
    needs: providerNeed('RemoveClientIDFromOpenIDConnectProvider'),
    handle: (input, { state }) => {
      const provider = requireProvider(state, input);
      const clientIds = provider.clientIds.filter((id) => id !== input.ClientID);
      state.putOidcProvider({ ...provider, clientIds });
      return {};
    },
  }),
  UpdateOpenIDConnectProviderThumbprint: operation<
    IamState,
    Iam.UpdateOpenIDConnectProviderThumbprintRequest,
    object
  >({
    needs: providerNeed('UpdateOpenIDConnectProviderThumbprint'),
    handle: (input, { state }) => {
      const provider = requireProvider(state, input);
      checkLengths({ thumbprints: input.ThumbprintList });
      const thumbprints = checkThumbprints(input.ThumbprintList);
      state.putOidcProvider({ ...provider, thumbprints });
      return {};
    },
  }),
  TagOpenIDConnectProvider: operation<IamState, Iam.TagOpenIDConnectProviderRequest, object>({
    needs: providerNeed('TagOpenIDConnectProvider'),
    handle: (input, { state }) => {
      const provider = requireProvider(state, input);
      const tags = mergeTags(provider.tags, input.Tags, tooManyTags);
      state.putOidcProvider({ ...provider, tags });
      return {};
    },
  }),
  UntagOpenIDConnectProvider: operation<IamState, Iam.UntagOpenIDConnectProviderRequest, object>({
    needs: providerNeed('UntagOpenIDConnectProvider'),
    handle: (input, { state }) => {
      const provider = requireProvider(state, input);
      state.putOidcProvider({ ...provider, tags: removeTags(provider.tags, input.TagKeys) });
      return {};
    },
  }),
  ListOpenIDConnectProviderTags: operation<
    IamState,
    Iam.ListOpenIDConnectProviderTagsRequest,
    Iam.ListOpenIDConnectProviderTagsResponse
  >({
    needs: providerNeed('ListOpenIDConnectProviderTags'),
    handle: (input, { state }) => {
      const tags = [...requireProvider(state, input).tags].sort((a, b) => (a.Key < b.Key ? -1 : 1));
      const { items, ...page } = paginate(tags, input, ({ Key }) => Key);
      return { Tags: [...items], ...page };
    },
  }),
};
