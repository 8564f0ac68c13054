/**
 * Zones by region where it is not `a`, `b` and `c`. Differs: every account has its own default subnets, and AWS answers
 * the zones that have one.
 * @see https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html
 */
const ZONES: Readonly<Record<string, string>> = {
  'us-east-1': 'abcdef',
  'us-west-1': 'ac',
  'us-west-2': 'abcd',
  'ca-central-1': 'abd',
  'sa-east-1': 'abc',
  'ap-northeast-1': 'acd',
  'ap-northeast-2': 'abcd',
};

/** What `Fn::GetAZs` answers for a region. */
export const availabilityZones = (region: string): readonly string[] =>
  (ZONES[region] ?? 'abc').split('').map((zone) => `${region}${zone}`);
