import { defineService } from '../../core/define-service.ts';
import { resourceTagKeys } from '../../core/resource-tags.ts';
import { operations, withResource } from './operations.ts';
import { repository } from './resources.ts';
import type { EcrState } from './state.ts';
import { createEcrState } from './state.ts';

const nameIn = (arn: string): string => arn.split(':repository/')[1] ?? '';

/** Amazon Elastic Container Registry: repositories, without their images. */
export const ecr = defineService<EcrState>({
  id: 'ecr',
  signingName: 'ecr',
  principal: 'ecr.amazonaws.com',
  scope: 'region',
  createState: createEcrState,
  operations,
  resourceKeys: (arn, state) =>
    resourceTagKeys(state.repositories.get(nameIn(arn))?.tags, 'ecr:ResourceTag/'),
  resourcePolicy: (arn, state) => {
    const { policy } = state.repositories.get(nameIn(arn)) ?? {};
    return policy === undefined ? undefined : withResource(policy);
  },
  resources: [repository],
});
