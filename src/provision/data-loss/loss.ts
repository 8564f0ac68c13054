import type { Contents } from '../contents/index.ts';
import { contentsInWords } from '../contents/index.ts';
import type { Endangered } from './endangered.ts';

/** Data that a plan takes away, and what allows it. */
export interface DataLoss extends Omit<Endangered, 'properties' | 'replaceable'> {
  readonly contents: Contents;
  /** `nothing` stops the deployment. */
  readonly allowedBy: 'allow-loss' | 'replaceable' | 'empty' | 'nothing';
}

/** `Photos (AWS::S3::Bucket) is removed: …` */
export const lossInWords = (loss: DataLoss): string =>
  `${loss.logicalId} (${loss.resourceType}) ${whatHappens(loss)}`;

const whatHappens = (loss: DataLoss): string => {
  const { action, because, physicalId } = loss;
  const reason = because.length === 0 ? '' : ` by its ${because.join(', ')}`;
  switch (action) {
    case 'remove':
      return `leaves the service: ${fate(loss)}`;
    case 'replace':
      return `is replaced${reason}: the new one is empty, and ${fate(loss)}`;
    case 'may-replace':
      return `may be replaced${reason}: then the new one is empty, and ${fate(loss)}`;
    case 'expire':
      return `keeps its data for a shorter time${reason}: what is older goes from ${physicalId}`;
  }
};

const fate = ({ old, resourceType, physicalId }: DataLoss): string => {
  switch (old) {
    case 'left-behind':
      return `${physicalId} stays behind, where no stack sees it`;
    case 'snapshot':
      return `${physicalId} is deleted once a snapshot of it is taken`;
    case 'deleted':
    case 'stays':
      // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html
      return resourceType === 'AWS::S3::Bucket'
        ? `${physicalId} is deleted if it is empty by then, else it stays behind, where no stack sees it`
        : `${physicalId} is deleted with all that is in it`;
  }
};

/** What it holds, and the race where it holds nothing. */
export const holdingInWords = ({ contents, old }: Pick<DataLoss, 'contents' | 'old'>): string =>
  contents.kind === 'empty'
    ? `it is empty now; what comes until it is done is ${old === 'left-behind' ? 'left behind' : 'lost'}`
    : contents.kind === 'untold'
      ? contents.why
      : `it ${contentsInWords(contents)}`;
